"""``opencredits fsck``: every invariant of the store; exit 0, or a list of what is broken."""

import json
import os
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credits.management.progress import bar
from credits.services.fsck import CHECKS, CheckedScores, Fault, find_faults

MOST_SHOWN = 1_000


class Command(BaseCommand):
    """Recompute what can be recomputed, and compare."""

    help = (
        "Check every invariant of the store: scores are computed anew from facts and rule sets,"
        " sums are added, certificates and the log are hashed. Nothing is changed.\n"
        "Exit 0: all holds; 1: a list of what is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes (all cores)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        with bar(_("Scores computed anew"), sys.stderr) as report:
            checked = CheckedScores()
            faults = list(find_faults(jobs=options["jobs"], report=report, checked=checked))
        if options["json"]:
            told = {
                "faults": [asdict(fault) for fault in faults],
                "checks": len(CHECKS) + 1,
                "scores": asdict(checked),
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._tell(faults, checked)
        if faults:
            sys.exit(1)

    def _tell(self, faults: list[Fault], checked: CheckedScores) -> None:
        self.stdout.write(
            _(
                "Scores computed anew from their facts: %(computed)d; from the records of"
                " certificates: %(certified)d; only looked at for consistency, as their rule set"
                " no longer counts and facts have changed: %(consistent)d."
            )
            % asdict(checked)
        )
        for fault in faults[:MOST_SHOWN]:
            self.stdout.write(str(fault))
        count = len(faults)
        if count == 0:
            self.stdout.write(
                _("Nothing is broken: %(count)d checks.") % {"count": len(CHECKS) + 1}
            )
            return
        self.stdout.write(
            ngettext("%(count)d fault.", "%(count)d faults.", count) % {"count": count}
        )
