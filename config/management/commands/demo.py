"""``opencredits demo``: from nothing to a running site with people, history and certificates."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.demo import DEMO_ROLES, demo_sign_in_path
from accounts.models import User
from config.demo import coursework, people, sample, story
from config.embedded import DATABASE, EmbeddedPostgres
from config.management.commands.serve import Command as Serve
from credits.services.scoring import score_stale_projects


class ServeDemo(Serve):
    """``serve``, which tells in the end what the demonstration has to tell."""

    stealth_options = ("after_start",)


class Command(BaseCommand):
    """Load the demonstration and serve it."""

    help = (
        "Load invented institutions and people over history of real shape, then serve the site."
        " Running it again changes nothing.\n"
        "Examples: opencredits demo; opencredits demo --reset --no-serve"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="start from an empty database")
        parser.add_argument("--no-serve", action="store_true", help="load only")

    def handle(self, *_args: Any, **options: Any) -> None:
        refuse_in_production(reset=options["reset"])
        if options["reset"]:
            with self._step("empty the database"):
                reset_database()
        with self._step("bring the database up to date"):
            call_command("migrate", verbosity=0)
        refuse_among_real_people()
        now = timezone.now()
        self._load(sample.first_load(now), now)
        if not options["no_serve"]:
            self._serve()

    def _load(self, loaded_at: datetime, now: datetime) -> None:
        with self._step("publish the rules"):
            story.publish_rules(loaded_at)
        for project in sample.SAMPLE_PROJECTS:
            with self._step(f"harvest {project.slug}"):
                sample.load_project(project, loaded_at=loaded_at, now=now)
        with self._step("score every contribution"):
            score_stale_projects(now=now)
        with self._step("found two universities, invite their people"):
            people.found_universities()
            people.invite_people(now=loaded_at)
            story.publish_policies(loaded_at)
        with self._step("issue certificates, book an earlier term, file applications"):
            story.book_an_earlier_term(loaded_at)
            story.file_applications(loaded_at)
        with self._step("say which projects take coursework"):
            coursework.say_what_is_welcome(loaded_at)
            coursework.ask_for_courses(loaded_at)
        with self._step("connect a student information system"):
            client_id, secret = story.connect_a_student_system(loaded_at)
        self.stdout.write(f"  API client {client_id}\n  API secret {secret} (of this demo only)")

    @contextmanager
    def _step(self, sentence: str) -> Iterator[None]:
        """Print one line a step: a tick, what was done, the seconds it took."""
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self.stdout.write(self.style.ERROR(f"✗ {sentence}"))
            raise
        seconds = time.monotonic() - started
        self.stdout.write(f"{self.style.SUCCESS('✓')} {sentence:<66}{seconds:6.1f} s")
        self.stdout.flush()

    def _serve(self) -> None:
        os.environ["OPENCREDITS_DEMO"] = "1"
        call_command(ServeDemo(), after_start=self._say_where)

    def _say_where(self) -> None:
        self.stdout.write(f"\nOpenCredits runs at {settings.BASE_URL}/   (Ctrl-C stops it)")
        self.stdout.write("Sign in with one click:")
        for role in DEMO_ROLES:
            self.stdout.write(f"  {role:<11} {settings.BASE_URL}{demo_sign_in_path(role)}")
        self.stdout.flush()


def refuse_in_production(*, reset: bool) -> None:
    """Say no where real people may be.

    Raises:
        CommandError: the site has an https address, or a database of its own that nobody has
            given to the demonstration; and a reset of such a database in any case.
    """
    if settings.BASE_URL.startswith("https:"):
        raise CommandError(
            f"OPENCREDITS_BASE_URL is {settings.BASE_URL}: this looks like a real site. "
            "The demonstration runs on http only; unset it."
        )
    if settings.DATABASE_URL and reset:
        raise CommandError(
            "--reset drops the embedded database only. DATABASE_URL names another: empty that "
            "one yourself."
        )
    if settings.DATABASE_URL and not settings.DEMO:
        raise CommandError(
            "DATABASE_URL is set: this may be a real site. If that database is for the "
            "demonstration, say so with OPENCREDITS_DEMO=1; else unset DATABASE_URL."
        )


def refuse_among_real_people() -> None:
    """Say no to a database with people whom the demonstration did not invent.

    Raises:
        CommandError: there are such people, and the demonstration was never loaded here.
    """
    operator = DEMO_ROLES["operator"].username
    is_demo = User.objects.filter(username=operator, email=people.OPERATOR.email).exists()
    if not is_demo and User.objects.exists():
        raise CommandError(
            "This database holds people already. Give the demonstration a folder of its own: "
            "OPENCREDITS_HOME=/tmp/demo opencredits demo"
        )


def reset_database() -> None:
    """Drop the embedded database, and the files that were made for it."""
    with EmbeddedPostgres(settings.PG_HOME).connect("postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{DATABASE}"')
    for path in (settings.HOME / "demo").glob("*"):
        path.unlink()
    # The signer remembers the log that is gone, and would take the new one for a fork.
    Path(settings.SIGNER_STATE).unlink(missing_ok=True)
