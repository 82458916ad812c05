"""The real site as a visitor finds it: the demonstration, started by its command."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 30
_LINK = re.compile(r"(http://127\.0\.0\.1:\d+)(/demo/(\w+)\?key=\S+)")
_CLIENT = re.compile(r"API (client|secret) (\S+)")


@dataclass
class Site:
    """A running demonstration: where it is, and what its command printed."""

    home: Path
    port: int
    links: dict[str, str] = field(default_factory=dict)
    client: dict[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of this site, and nothing of the test run's own site."""
        foreign = ("OPENCREDITS_", "DJANGO_", "DATABASE_URL", "CELERY_", "SECRET_KEY")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return (
            kept
            | {
                "OPENCREDITS_HOME": str(self.home),
                "OPENCREDITS_BASE_URL": self.url,
                "PYTHONUNBUFFERED": "1",
            }
            | self.variables
        )

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one verb on this site, as a person at a terminal; ``variables`` add to it."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningSite:
    """Starts the demonstration and stops it, as a context."""

    def __init__(self, home: Path) -> None:
        self.site = Site(home, free_port())
        self._ready = threading.Event()

    def __enter__(self) -> Site:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=PROJECT,
            env=self.site.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_TIMEOUT_SECONDS) or len(self.site.links) < 5:
            self._stop()
            raise RuntimeError("The demonstration did not start:\n" + "".join(self.site.printed))
        return self.site

    def __exit__(self, *_details: object) -> None:
        self._stop()

    def _read(self) -> None:
        """Keep what the command prints; it is ready when it has printed every link."""
        for line in self._output:
            self.site.printed.append(line)
            if link := _LINK.search(line):
                self.site.links[link[3]] = link[1] + link[2]
            if client := _CLIENT.search(line):
                self.site.client[client[1]] = client[2]
            if len(self.site.links) == 5:
                self._ready.set()
        self._ready.set()

    def _stop(self) -> None:
        """Press Ctrl-C; a supervisor that does not obey is a failure of its own."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise
        finally:
            self._reader.join(STOP_TIMEOUT_SECONDS)
            self._output.close()
