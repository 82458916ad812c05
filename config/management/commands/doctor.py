"""``opencredits doctor``: what is missing, and the command that mends it."""

import json
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.checks import run_checks
from config.embedded import EmbeddedPostgres, EmbeddedPostgresError, in_use


class Command(BaseCommand):
    """Look at every part of the installation."""

    help = (
        "Check every part of the installation; a failing line names the command that mends it. "
        "Exit code 0 if all is well, else 1.\n"
        "Examples: opencredits doctor; opencredits doctor --json"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *_args: Any, **options: Any) -> None:
        with ExitStack() as stack:
            self._bring_database_up(stack)
            checks = run_checks()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(check) for check in checks]))
        else:
            for check in checks:
                mark = self.style.SUCCESS("✓") if check.is_good else self.style.ERROR("✗")
                mend = "" if check.is_good else f"   -> {check.mend}"
                detail = f" ({check.detail})" if check.detail else ""
                self.stdout.write(f"{mark} {check.name:<18}{check.found}{detail}{mend}")
        if not all(check.is_good for check in checks):
            sys.exit(1)

    def _bring_database_up(self, stack: ExitStack) -> None:
        """Start the embedded server if it is down; where that fails, the checks say so."""
        if settings.DATABASE_URL:
            return
        try:
            stack.enter_context(in_use(EmbeddedPostgres(settings.PG_HOME)))
        except EmbeddedPostgresError as error:
            self.stderr.write(str(error))
