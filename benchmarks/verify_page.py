"""The page of a certificate, and a file dropped on ``/verify``: how long a reader waits.

Certificates of 10 and of 100 contributions are issued as the site issues them, and asked for at a
web server with one process, started as ``opencredits serve`` starts it, one request after another.
``ours`` is the 99th percentile by the clock, beside what was promised; the floor is ``/healthz``,
which asks nothing of anybody. On a machine that does other things as well, only what the web
process took of the processor tells, which stands beside it (the database's part is not in it).
"""

import http.client
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Identity, User
from accounts.services import prove_identity
from benchmarks.contributions import SOURCE
from config.management.commands.serve import answers, children_of
from config.static import collect_static
from credits.models import Certificate, Project
from credits.services.certificates import issue_certificate
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from tests.e2e.site import free_port
from tests.histories import actor, change, harvest
from tests.waiting import wait_until

NAME = "verify-page"
SIZES = (10, 100)
REQUESTS, QUICK_REQUESTS = 500, 100
WARM_UP = 10
PROMISE_MS = 50.0
PERCENT = 100
START_SECONDS = 60
PAUSE = timedelta(days=7)
"""Between two contributions, so that no limit takes one."""

BOUNDARY = "a-boundary-of-the-benchmark"

Ask = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds for one request: by the clock, and of the processor."""

    waited: float
    worked: float


def run(names: list[str], quick: bool) -> Iterator[dict[str, Any]]:
    """A row for the page and one for the file, for each size."""
    if NAME not in names:
        return
    certificates = _issued(timezone.now())
    connection.close()
    with _served() as server:
        ways: dict[str, Ask] = {"the floor": lambda: server.ask("GET", "/healthz")}
        for size, certificate in certificates.items():
            ways |= _ways(server, size, certificate)
        took = _measure(ways, QUICK_REQUESTS if quick else REQUESTS, server)
    floor = took.pop("the floor")
    for what, times in took.items():
        yield _row(what, times, floor)


def _ways(server: "Server", size: int, certificate: Certificate) -> dict[str, Ask]:
    file = _form(certificate.credential)
    return {
        f"/c/CODE, {size} contributions": lambda: server.ask("GET", certificate.get_absolute_url()),
        f"/verify, a file of {size} contributions": lambda: server.ask("POST", "/verify", file),
    }


def _row(what: str, took: list[Took], floor: list[Took]) -> dict[str, Any]:
    waited, worked = [one.waited for one in took], [one.worked for one in took]
    slowest = _percentile(waited)
    return {
        "name": NAME,
        "ours": round(slowest, 1),
        "unit": "ms for 99 of 100 requests",
        "peer": "what was promised",
        "peer_value": PROMISE_MS,
        "ratio": round(PROMISE_MS / slowest, 2),
        "floor": "/healthz",
        "floor_value": round(_percentile([one.waited for one in floor]), 1),
        "size": f"{what}; half of {len(took)} in {statistics.median(waited):.1f} ms; processor"
        f" {statistics.median(worked):.1f}, for 99 of 100 {_percentile(worked):.1f} ms;"
        f" load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    }


def _percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=PERCENT)[-1]


def _measure(ways: dict[str, Ask], requests: int, server: "Server") -> dict[str, list[Took]]:
    """What each way took; they take turns, so that a busy machine slows all."""
    took: dict[str, list[Took]] = {what: [] for what in ways}
    for number in range(requests + WARM_UP):
        for what, ask in ways.items():
            began, worked = time.perf_counter(), server.worked()
            status = ask()
            one = Took((time.perf_counter() - began) * 1000, server.worked() - worked)
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{what} answered {status}\n{server.said()}")
            if number >= WARM_UP:
                took[what].append(one)
    return took


class Server:
    """One web process on a port of its own."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log
        self.host = urlsplit(settings.BASE_URL).netloc
        self.worker = 0

    def worked(self) -> float:
        """Milliseconds of the processor that the web process took until now."""
        return int(Path(f"/proc/{self.worker}/schedstat").read_text().split()[0]) / 1e6

    def ask(self, method: str, path: str, body: bytes | None = None) -> int:
        """The status of an answer that was read to its end."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Host": self.host, "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        link.request(method, path, body, headers)
        answer = link.getresponse()
        answer.read()
        link.close()
        return answer.status

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def _served() -> Iterator[Server]:
    collect_static()
    port = free_port()
    (web,) = [child for child in children_of("127.0.0.1", port, 1) if child.name == "web"]
    server = Server(port, settings.HOME / "web.log")
    with server.log.open("wb") as log, subprocess.Popen(web.command, stdout=log, stderr=log) as at:
        try:
            wait_until(lambda: answers("127.0.0.1", port) or at.poll() is not None, START_SECONDS)
            if at.poll() is not None:
                raise RuntimeError(server.said())
            children = Path(f"/proc/{at.pid}/task/{at.pid}/children").read_text()
            server.worker = int(children.split()[0])
            yield server
        finally:
            at.terminate()


def _issued(now: datetime) -> dict[int, Certificate]:
    """A certificate of so many contributions for each size, issued as every other."""
    begun = now - (max(SIZES) + 1) * PAUSE
    project = Project.objects.create(slug="pages", name="Pages", registered_at=begun)
    publish_rule_set(create_draft(SOURCE), active_from=begun, now=begun)
    work = [
        replace(change(1_000 * size + number, f"person-{size}"), occurred_at=begun + number * PAUSE)
        for size in SIZES
        for number in range(size)
    ]
    harvest(project, *work, now=now)
    score_project(project, now=now)
    return {size: _issue(size, begun, now) for size in SIZES}


def _issue(size: int, begun: datetime, now: datetime) -> Certificate:
    name = f"person-{size}"
    holder = User.objects.create_user(name, email=f"{name}@example.org", display_name=name)
    prove_identity(holder, actor(name), method=Identity.Method.DEMO, now=now)
    certificate = issue_certificate(holder, start=begun, end=now, now=now)
    if certificate.items.count() != size:
        raise RuntimeError(f"{certificate.items.count()} contributions are counted, not {size}")
    return certificate


def _form(credential: str) -> bytes:
    """The form that a browser sends for a file."""
    lines = [
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="file"; filename="certificate.json"',
        "Content-Type: application/json",
        "",
        credential,
        f"--{BOUNDARY}--",
        "",
    ]
    return "\r\n".join(lines).encode()
