"""``opencredits serve``: the whole site under one supervisor."""

import http.client
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.broker import NoBrokerError, broker_command, broker_socket
from config.embedded import EmbeddedPostgres, EmbeddedPostgresError, in_use
from config.signing import signer_child, without_keys
from config.sockets import make_private
from config.static import collect_static
from config.supervisor import AlreadyRunningError, Child, Supervisor, sole_supervisor

WATCH_EVERY_SECONDS = 1.0
ANSWER_TIMEOUT_SECONDS = 2.0


class Command(BaseCommand):
    """Run web, worker and beat, with PostgreSQL and broker where none are given."""

    help = (
        "Run PostgreSQL and the broker (unless DATABASE_URL and CELERY_BROKER_URL name others), "
        "the signer (unless OPENCREDITS_SIGNER_SOCKET names another), web, worker and beat. "
        "Ctrl-C stops everything.\n"
        "Examples: opencredits serve; opencredits serve --port 8080 --workers 4"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        host, port = default_address(settings.BASE_URL)
        parser.add_argument("--host", default=host)
        parser.add_argument("--port", type=int, default=port)
        parser.add_argument("--workers", type=int, default=2, help="processes of web and worker")

    def handle(
        self, *_args: Any, after_start: Callable[[], None] | None = None, **options: Any
    ) -> None:
        host, port = options["host"], options["port"]
        run_directory = settings.HOME / "run"
        server = None if settings.DATABASE_URL else EmbeddedPostgres(settings.PG_HOME)
        try:
            with ExitStack() as stack:
                stack.enter_context(sole_supervisor(run_directory))
                refuse_busy_port(host, port)
                if server is not None:
                    stack.enter_context(in_use(server))
                self._prepare()
                children = children_of(host, port, options["workers"])
                supervisor = Supervisor(children, run_directory, Watch(server))
                began = time.monotonic()
                supervisor.run(
                    is_up=lambda: answers(host, port),
                    when_up=lambda: self._tell(began, after_start or self._say_where(host, port)),
                )
        except (AlreadyRunningError, EmbeddedPostgresError, NoBrokerError) as error:
            raise CommandError(str(error) or type(error).__doc__) from error
        self.stdout.write("Stopped.")

    def _prepare(self) -> None:
        with self._step("bring the database up to date"):
            call_command("migrate", verbosity=0)
        with self._step("collect static files"):
            collect_static()

    def _tell(self, began: float, say_where: Callable[[], None]) -> None:
        self._tick("start web, worker and beat", began)
        say_where()
        self.stdout.flush()

    def _say_where(self, host: str, port: int) -> Callable[[], None]:
        at = f"OpenCredits runs at {settings.BASE_URL}/"
        if f"http://{host}:{port}" != settings.BASE_URL:
            at += f", listening on {host}:{port}"
        return lambda: self.stdout.write(f"{at}   (Ctrl-C stops it)")

    @contextmanager
    def _step(self, sentence: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._tick(sentence, began)

    def _tick(self, sentence: str, began: float) -> None:
        seconds = time.monotonic() - began
        self.stdout.write(f"{self.style.SUCCESS('✓')} {sentence:<66}{seconds:6.1f} s")
        self.stdout.flush()


class Watch:
    """Keeps the embedded PostgreSQL up, looking once a second."""

    def __init__(self, server: EmbeddedPostgres | None) -> None:
        self.server = server
        self.next_look = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if self.server is not None and now >= self.next_look:
            self.server.start()
            self.next_look = time.monotonic() + WATCH_EVERY_SECONDS


def children_of(host: str, port: int, workers: int) -> list[Child]:
    """The processes of a site, in the order in which they start."""
    python = sys.executable
    run = settings.HOME / "run"
    celery = [python, "-m", "celery", "--quiet", "-A", "config.celery"]
    signer, keyless = signer_child(python), without_keys()
    children = [
        *signer,
        Child(
            "web",
            [
                *(python, "-m", "gunicorn", "config.wsgi", "--workers", str(workers)),
                *("--bind", f"{host}:{port}", "--log-level", "warning", "--timeout", "60"),
                *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else str(run)),  # noqa: S108
            ],
            keyless,
        ),
        Child(
            "worker",
            [
                *celery,
                *("worker", "--concurrency", str(workers), "--loglevel", "WARNING"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            keyless,
        ),
        Child(
            "beat",
            [
                *celery,
                "beat",
                "--loglevel",
                "WARNING",
                "--schedule",
                str(run / "beat"),
                "--pidfile=",
            ],
            keyless,
        ),
    ]
    if settings.EMBEDDED_BROKER:
        make_private(broker_socket(settings.HOME).parent)
        children.insert(0, Child("broker", broker_command(settings.HOME)))
    return children


def default_address(base_url: str) -> tuple[str, int]:
    """Where to listen: at the site's own address, or behind the proxy that speaks https for it."""
    site = urlsplit(base_url)
    if site.scheme == "https":
        return "localhost", 8000
    return site.hostname or "localhost", site.port or 8000


def refuse_busy_port(host: str, port: int) -> None:
    """Say so at once where something else answers on the port.

    Raises:
        CommandError
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on port {port} of {host}: {error.strerror}. Choose another by "
                f"OPENCREDITS_BASE_URL=http://{host}:{port + 1}, or stop what runs there."
            ) from error


def answers(host: str, port: int) -> bool:
    """Whether the web server answers a request; that it takes connections is not enough."""
    link = http.client.HTTPConnection(host, port, timeout=ANSWER_TIMEOUT_SECONDS)
    try:
        link.request("GET", "/healthz", headers={"Host": "localhost"})
        return link.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
