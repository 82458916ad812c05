"""``opencredits serve``: the whole site under one supervisor."""

import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.broker import NoBrokerError, broker_command, broker_socket
from config.embedded import EmbeddedPostgres, EmbeddedPostgresError, in_use
from config.sockets import make_private
from config.supervisor import AlreadyRunningError, Child, Supervisor, sole_supervisor

WATCH_EVERY_SECONDS = 1.0
ANSWER_TIMEOUT_SECONDS = 30.0


class Command(BaseCommand):
    """Run web, worker and beat, with PostgreSQL and broker where none are given."""

    help = (
        "Run PostgreSQL and the broker (unless DATABASE_URL and CELERY_BROKER_URL name others), "
        "web, worker and beat. Ctrl-C stops everything.\n"
        "Examples: opencredits serve; opencredits serve --port 8080 --workers 4"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        site = urlsplit(settings.BASE_URL)
        parser.add_argument("--host", default=site.hostname or "localhost")
        parser.add_argument("--port", type=int, default=site.port or 8000)
        parser.add_argument("--workers", type=int, default=2, help="processes of web and worker")

    def handle(
        self, *_args: Any, after_start: Callable[[], None] | None = None, **options: Any
    ) -> None:
        run_directory = settings.HOME / "run"
        server = None if settings.DATABASE_URL else EmbeddedPostgres(settings.PG_HOME)
        try:
            with sole_supervisor(run_directory), in_use(server) if server else nullcontext():
                refuse_busy_port(options["host"], options["port"])
                self._prepare()
                children = children_of(options["host"], options["port"], options["workers"])
                supervisor = Supervisor(children, run_directory, Watch(server))
                supervisor.run(lambda: self._tell(options, after_start))
        except (AlreadyRunningError, EmbeddedPostgresError, NoBrokerError) as error:
            raise CommandError(str(error) or type(error).__doc__) from error
        self.stdout.write("Stopped.")

    def _prepare(self) -> None:
        with self._step("bring the database up to date"):
            call_command("migrate", verbosity=0)
        with self._step("collect static files"):
            call_command("collectstatic", verbosity=0, interactive=False)

    def _tell(self, options: dict[str, Any], after_start: Callable[[], None] | None) -> None:
        with self._step("start web, worker and beat"):
            wait_for_answer(options["host"], options["port"])
        if after_start is not None:
            after_start()
        else:
            self.stdout.write(f"OpenCredits runs at {settings.BASE_URL}/   (Ctrl-C stops it)")
        self.stdout.flush()

    @contextmanager
    def _step(self, sentence: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
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
    children = [
        Child(
            "web",
            [
                *(python, "-m", "gunicorn", "config.wsgi", "--workers", str(workers)),
                *("--bind", f"{host}:{port}", "--log-level", "warning", "--timeout", "60"),
                *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else str(run)),  # noqa: S108
            ],
        ),
        Child(
            "worker",
            [
                *celery,
                *("worker", "--concurrency", str(workers), "--loglevel", "WARNING"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
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
        ),
    ]
    if settings.EMBEDDED_BROKER:
        make_private(broker_socket(settings.HOME).parent)
        children.insert(0, Child("broker", broker_command(settings.HOME)))
    return children


def refuse_busy_port(host: str, port: int) -> None:
    """Say so at once where something else answers on the port.

    Raises:
        CommandError
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} of {host} is taken: {error.strerror}. Choose another by "
                f"OPENCREDITS_BASE_URL=http://{host}:{port + 1}, or stop what runs there."
            ) from error


def wait_for_answer(host: str, port: int) -> None:
    """Wait until the web server takes connections, for half a minute at most."""
    deadline = time.monotonic() + ANSWER_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
