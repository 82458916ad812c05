"""A GitHub App asks for its installation's token, and asks GitHub with that."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import timezone

from harvesters.forge import ForgeAnswerError, ForgeRefusedError
from harvesters.forges.github import GitHub
from harvesters.sources import open_forge
from harvesters.transports.addresses import Reach
from harvesters.transports.github import GitHubApi
from harvesters.transports.github_app import RENEWED_BEFORE, open_installation
from tests.github_world import GitHubWorld
from tests.simulator import ForgeSimulator, Reply, closed, status

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HERE = Reach.of("127.0.0.1")
ASKED_FOR = "/app/installations/42/access_tokens"


def pem_of(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def key_file(tmp_path, key):
    file = tmp_path / "app.pem"
    file.write_bytes(pem_of(key))
    return file


class Clock:
    """Tells the time that it is set to."""

    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class AppWorld(GitHubWorld):
    """A GitHub that knows one app, and nobody else."""

    clock = Clock()
    key = None
    given = 0

    def __call__(self, request):
        said = request.headers.get("authorization", "")
        if request.path == ASKED_FOR:
            claims = jwt.decode(said.removeprefix("Bearer "), self.key, algorithms=["RS256"])
            assert claims["iss"] == "7"
            self.given += 1
            ends = self.clock() + timedelta(hours=1)
            told = {"token": f"ghs_{self.given}", "expires_at": ends.isoformat()}
            return Reply.of(told, 201)
        if said != f"token ghs_{self.given}":
            return Reply.of({"message": f"Bad credentials: {said}"}, 401)
        return super().__call__(request)


@pytest.fixture
def simulator(key, clock):
    world = AppWorld()
    world.key, world.clock = key.public_key(), clock
    with ForgeSimulator(world).serving() as serving:
        yield serving


@pytest.fixture
def installation(simulator, key_file, clock):
    return open_installation(simulator.url, "7", key_file, "42", clock, HERE)


@pytest.fixture
def api(simulator, installation, clock):
    return GitHubApi(simulator.url, installation, clock, reach=HERE)


def test_an_app_harvests_with_the_token_of_its_installation(api, simulator):
    assert GitHub(api, NOW).find_repository("lab/vision").path == "lab/vision"

    assert [one.path for one in simulator.requests] == [ASKED_FOR, "/graphql"]


def test_a_token_serves_until_it_is_about_to_end(api, simulator, clock):
    forge = GitHub(api, NOW)
    for later in (timedelta(0), timedelta(minutes=50), timedelta(hours=1) - RENEWED_BEFORE):
        clock.now = NOW + later
        forge.find_repository("lab/vision")

    asked = [one.path for one in simulator.requests]
    assert asked == [ASKED_FOR, "/graphql", "/graphql", ASKED_FOR, "/graphql"]


def test_all_harvests_of_a_process_share_the_token(installation, simulator, key_file, clock):
    again = open_installation(simulator.url, "7", key_file, "42", clock, HERE)

    assert again is installation


def test_a_token_that_does_not_come_at_once_is_asked_for_again(api, simulator):
    simulator.faults = [closed]

    assert GitHub(api, NOW).find_repository("lab/vision").path == "lab/vision"


def test_an_app_that_is_refused_says_so_and_shows_no_token(api, installation, simulator):
    simulator.faults = [status(401, "A JSON web token could not be decoded")]
    with pytest.raises(ForgeRefusedError, match="could not be decoded"):
        GitHub(api, NOW).find_repository("lab/vision")

    told = installation.token
    simulator.faults = [status(401, f"Bad credentials: {told}")]
    with pytest.raises(ForgeRefusedError) as refused:
        GitHub(api, NOW).find_repository("lab/vision")
    assert told not in str(refused.value)


def test_what_is_no_token_is_an_error(api, simulator):
    simulator.faults = [lambda _: Reply.of({"token": "ghs_1"}, 201)]

    with pytest.raises(ForgeAnswerError, match="no token"):
        GitHub(api, NOW).find_repository("lab/vision")


@pytest.mark.parametrize(
    "content",
    [b"", b"-----BEGIN\n", "schlüssel".encode(), pem_of(ec.generate_private_key(ec.SECP256R1()))],
    ids=["empty", "cut off", "no ASCII", "another kind"],
)
def test_a_key_that_cannot_be_read_names_its_setting(key_file, clock, content):
    key_file.write_bytes(content)

    with pytest.raises(ForgeRefusedError, match="OPENCREDITS_GITHUB_APP_KEY_FILE"):
        open_installation("https://api.github.com", "7", key_file, "42", clock, HERE)


@pytest.mark.parametrize("number", ["", "lab", "-1"])
def test_what_is_no_installation_names_its_setting(key_file, clock, number):
    with pytest.raises(ForgeRefusedError, match="OPENCREDITS_GITHUB_INSTALLATION_ID"):
        open_installation("https://api.github.com", "7", key_file, number, clock, HERE)


@pytest.mark.django_db
def test_a_source_is_opened_as_the_app_that_the_settings_name(settings, simulator, key_file, clock):
    clock.now = timezone.now()
    settings.GITHUB_URL, settings.GITHUB_TOKEN = simulator.url, "ghp_of_a_person"
    settings.GITHUB_APP_ID, settings.GITHUB_APP_KEY_FILE = "7", str(key_file)
    settings.GITHUB_INSTALLATION_ID = "42"

    forge, path = open_forge("github:lab/vision", now=clock.now)

    assert forge.find_repository(path).path == "lab/vision"
