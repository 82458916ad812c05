"""``opencredits harvest``: what it stores, what it says, how it ends."""

import json
import signal
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from harvesters.forge import RepositoryRecord
from harvesters.forges.github.queries import queries
from harvesters.forges.jsonl import dump_lines
from harvesters.management.commands import harvest
from harvesters.models import Contribution, HarvestCursor, Repository
from harvesters.services.leasing import lease_source
from harvesters.sources import SCHEMES
from tests.github_played import world_of
from tests.github_world import document
from tests.repositories import GitRepository
from tests.simulator import ForgeSimulator

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    """A stream that says it is a terminal, and presses Ctrl-C when it is shown ``dreaded``."""

    def __init__(self, dreaded: str = "") -> None:
        super().__init__()
        self._dreaded = dreaded

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._dreaded and self._dreaded in text:
            self._dreaded = ""
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.fixture
def repository(tmp_path):
    return GitRepository.at(tmp_path / "vision")


@pytest.fixture
def source(repository):
    return f"git:{repository.folder}"


def run(*arguments, stderr=None):
    """What the command prints, and the code with which it ends."""
    out, errors = StringIO(), stderr or StringIO()
    try:
        call_command("harvest", *arguments, stdout=out, stderr=errors)
    except SystemExit as end:
        return out.getvalue(), errors.getvalue(), end.code
    return out.getvalue(), errors.getvalue(), 0


def test_a_history_is_stored_and_counted_by_kind(repository, source):
    repository.grow(3)

    said, errors, code = run(source)

    assert said == f"{source}: 3 contributions read: 3 new, 0 changed\n          3  commit\n"
    assert (errors, code) == ("", 0)
    assert Contribution.objects.count() == 3


def test_a_history_is_read_once(repository, source):
    repository.grow(3)
    run(source)
    repository.grow(1)

    assert "1 contribution read: 1 new" in run(source)[0]
    assert run(source)[0] == f"{source}: nothing new since the last harvest\n"
    assert Contribution.objects.count() == 4


def test_a_relative_path_is_kept_whole_for_workers_that_stand_elsewhere(
    repository, source, monkeypatch
):
    repository.grow(1)
    monkeypatch.chdir(repository.folder.parent)

    run("git:vision")

    assert HarvestCursor.objects.get().source == source


def test_a_file_of_lines_is_a_source_too(tmp_path, monkeypatch):
    header = {
        "format": "opencredits-contributions/1",
        "repository": {"host": "forge.example", "external_id": "7", "path": "lab/vision"},
    }
    (tmp_path / "vision.jsonl").write_text(json.dumps(header) + "\n[]\n")
    monkeypatch.chdir(tmp_path)

    said, _, code = run("jsonl:vision.jsonl")

    assert HarvestCursor.objects.get().source == f"jsonl:{tmp_path / 'vision.jsonl'}"
    assert "1 gap, which could not be read:\n    line 2: a line is one JSON object" in said
    assert code == 0


def test_another_repository_is_read_only_if_somebody_says_that_it_replaces_the_first(tmp_path):
    file = tmp_path / "history.jsonl"
    for number in ("7", "8"):
        repository = RepositoryRecord("forge.example", number, "lab/vision")
        file.write_text("\n".join(dump_lines(repository, [])), "utf-8")
        _, complaint, code = run(f"jsonl:{file}")

    assert code == 1
    assert "shows another repository now" in complaint
    assert run(f"jsonl:{file}", "--replace", "--dry-run")[2] == 0
    assert HarvestCursor.objects.get().repository.external_id == "7"
    assert run(f"jsonl:{file}", "--replace")[2] == 0
    assert HarvestCursor.objects.get().repository.external_id == "8"


def test_only_what_happened_since_a_day_is_kept(repository, source):
    repository.commit(b"Old", at=1_700_000_000)
    repository.commit(b"New", at=1_770_000_000)

    run(source, "--since", "2026-01-01")

    assert [one.title for one in Contribution.objects.all()] == ["New"]


def test_a_day_that_is_none_is_refused(source):
    with pytest.raises(CommandError, match="1 March is no day; write it as 2026-03-01"):
        call_command("harvest", source, "--since", "1 March")


def test_a_dry_run_reads_and_stores_nothing(repository, source):
    repository.grow(3)

    said, _, code = run(source, "--dry-run")

    assert "3 contributions would be read; nothing was stored" in said
    assert code == 0
    assert not Contribution.objects.exists()
    assert not Repository.objects.exists()
    assert not HarvestCursor.objects.exists()


def test_a_dry_run_goes_on_where_the_last_harvest_stopped(repository, source):
    repository.grow(3)
    run(source)
    repository.grow(2)

    assert "2 contributions would be read" in run(source, "--dry-run")[0]
    assert "2 contributions read" in run(source)[0]


