"""Certificates for many people in a folder: a file each, and a table of what came of whom."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.core.management.base import CommandError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from credits.core.points import decimal_points
from credits.management.arguments import read_text
from credits.models import Certificate
from credits.services.batch_issuing import Batch, Issued, issue_to_many
from credits.services.processes import Report

TABLE = "issued.csv"
COLUMNS = ("email", "code", "points", "note")
MOST_NAMED = 10
CHUNK = 500


@dataclass
class BatchCounts:
    """What came of a batch; ``waiting`` are entered in the log and not signed."""

    table: Path
    issued: int = 0
    had: int = 0
    refused: int = 0
    waiting: int = 0

    def count(self, outcome: Issued) -> None:
        if not outcome.code:
            self.refused += 1
        elif outcome.is_new:
            self.issued += 1
        else:
            self.had += 1

    def as_words(self) -> dict[str, object]:
        return {
            "issued": self.issued,
            "had": self.had,
            "refused": self.refused,
            "table": self.table,
        }


def people_in(path: str) -> list[int]:
    """The keys of the people whose addresses stand in the file, one a line.

    Raises:
        CommandError: it cannot be read, is empty, or names somebody who does not sign in here;
            then nobody gets a certificate.
    """
    lines = [line.strip().lower() for line in read_text(path).splitlines()]
    wanted = dict.fromkeys(line for line in lines if line and not line.startswith("#"))
    if not wanted:
        raise CommandError(_("%(path)s names nobody: one address a line.") % {"path": path})
    known = dict[str, int]()
    for chunk in _chunks(wanted):
        people = User.objects.annotate(address=Lower("email")).filter(address__in=chunk)
        known |= dict(people.values_list("address", "pk"))
    missing = [line for line in wanted if line not in known]
    if missing:
        raise CommandError(
            _("%(count)d of these do not sign in here: %(names)s")
            % {"count": len(missing), "names": ", ".join(missing[:MOST_NAMED])}
        )
    return [known[line] for line in wanted]


def issue_into(
    folder: Path, people: list[int], batch: Batch, *, jobs: int, report: Report
) -> BatchCounts:
    """Issue to ``people`` and keep in ``folder`` what each of them is to get.

    Raises:
        CommandError: the folder cannot be made or written.
    """
    counts = BatchCounts(folder / TABLE)
    codes: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with counts.table.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for outcome in issue_to_many(people, batch, jobs=jobs, report=report):
                counts.count(outcome)
                rows.writerow(_row(outcome))
                if outcome.code:
                    codes.append(outcome.code)
        written = _write(folder, codes)
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror}") from error
    counts.waiting = len(codes) - written
    return counts


def _write(folder: Path, codes: Iterable[str]) -> int:
    """Each certificate that is signed, byte for byte; returns how many those are."""
    written = 0
    for chunk in _chunks(codes):
        signed = Certificate.objects.filter(code__in=chunk).values_list("code", "credential")
        for code, credential in signed.iterator():
            (folder / f"{code}.json").write_text(credential, encoding="utf-8", newline="")
            written += 1
    return written


def _row(outcome: Issued) -> list[str]:
    points = decimal_points(outcome.points) if outcome.code else ""
    return [outcome.email, outcome.code, points, outcome.problem]


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    remaining = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
