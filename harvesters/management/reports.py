"""What became of the harvest of one source: in words, and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from harvesters.gap_words import reason_words, subject_words
from harvesters.management.forecasts import forecast_json, forecast_lines
from harvesters.models import Contribution
from harvesters.services.harvesting import HarvestReport
from harvesters.services.previewing import Forecast
from harvesters.words import grouped, spent

MOST_GAPS_SHOWN = 20


class ExitCode(IntEnum):
    """How the command ends; of several sources, the first that holds in this order."""

    INTERRUPTED = 130
    FAILED = 1
    LATER = 75
    DONE = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One source: its report, and why it was not read to the end, if it was not.

    Of a dry run, where reading is not free, there is a ``forecast`` instead.
    """

    source: str
    code: ExitCode
    report: HarvestReport
    message: str = ""
    retry_at: datetime | None = None
    forecast: Forecast | None = None


def as_json(outcome: Outcome, *, is_dry_run: bool) -> dict[str, Any]:
    """The outcome for a script."""
    report = outcome.report
    return {
        "source": outcome.source,
        "is_complete": report.is_complete,
        "is_dry_run": is_dry_run,
        "read": report.by_kind.total(),
        "by_kind": {str(kind): count for kind, count in sorted(report.by_kind.items())},
        "new": report.new,
        "changed": report.changed,
        "requests": report.requests,
        "points": report.points,
        "estimate": forecast_json(outcome.forecast) if outcome.forecast else None,
        "gaps": [{"subject": subject, "reason": reason} for subject, reason in report.gaps],
        "error": outcome.message or None,
        "retry_at": outcome.retry_at.isoformat() if outcome.retry_at else None,
    }


def lines_of(outcome: Outcome, *, is_dry_run: bool) -> Iterator[str]:
    """The outcome for a person: what was read, by kind, what that took, and the gaps."""
    if outcome.forecast is not None:
        yield from forecast_lines(outcome.source, outcome.forecast)
    elif outcome.report.is_complete or outcome.report.by_kind:
        yield f"{outcome.source}: {_read(outcome.report, is_dry_run=is_dry_run)}"
    for kind, count in sorted(outcome.report.by_kind.items()):
        yield f"  {grouped(count):>9}  {Contribution.Kind(kind).label}"
    if outcome.report.requests:
        yield "  " + _("It took %(spent)s.") % {
            "spent": spent(outcome.report.requests, outcome.report.points)
        }
    yield from _gap_lines(outcome.report.gaps)


def trouble_of(outcome: Outcome) -> Iterator[str]:
    """Why the source was not read to the end, and what happens next."""
    if outcome.message:
        yield f"{outcome.source}: {outcome.message}"
    if outcome.retry_at is not None:
        yield "  " + _(
            "It goes on at %(time)s: by itself where OpenCredits is being served, else by the"
            " same command."
        ) % {"time": localtime(outcome.retry_at).strftime("%Y-%m-%d %H:%M:%S %Z")}
    if outcome.code is ExitCode.INTERRUPTED:
        yield "  " + _(
            "Stopped. What was read is stored; the same command goes on from there:"
            " opencredits harvest %(source)s"
        ) % {"source": outcome.source}


def _read(report: HarvestReport, *, is_dry_run: bool) -> str:
    count = report.by_kind.total()
    if is_dry_run:
        return ngettext(
            "%(read)s contribution would be read; nothing was stored",
            "%(read)s contributions would be read; nothing was stored",
            count,
        ) % {"read": grouped(count)}
    if not count:
        return _("nothing new since the last harvest")
    return ngettext(
        "%(read)s contribution read: %(new)s new, %(changed)s changed",
        "%(read)s contributions read: %(new)s new, %(changed)s changed",
        count,
    ) % {
        "read": grouped(count),
        "new": grouped(report.new),
        "changed": grouped(report.changed),
    }


def _gap_lines(gaps: list[tuple[str, str]]) -> Iterator[str]:
    if not gaps:
        return
    count = len(gaps)
    yield "  " + ngettext(
        "%(count)s gap, which could not be read:",
        "%(count)s gaps, which could not be read:",
        count,
    ) % {"count": grouped(count)}
    for subject, reason in gaps[:MOST_GAPS_SHOWN]:
        yield f"    {subject_words(subject)}: {reason_words(reason)}"
    if count > MOST_GAPS_SHOWN:
        more = grouped(count - MOST_GAPS_SHOWN)
        yield "    " + _("and %(count)s more; --json lists all") % {"count": more}