def test_json_tells_a_script_the_same(repository, source, tmp_path):
    repository.grow(2)

    said, errors, code = run(source, f"git:{tmp_path / 'none'}", "--json")

    done, failed = json.loads(said)["sources"]
    assert done == {
        "source": source,
        "is_complete": True,
        "is_dry_run": False,
        "read": 2,
        "by_kind": {"commit": 2},
        "new": 2,
        "changed": 0,
        "requests": 0,
        "points": 0,
        "estimate": None,
        "gaps": [],
        "error": None,
        "retry_at": None,
    }
    assert "There is no folder" in failed["error"]
    assert "There is no folder" in errors
    assert code == 1


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("git:nowhere", "There is no folder"),
        ("git:.", "is not a git repository. Name the folder that holds .git, or a bare one."),
        ("git:file.txt", "is a file. Name the folder of a git repository."),
        ("git:git@host.example:lab/vision", "is not an address we read"),
        ("svn:lab/vision", "is no source we can read. Write one of: git:PATH-or-URL"),
        ("git:", "is no source we can read"),
        ("jsonl:nowhere.jsonl", "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_source_is_told_in_a_sentence(address, message, tmp_path, monkeypatch):
    (tmp_path / "file.txt").write_text("no repository")
    monkeypatch.chdir(tmp_path)

    said, errors, code = run(address)

    assert message in errors
    assert (said, code, errors.count("\n")) == ("", 1, 1)
    assert not Repository.objects.exists()


def test_an_empty_repository_says_that_there_is_nothing_to_harvest(repository, source):
    _, errors, code = run(source)

    assert "has no commit on its default branch yet; there is nothing to harvest." in errors
    assert code == 1
    assert not HarvestCursor.objects.exists()


def test_a_source_that_cannot_be_read_does_not_keep_the_others_back(repository, source):
    repository.grow(1)

    said, _, code = run("git:/nowhere/at/all", source)

    assert "1 contribution read" in said
    assert code == 1


def test_ctrl_c_keeps_what_was_read_and_says_how_to_go_on(repository, source):
    repository.grow(1_200)
    terminal = Terminal(dreaded="500 of 1,200")

    said, shown, code = run(source, "git:/never/begun", stderr=terminal)

    assert code == 130
    assert "500 contributions read: 500 new" in said
    assert f"goes on from there: opencredits harvest {source}" in shown
    assert "/never/begun" not in shown
    cursor = HarvestCursor.objects.get()
    assert cursor.lease_until is None
    assert "700 contributions read: 700 new" in run(source)[0]
    assert Contribution.objects.count() == 1_200


def test_a_terminal_shows_a_bar_that_leaves_nothing_behind(repository, source):
    repository.grow(600)
    terminal = Terminal()

    said, shown, _ = run(source, stderr=terminal)

    assert "500 of 600" in shown
    assert "━" in shown
    assert "600 contributions read" in said


def test_a_source_that_a_worker_holds_is_left_to_it(repository, source):
    repository.grow(1)
    run(source)
    lease_source(HarvestCursor.objects.get(), now=timezone.now())

    _, errors, code = run(source)

    assert "Another worker harvests this source right now" in errors
    assert code == 75


def test_gaps_are_told_in_words(repository, source):
    for number in range(25):
        repository.commit(b"From nowhere", at=10**15 + number)

    said, _, code = run(source)

    assert "25 gaps, which could not be read:" in said
    assert f"    commit {repository.commits[0][:12]}: its date cannot be told" in said
    assert "and 5 more; --json lists all" in said
    assert code == 0


def test_the_command_speaks_chinese_where_django_does(repository, source):
    repository.grow(1)

    with translation.override("zh-hans"):
        said, _, _ = run(source)

    assert "提交" in said


def test_help_tells_every_kind_of_source():
    said = " ".join(harvest.Command().create_parser("opencredits", "harvest").format_help().split())

    assert all(f"{name}:{scheme.example}" in said for name, scheme in SCHEMES.items())


def test_a_lease_that_ended_is_taken_over(repository, source):
    repository.grow(2)
    run(source)
    lease_source(HarvestCursor.objects.get(), now=timezone.now() - timedelta(hours=1))

    assert run(source)[2] == 0


@pytest.fixture
def github(settings):
    document(queries())
    with ForgeSimulator(world_of()).serving() as simulator:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = simulator.url, "ghp_0123456789"
        yield simulator


def test_a_dry_run_of_a_forge_with_a_price_tells_it_for_three_requests(github):
    said, errors, code = run("github:lab/vision", "--dry-run")

    assert said.startswith("github:lab/vision: a harvest would take about 16 requests, ")
    assert "         60  pull requests: 6 requests, " in said
    assert "  It took 3 requests" in said
    assert (errors, code, len(github.requests)) == ("", 0, 3)
    assert not HarvestCursor.objects.exists()


def test_the_price_is_told_to_scripts_and_so_is_what_a_harvest_took(github):
    dry, _, _ = run("github:lab/vision", "--dry-run", "--json")
    wet, _, _ = run("github:lab/vision", "--json")

    (told,), (done,) = json.loads(dry)["sources"], json.loads(wet)["sources"]
    assert (told["is_dry_run"], told["read"], told["requests"]) == (True, 0, 3)
    assert told["estimate"]["requests"] >= done["requests"] - 1 > 5
    assert told["estimate"]["points"] >= done["points"] - 1
    assert done["estimate"] is None
