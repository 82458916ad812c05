"""Harvest a source, page by page, under a lease that one worker holds at a time."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from harvesters.forge import (
    Forge,
    ForgeBusyError,
    ForgeError,
    Page,
    RepositoryKind,
    RepositoryRecord,
    SourceNotFoundError,
)
from harvesters.models import HarvestCursor, HarvestGap, Repository
from harvesters.services.repositories import (
    AnotherRepositoryError,
    check_same,
    follow,
    is_another,
    keep_source,
    reaches_further_back,
)
from harvesters.services.storing import LEASE, advance, clean_text, store_page
from harvesters.sources import identified_here, open_forge

logger = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(hours=1)
LOOKED_FOR_EVERY = timedelta(days=1)
"""What was gone for a day is looked for once a day from then on."""
RETRY_AFTER = timedelta(minutes=5)

Clock = Callable[[], datetime]
"""Tells the time; a long harvest needs it again at every page."""


class SourceBusyError(ForgeError):
    """Another worker harvests this source right now; it will be up to date soon."""


@dataclass(slots=True)
class HarvestReport:
    """What a harvest brought: counts by kind, what was written, what could not be read.

    A harvest that is not complete says why, and when it goes on.
    """

    source: str
    by_kind: Counter[str] = field(default_factory=Counter)
    new: int = 0
    changed: int = 0
    gaps: list[tuple[str, str]] = field(default_factory=list)
    is_complete: bool = False
    message: str = ""
    retry_at: datetime | None = None


OnPage = Callable[[HarvestCursor, HarvestReport], None]
"""Told after each page where the harvest stands, and what it has brought so far."""


def register_source(
    source: str,
    repository: RepositoryRecord,
    *,
    now: datetime,
    since: datetime | None = None,
    replaces: bool = False,
) -> HarvestCursor:
    """Keep ``source`` up to date from now on; asking for more history starts it over.

    A worker that is still at less of it loses its lease: its place in the history is not ours.

    Raises:
        AnotherRepositoryError: ``source`` was another repository until now, and nobody said that
            this one ``replaces`` it. Nothing is read; the source says so from now on.
    """
    try:
        with transaction.atomic():
            return keep_source(source, repository, now, since, replaces=replaces)
    except AnotherRepositoryError as error:
        gone_at = Coalesce("gone_at", Value(now))
        HarvestCursor.objects.filter(source=source).update(error=str(error), gone_at=gone_at)
        raise


@transaction.atomic
def lease_due(*, now: datetime, limit: int) -> list[HarvestCursor]:
    """Take up to ``limit`` due sources; nobody else gets them until the lease ends."""
    due = HarvestCursor.objects.due(now).order_by("next_at")
    leased = list(due.select_for_update(skip_locked=True)[:limit])
    for cursor in leased:
        _take(cursor, now)
    return leased


@transaction.atomic
def lease_source(cursor: HarvestCursor, *, now: datetime) -> HarvestCursor:
    """Take this one source, due or not.

    Raises:
        SourceBusyError: a living worker holds it.
    """
    locked = HarvestCursor.objects.select_for_update().get(pk=cursor.pk)
    if locked.lease_until is not None and locked.lease_until > now:
        raise SourceBusyError
    _take(locked, now)
    return locked


def _take(cursor: HarvestCursor, now: datetime) -> None:
    cursor.lease_until = now + LEASE
    cursor.fence += 1
    cursor.save(update_fields=["lease_until", "fence"])


def harvest_repository(
    cursor: HarvestCursor,
    forge: Forge,
    *,
    clock: Clock = timezone.now,
    on_page: OnPage | None = None,
) -> HarvestReport:
    """Walk the pages of a leased ``cursor`` to the end of this sweep and store each.

    A forge that asks us to wait is not an error: the report is then incomplete and the cursor
    says when it goes on. Any other `ForgeError` is kept on the cursor and raised.
    """
    report = HarvestReport(cursor.source)
    began = clock()
    try:
        _walk(report, cursor, forge, clock, on_page)
    except ForgeBusyError as busy:
        report.message, report.retry_at = str(busy), busy.retry_at or clock() + RETRY_AFTER
        _release(cursor, next_at=report.retry_at, error=str(busy), is_waiting=True)
    except ForgeError as error:
        _give_up(cursor, error, clock())
        raise
    except Exception as error:
        # A fault of ours, or the database's. The last stored page stands; what failed is tried
        # again, but not at every tick.
        told = f"An unexpected {type(error).__name__} stopped this harvest; it is tried again."
        _release(cursor, next_at=clock() + RETRY_AFTER, error=told)
        raise
    except BaseException:
        # Ctrl-C, or a worker that is told to stop: give the lease back for the next one.
        _release(cursor, next_at=clock(), error="")
        raise
    else:
        report.is_complete = True
        now, cursor.gone_at = clock(), None
        _release(cursor, next_at=_next_sweep(began, now), error="", swept_at=now)
    logger.info("harvested source %s: %d new, %d changed", cursor.pk, report.new, report.changed)
    return report


def _walk(
    report: HarvestReport,
    cursor: HarvestCursor,
    forge: Forge,
    clock: Clock,
    on_page: OnPage | None,
) -> None:
    if cursor.repository is None:
        raise ForgeError("This source names no repository; register it again.")
    for page in forge.harvest(_record_of(cursor.repository), cursor.cursor):
        if page.repository is not None:
            follow(cursor, page.repository, now=clock())
        _take_in(report, cursor, _after(page, cursor.since), clock())
        if on_page is not None:
            on_page(cursor, report)


def harvest_source(
    cursor: HarvestCursor,
    *,
    clock: Clock = timezone.now,
    on_page: OnPage | None = None,
) -> HarvestReport:
    """Open the forge of a leased ``cursor`` and harvest it; what goes wrong is kept on it.

    Forges know a repository by its number. Of a file or plain git, where only the address says
    which one it is, it is looked up first whether it is the same.
    """
    try:
        forge, path = open_forge(cursor.source, now=clock())
        if identified_here(cursor.source):
            check_same(cursor, forge.find_repository(path))
    except ForgeError as error:
        _give_up(cursor, error, clock())
        raise
    return harvest_repository(cursor, forge, clock=clock, on_page=on_page)


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
    cursor = HarvestCursor.objects.filter(source=source).select_related("repository").first()
    if cursor is not None and not replaces:
        check_same(cursor, repository)
    if cursor is None or is_another(cursor, repository) or reaches_further_back(since, cursor):
        cursor = HarvestCursor(source=source, since=since)
    report = HarvestReport(source)
    for page in forge.harvest(repository, cursor.cursor):
        _count(report, _after(page, cursor.since))
        advance(cursor, page)
        if on_page is not None:
            on_page(cursor, report)
    report.is_complete = True
    return report


def _record_of(repository: Repository) -> RepositoryRecord:
    return RepositoryRecord(
        repository.host,
        repository.external_id,
        repository.path,
        repository.url,
        RepositoryKind(repository.kind),
    )


def _after(page: Page, since: datetime | None) -> Page:
    if since is None:
        return page
    items = len(page.records) if page.items is None else page.items
    kept = [record for record in page.records if record.occurred_at >= since]
    return replace(page, records=kept, items=items)


def _take_in(report: HarvestReport, cursor: HarvestCursor, page: Page, now: datetime) -> None:
    counts = store_page(cursor, page, now=now)
    report.new += counts.new
    report.changed += counts.changed
    _count(report, page)


def _count(report: HarvestReport, page: Page) -> None:
    report.by_kind.update(str(record.kind) for record in page.records)
    report.gaps.extend((gap.subject, gap.reason) for gap in page.gaps)


def _next_sweep(began: datetime, now: datetime) -> Case:
    """In an hour, or as soon as a webhook asked for since this sweep ``began``."""
    usual = Value(now + SWEEP_EVERY)
    return Case(When(hinted_at__gt=began, then=Least(F("hinted_at"), usual)), default=usual)


def _give_up(cursor: HarvestCursor, error: ForgeError, now: datetime) -> None:
    """Keep ``error``; what the forge shows us no more is gone from now on, and looked for."""
    again = now + SWEEP_EVERY
    if isinstance(error, SourceNotFoundError | AnotherRepositoryError):
        cursor.gone_at = cursor.gone_at or now
        is_long_gone = now - cursor.gone_at >= LOOKED_FOR_EVERY
        again = now + LOOKED_FOR_EVERY if is_long_gone else again
    _release(cursor, next_at=again, error=str(error))


def _release(
    cursor: HarvestCursor,
    *,
    next_at: datetime | Case,
    error: str,
    swept_at: datetime | None = None,
    is_waiting: bool = False,
) -> None:
    """Give the lease back, unless somebody else took it over."""
    HarvestCursor.objects.filter(pk=cursor.pk, fence=cursor.fence).update(
        lease_until=None,
        next_at=next_at,
        error=clean_text(error, 2000),
        swept_at=swept_at or cursor.swept_at,
        is_waiting=is_waiting,
        gone_at=cursor.gone_at,
    )


def gaps_of(repositories: Sequence[Repository]) -> list[HarvestGap]:
    """What could not be read of ``repositories``, the latest first."""
    return list(HarvestGap.objects.filter(cursor__repository__in=repositories)[:100])
