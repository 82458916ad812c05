"""What a harvest would bring, told without storing anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from harvesters.budget import Budget
from harvesters.estimates import Estimate, Estimating, time_needed
from harvesters.forge import Forge, RepositoryRecord
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import HarvestReport, OnPage, after
from harvesters.services.repositories import check_same, is_another, reaches_further_back
from harvesters.services.spending import budget_of
from harvesters.services.storing import advance


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a harvest would take, of which budget, and how long, its waits included."""

    estimate: Estimate
    budget: Budget | None
    duration: timedelta


def forecast_source(
    source: str,
    forge: Forge,
    repository: RepositoryRecord,
    *,
    now: datetime,
    since: datetime | None = None,
    replaces: bool = False,
) -> Forecast | None:
    """What a harvest of ``source`` would take now, for a few requests.

    None where reading is free, so that a preview tells it best.

    Raises:
        AnotherRepositoryError: as `register_source` would.
        ForgeError: what the forge raises.
    """
    cursor = _cursor_of(source, repository, since, replaces=replaces)
    if not isinstance(forge, Estimating):
        return None
    estimate = forge.estimate(repository, cursor.cursor)
    budget = budget_of(forge, estimate.kind)
    return Forecast(estimate, budget, time_needed(estimate, budget, now))


def preview_source(
    source: str,
    forge: Forge,
    repository: RepositoryRecord,
    *,
    since: datetime | None = None,
    replaces: bool = False,
    on_page: OnPage | None = None,
) -> HarvestReport:
    """Read what a harvest of ``source`` would read now, and store nothing.

    Raises:
        AnotherRepositoryError: as `register_source` would.
    """
    cursor = _cursor_of(source, repository, since, replaces=replaces)
    report = HarvestReport(source)
    for page in forge.harvest(repository, cursor.cursor):
        report.count(after(page, cursor.since))
        advance(cursor, page)
        if on_page is not None:
            on_page(cursor, report)
    report.is_complete = True
    return report


def _cursor_of(
    source: str, repository: RepositoryRecord, since: datetime | None, *, replaces: bool
) -> HarvestCursor:
    """Where a harvest of ``source`` would begin."""
    cursor = HarvestCursor.objects.filter(source=source).select_related("repository").first()
    if cursor is not None and not replaces:
        check_same(cursor, repository)
    if cursor is None or is_another(cursor, repository) or reaches_further_back(since, cursor):
        return HarvestCursor(source=source, since=since)
    return cursor
