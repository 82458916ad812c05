"""``opencredits serve``: real PostgreSQL, broker, web, worker and beat, killed as they are."""

import json
import signal
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from config.broker import broker_socket, find_server
from config.management.commands.serve import default_address
from credits.core.signing_policy import SigningRefusedError
from credits.signer.client import SignerClient
from tests.e2e.site import free_port
from tests.served import CHILDREN, ServedSite, children_of, is_running, kill
from tests.waiting import wait_until

pytestmark = pytest.mark.engine
shared = pytest.mark.xdist_group("served site")
alone = pytest.mark.xdist_group("own site")


@shared
def test_the_site_answers_and_says_that_it_is_ready(site):
    wait_until(site.is_ready, 30)

    assert site.ask("/healthz") == (200, "ok\n")
    assert json.loads(site.ask("/readyz")[1]) == {"ready": True, "failed": [], "reasons": {}}
    assert site.ask("/")[0] == 200
    assert f"OpenCredits runs at {site.site.url}/" in site.said()


@shared
@pytest.mark.parametrize("name", CHILDREN)
def test_a_killed_child_comes_back(site, name):
    wait_until(site.is_ready, 30)
    before = site.pid(name)

    kill(before)

    wait_until(lambda: site.pid(name) not in {0, before} and site.is_ready(), 30)
    assert not is_running(before)


@shared
def test_work_goes_on_after_every_child_was_killed_at_once(site):
    wait_until(site.is_ready, 30)
    old = {name: site.pid(name) for name in CHILDREN}
    beaten_at = site.sql("SELECT beaten_at FROM harvesters_heartbeat")

    kill(*old.values())

    newest = "SELECT beaten_at FROM harvesters_heartbeat WHERE beaten_at > %(before)s"
    wait_until(lambda: site.sql(newest, before=beaten_at), 60)
    wait_until(site.is_ready, 30)
    assert not [name for name, pid in old.items() if is_running(pid)]


@shared
def test_a_second_supervisor_in_the_same_folder_is_refused(site):
    done = site.run("serve", "--port", "1")

    assert done.returncode == 1
    assert "runs already in this folder; stop it first, or set another" in done.stderr
    assert site.ask("/healthz")[0] == 200


@shared
def test_doctor_finds_nothing_to_mend_while_the_site_is_served(site):
    wait_until(site.is_ready, 30)

    done = site.run("doctor", "--json")

    assert done.returncode == 0, done.stdout
    assert all(check["is_good"] for check in json.loads(done.stdout))


@shared
def test_the_signer_has_the_keys_and_the_others_have_not(site):
    wait_until(site.is_ready, 30)
    client = SignerClient(signer_path(site))

    assert client.issuer_key(now=datetime.now(UTC)).startswith("z6Mk")
    with pytest.raises(SigningRefusedError):
        client.sign_documents([{"name": "anything"}], now=datetime.now(UTC))
    for name in ("web", "worker", "beat"):
        told = environment_of(site.pid(name))
        assert told["OPENCREDITS_SIGNER_SOCKET"] == str(signer_path(site))
        assert not told["OPENCREDITS_ISSUER_KEY_FILE"]
        assert not told["OPENCREDITS_ISSUER_KEY_PASSPHRASE"]


def signer_path(site):
    return broker_socket(site.home).with_name("signer.sock")


def environment_of(pid):
    lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


@shared
def test_the_sockets_are_open_to_their_owner_alone(site):
    for folder in (broker_socket(site.home).parent, site.postgres.socket):
        assert folder.stat().st_mode & 0o077 == 0


@alone
def test_a_port_that_is_taken_is_named_before_anything_starts(own_site):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        done = own_site.run("serve", "--port", str(port))

    assert done.returncode == 1
    assert f"Cannot listen on port {port} of 127.0.0.1: Address already in use" in done.stderr
    assert f"OPENCREDITS_BASE_URL=http://127.0.0.1:{port + 1}" in done.stderr
    assert not (own_site.home / "postgres").exists()


@alone
def test_ctrl_c_stops_everything(stopped_site):
    stopped_site.start()
    pids = stopped_site.pids()
    assert len(pids) > len(CHILDREN)

    code = stopped_site.end(signal.SIGINT)

    assert code == 0
    assert stopped_site.said().endswith("Stopped.\n")
    assert not [pid for pid in pids if is_running(pid)]


@alone
def test_a_killed_supervisor_leaves_nothing_that_the_next_start_does_not_clean_up(stopped_site):
    stopped_site.start()
    pids = stopped_site.pids()
    stopped_site.sql("INSERT INTO harvesters_heartbeat VALUES ('kept', now()) RETURNING name")

    stopped_site.end(signal.SIGKILL)
    stopped_site.start()

    survivors = [pid for pid in pids if is_running(pid)]
    assert set(survivors) <= postgres_processes(stopped_site)
    assert stopped_site.sql("SELECT count(*) FROM harvesters_heartbeat WHERE name = 'kept'") == 1
    assert stopped_site.end(signal.SIGTERM) == 0
    assert not [pid for pid in pids if is_running(pid)]


@alone
def test_database_and_broker_of_ones_own_are_used_instead(stopped_site, own_site):
    """As in production: a server with a password, on a port."""
    port, password = free_port(), "a password"
    broker = subprocess.Popen(
        [str(find_server()), "--port", str(port), "--requirepass", password, "--save", ""],
        cwd=own_site.home,
        stdout=subprocess.DEVNULL,
    )
    database = stopped_site.postgres
    database.start()
    host = quote(str(database.socket), safe="")
    try:
        own_site.start(
            DATABASE_URL=f"postgresql://postgres@{host}/opencredits",
            CELERY_BROKER_URL=f"redis://:{quote(password)}@127.0.0.1:{port}/0",
        )
        wait_until(own_site.is_ready, 30)

        assert not (own_site.home / "postgres").exists()
        assert own_site.pid("broker") == 0
        assert own_site.end(signal.SIGTERM) == 0
        assert broker.poll() is None
        assert database.answers()
    finally:
        broker.terminate()
        broker.wait()
        database.stop()


def postgres_processes(site: ServedSite) -> set[int]:
    postmaster = site.pid("postgres")
    return {postmaster, *children_of(postmaster)}


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("http://localhost:8000", ("localhost", 8000)),
        ("http://127.0.0.1:9000", ("127.0.0.1", 9000)),
        ("http://[::1]:9000", ("::1", 9000)),
        ("https://credits.university.example", ("localhost", 8000)),
    ],
)
def test_the_site_listens_at_its_address_or_behind_the_proxy_that_has_it(base_url, address):
    assert default_address(base_url) == address
