"""From ``scheme:address`` to a forge."""

import re
from datetime import UTC, datetime

import pytest

from harvesters.forge import ForgeError, RepositoryRecord
from harvesters.services.harvesting import register_source
from harvesters.sources import SCHEMES, UnknownSourceError, open_forge
from harvesters.transports.addresses import Reach
from tests.gitee_reading import LI, MERGER
from tests.gitee_world import GiteeWorld, Pull
from tests.huggingface_world import HuggingFaceWorld, account, commit
from tests.repositories import GitRepository
from tests.simulator import ForgeSimulator

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_a_source_names_its_forge_and_what_to_ask_it_for(tmp_path):
    repository = GitRepository.at(tmp_path / "vision")

    forge, address = open_forge(f"git:{repository.folder}", now=NOW)

    assert (forge.name, address) == ("git", str(repository.folder))


@pytest.mark.django_db
def test_git_is_told_which_hosts_give_noreply_addresses_with_numbers(tmp_path):
    repository = GitRepository.at(tmp_path / "vision")
    sources = [
        ("gitlab:lab/vision", "git.lab.example"),
        ("github:lab/vision", "code.lab.example"),
        ("github:lab/other", "code.lab.example"),
        ("gitlab:lab/vision2", "both.example"),
        ("gitea:both.example/lab/vision", "both.example"),
        ("jsonl:/lab/history.jsonl", "file.example"),
        ("git:https://plain.example/lab/vision", "git"),
    ]
    for number, (source, host) in enumerate(sources):
        register_source(source, RepositoryRecord(host, str(number), "lab/vision"), now=NOW)

    forge, _ = open_forge(f"git:{repository.folder}", now=NOW)

    assert forge.forges == {"git.lab.example": "gitlab", "code.lab.example": "github"}


def test_only_the_first_colon_ends_the_scheme():
    forge, address = open_forge("jsonl:/lab/2026:history.jsonl", now=NOW)

    assert (forge.name, address) == ("jsonl", "/lab/2026:history.jsonl")


@pytest.mark.parametrize(
    "source", ["", ":", "git", "git:", "https://github.com/lab/vision", "GIT:/lab", " git:/lab"]
)
def test_what_is_no_source_is_told_the_ways_to_write_one(source):
    with pytest.raises(UnknownSourceError) as refused:
        open_forge(source, now=NOW)

    message = str(refused.value)
    assert f"'{source}' is no source we can read." in message
    assert all(f"{name}:{scheme.example}" in message for name, scheme in SCHEMES.items())


def find(source):
    forge, path = open_forge(source, now=NOW)
    return forge.find_repository(path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "--upload-pack=touch stolen",
        "-h",
        "ext::sh -c touch% stolen",
        "ssh://host.example/lab/vision",
        "git://host.example/lab/vision",
        "git@host.example:lab/vision.git",
        "file:///etc",
        "http://host.example/lab/vision.git",
        "https://user:password@host.example/lab/vision",
        "fd::17",
    ],
)
def test_an_address_that_could_run_or_reveal_something_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ForgeError):
        find(f"git:{address}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_remote_that_does_not_answer_is_told_with_its_address(settings):
    settings.FORGE_REACH = Reach.of("127.0.0.1")

    with pytest.raises(ForgeError, match=re.escape("http://127.0.0.1:9/lab cannot be fetched")):
        find("git:http://127.0.0.1:9/lab")


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["gitee", "gitcode"])
def test_gitee_and_gitcode_are_each_asked_at_their_own_address_with_their_own_token(
    scheme, settings
):
    settings.GITEE_TOKEN, settings.GITCODE_TOKEN = "gitee-token", "gitcode-token"
    with ForgeSimulator(GiteeWorld([Pull(1, LI, MERGER)])).serving() as simulator:
        setattr(settings, f"{scheme.upper()}_URL", simulator.url)
        forge, path = open_forge(f"{scheme}:lab/vision", now=NOW)
        repository = forge.find_repository(path)
        pages = list(forge.harvest(repository, {}))

    assert forge.name == scheme
    assert [record.state for page in pages for record in page.records] == ["merged"]
    told = {request.headers["authorization"] for request in simulator.requests}
    assert told == {f"Bearer {scheme}-token"}


@pytest.mark.parametrize(("scheme", "host"), [("gitee", "gitee.com"), ("gitcode", "gitcode.com")])
def test_accounts_are_at_the_host_that_people_see(scheme, host):
    forge, _ = open_forge(f"{scheme}:lab/vision", now=NOW)

    assert forge.host == host


@pytest.mark.django_db
@pytest.mark.parametrize("root", ["", "/api"])
@pytest.mark.parametrize("kind", ["models", "datasets", "spaces"])
def test_the_hub_is_asked_for_each_kind_of_repository_wherever_its_address_ends(
    root, kind, settings
):
    settings.HUGGINGFACE_TOKEN = "hub-token"
    world = HuggingFaceWorld([commit(1, account(101, "li"))], kind=kind)
    with ForgeSimulator(world).serving() as simulator:
        settings.HUGGINGFACE_URL = simulator.url + root
        forge, path = open_forge(f"huggingface:{kind}/lab/vision", now=NOW)
        repository = forge.find_repository(path)
        pages = list(forge.harvest(repository, {}))

    assert forge.host == "127.0.0.1"
    assert repository.kind == kind.removesuffix("s")
    assert [record.kind for page in pages for record in page.records] == ["commit", "release"]
    told = {request.headers["authorization"] for request in simulator.requests}
    assert told == {"Bearer hub-token"}


@pytest.mark.parametrize(
    ("api", "address"),
    [
        ("https://api.github.com", "https://github.com/lab/vision.git"),
        ("https://code.lab.example/api/v3/", "https://code.lab.example/lab/vision.git"),
        ("https://api.lab.ghe.com", "https://lab.ghe.com/lab/vision.git"),
    ],
    ids=["github.com", "Enterprise Server", "Enterprise Cloud"],
)
def test_a_github_serves_git_where_people_find_it(api, address, settings):
    settings.GITHUB_URL = api
    forge, _ = open_forge("github:lab/vision", now=NOW)
    numbers = [RepositoryRecord("github.com", "7", path) for path in ("lab/vision", "lab/eyes")]

    clones = [forge.clones(one) for one in numbers]

    assert clones[0].address == address
    assert clones[0].directory == clones[1].directory
