"""``opencredits harvest``: read sources to the end, and keep them up to date from then on."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from harvesters.forge import Forge, ForgeBusyError, ForgeError, RepositoryRecord
from harvesters.management.progress import Display, shown
from harvesters.management.reports import ExitCode, Outcome, as_json, lines_of, trouble_of
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import HarvestReport, harvest_repository, register_source
from harvesters.services.leasing import SourceBusyError, lease_source
from harvesters.services.previewing import forecast_source, preview_source
from harvesters.services.spending import spent_by
from harvesters.services.storing import LeaseLostError
from harvesters.sources import SCHEMES, open_forge
from harvesters.transports.git import is_path

SCHEMES_OF_FILES = frozenset({"git", "jsonl"})


class Command(BaseCommand):
    """Harvest sources."""

    help = (
        "Read the contributions of each source, and keep it up to date from then on. Stop it"
        " whenever you like: the same command goes on where it stopped.\n"
        "Exit code 0: all read; 1: a source cannot be read; 75: to be continued later, because"
        " a forge asks us to wait or another worker is at it; 130: stopped by Ctrl-C.\n"
        "Examples: opencredits harvest git:../my-project;"
        " opencredits harvest github:owner/name --since 2026-03-01"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = ", ".join(f"{name}:{scheme.example}" for name, scheme in SCHEMES.items())
        parser.add_argument("sources", nargs="+", metavar="SOURCE", help=known)
        parser.add_argument(
            "--since",
            type=_moment,
            metavar="DATE",
            help="keep only what happened from this day on (2026-03-01, in UTC)",
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="where a name is another repository's now, read that one from now on;"
            " what was read of the former one stays",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would take, and store nothing"
        )
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        outcomes: list[Outcome] = []
        for source in map(_absolute, options["sources"]):
            outcome = self._harvest(source, options)
            outcomes.append(outcome)
            self._say(outcome, options)
            if outcome.code is ExitCode.INTERRUPTED:
                break
        if options["json"]:
            answers = [as_json(outcome, is_dry_run=options["dry_run"]) for outcome in outcomes]
            self.stdout.write(json.dumps({"sources": answers}, ensure_ascii=False, indent=2))
        codes = {outcome.code for outcome in outcomes}
        if worst := next(code for code in ExitCode if code in codes):
            raise SystemExit(int(worst))

    def _say(self, outcome: Outcome, options: dict[str, Any]) -> None:
        if not options["json"]:
            for line in lines_of(outcome, is_dry_run=options["dry_run"]):
                self.stdout.write(line)
        for line in trouble_of(outcome):
            self.stderr.write(line)

    def _harvest(self, source: str, options: dict[str, Any]) -> Outcome:
        # Not self.stderr, which ends and colours what it writes: a bar does that by itself.
        with shown(source, options.get("stderr") or sys.stderr) as display:
            walk = _Walk(source, options, display)
            try:
                return walk.run()
            except ForgeBusyError as busy:
                return walk.stopped(ExitCode.LATER, str(busy), busy.retry_at)
            except (SourceBusyError, LeaseLostError) as error:
                return walk.stopped(ExitCode.LATER, str(error))
            except ForgeError as error:
                return walk.stopped(ExitCode.FAILED, str(error))
            except KeyboardInterrupt:
                return walk.stopped(ExitCode.INTERRUPTED)


class _Walk:
    """The harvest of one source, which may stop at any moment, and what it brought until then."""

    def __init__(self, source: str, options: dict[str, Any], display: Display) -> None:
        self._source = source
        self._asked = {"since": options["since"], "replaces": options["replace"]}
        self._display = display
        self._is_dry_run = options["dry_run"]
        self._report = HarvestReport(source)

    def run(self) -> Outcome:
        forge, path = open_forge(self._source, now=timezone.now())
        repository = forge.find_repository(path)
        if self._is_dry_run:
            return self._previewed(forge, repository)
        report = self._stored(forge, repository)
        code = ExitCode.DONE if report.is_complete else ExitCode.LATER
        return Outcome(self._source, code, report, report.message, report.retry_at)

    def stopped(
        self, code: ExitCode, message: str = "", retry_at: datetime | None = None
    ) -> Outcome:
        return Outcome(self._source, code, self._report, message, retry_at)

    def _stored(self, forge: Forge, repository: RepositoryRecord) -> HarvestReport:
        now = timezone.now()
        cursor = register_source(self._source, repository, now=now, **self._asked)
        return harvest_repository(lease_source(cursor, now=now), forge, on_page=self._on_page)

    def _previewed(self, forge: Forge, repository: RepositoryRecord) -> Outcome:
        forecast = forecast_source(
            self._source, forge, repository, now=timezone.now(), **self._asked
        )
        if forecast is None:
            report = preview_source(
                self._source, forge, repository, on_page=self._on_page, **self._asked
            )
        else:
            report = HarvestReport(self._source, is_complete=True)
        spent = spent_by(forge)
        report.requests, report.points = spent.requests, spent.points
        return Outcome(self._source, ExitCode.DONE, report, forecast=forecast)

    def _on_page(self, cursor: HarvestCursor, report: HarvestReport) -> None:
        self._report = report
        left = cursor.time_left(timezone.now())
        self._display.advance(cursor.done_count, cursor.total_count, left)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = _("%(text)s is no day; write it as 2026-03-01.") % {"text": text}
        raise ArgumentTypeError(message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _absolute(source: str) -> str:
    """``source`` with a relative path made whole: a worker that reads it stands elsewhere."""
    scheme, _colon, address = source.partition(":")
    if scheme not in SCHEMES_OF_FILES or not address or not is_path(address):
        return source
    return f"{scheme}:{Path(address).expanduser().resolve()}"
