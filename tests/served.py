"""A site under its supervisor, in a folder of its own: to be started, killed and looked at."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery

from config.broker import broker_socket
from config.embedded import EmbeddedPostgres
from tests.e2e.site import PROJECT, Site, free_port
from tests.waiting import wait_until

CHILDREN = ("web", "worker", "beat", "broker", "signer", "postgres")
START_SECONDS = 60
STOP_SECONDS = 30
REGISTER_SECONDS = 90
STATEMENT_SECONDS = 10


class ServedSite:
    """``opencredits serve`` in ``home``; start it, ask it, kill parts of it, stop it."""

    def __init__(self, home: Path, workers: int = 1) -> None:
        self.workers = workers
        self.site = Site(home, free_port())
        self.home = home
        self.postgres = EmbeddedPostgres(home / "postgres")
        self._log = home / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **variables: str) -> None:
        """Run the command, until it says where the site is; ``variables`` set it up."""
        self.home.mkdir(exist_ok=True)
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--workers", str(self.workers)],
                cwd=PROJECT,
                env=self.site.environment | variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._process = process
        wait_until(lambda: "runs at" in self.said() or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, self.said()

    def said(self) -> str:
        """What the command printed so far."""
        return self._log.read_text(errors="replace")

    def end(self, number: signal.Signals) -> int:
        """Send the supervisor ``number`` and wait for its end; its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(STOP_SECONDS)

    def clean_up(self) -> None:
        """Leave nothing running, whatever became of the supervisor."""
        if self._process is not None and self._process.poll() is None:
            self.end(signal.SIGTERM)
        self.postgres.stop()

    def pid(self, name: str) -> int:
        """The process of a child as it is now; 0 between two of them."""
        file = self.home / "run" / f"{name}.pid"
        if name == "postgres":
            file = self.postgres.data / "postmaster.pid"
        try:
            return int(file.read_text().split()[0])
        except (OSError, IndexError, ValueError):
            return 0

    def pids(self) -> list[int]:
        """Every process of the site: the children and theirs."""
        assert self._process is not None
        above = _parents()
        found = [self._process.pid, self.pid("postgres")]
        for pid in found:
            found.extend(child for child, parent in above.items() if parent == pid)
        return sorted(set(found))

    def ask(self, path: str) -> tuple[int, str]:
        """Status and body of an address; 0 if nobody answers."""
        link = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=10)
        try:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            link.close()

    def is_ready(self) -> bool:
        return self.ask("/readyz")[0] == http.HTTPStatus.OK

    def sql(self, statement: str, **values: Any) -> Any:
        """The first value that a statement gives; None while the server is down, or busy."""
        try:
            with self.postgres.connect() as connection:
                connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
                done = connection.execute(statement, values)
                row = done.fetchone() if done.description else None
        except (psycopg.OperationalError, psycopg.InterfaceError):
            return None
        return row[0] if row else None

    def send(self, task: str) -> None:
        """Put a task into the broker, as beat does when its time comes.

        Raises:
            OSError, KombuError, RedisError: the broker is down, which is not waited for.
        """
        app = Celery(broker=f"redis+socket://{broker_socket(self.home)}", set_as_current=False)
        app.conf.broker_transport_options = {"socket_timeout": 5, "socket_connect_timeout": 5}
        with app.connection_for_write() as connection:
            app.send_task(task, connection=connection, retry=False)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one verb on this site, as a person at a terminal."""
        return self.site.run(*arguments)

    def register(self, source: str, slug: str) -> int:
        """Make ``source`` the repository of a new project, due at once; its cursor's number."""
        return self.register_all({slug: source})[0]

    def register_all(self, sources: Mapping[str, str]) -> list[int]:
        """Make each source, by slug, the repository of a new project; the cursors' numbers."""
        told = [text for slug, source in sources.items() for text in (source, slug)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.registering", *told],
            cwd=PROJECT,
            env=self.site.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=REGISTER_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        numbers: list[int] = json.loads(done.stdout)
        return numbers


def is_running(pid: int) -> bool:
    """Whether a process lives; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def children_of(pid: int) -> list[int]:
    return [child for child, parent in _parents().items() if parent == pid]


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def _parents() -> dict[int, int]:
    """Whose child each process is."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        parents[int(folder.name)] = int(fields[1])
    return parents
