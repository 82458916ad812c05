"""Harvest a source, page by page, under a lease that one worker holds at a time."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
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
from harvesters.models import HarvestCursor, Repository
from harvesters.services.leasing import RETRY_AFTER, give_up, release, release_swept
from harvesters.services.quarantine import quarantined
from harvesters.services.repositories import (
    AnotherRepositoryError,
    follow,
    keep_source,
)
from harvesters.services.spending import Expenses
from harvesters.services.storing import store_page
from harvesters.shared_answers import doubt_answers, forget_answers, keeping_answers
from harvesters.sources import asked_in_parts, open_forge

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
"""Tells the time; a long harvest needs it again at every page."""


@dataclass(slots=True)
class HarvestReport:
    """What a harvest brought: counts by kind, what was written, what could not be read.

    ``requests`` and ``points`` are what it took of our account's limit. A harvest that is not
    complete says why, and when it goes on.
    """

    source: str
    by_kind: Counter[str] = field(default_factory=Counter)
    new: int = 0
    changed: int = 0
    gaps: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    points: int = 0
    is_complete: bool = False
    message: str = ""
    retry_at: datetime | None = None

    def count(self, page: Page) -> None:
        """Add what ``page`` tells."""
        self.by_kind.update(str(record.kind) for record in page.records)
        self.gaps.extend((gap.subject, gap.reason) for gap in page.gaps)


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
    expenses = Expenses(cursor, forge, now=began)
    try:
        _walk(report, cursor, forge, expenses, clock, on_page)
    except ForgeBusyError as busy:
        report.message, report.retry_at = str(busy), busy.retry_at or clock() + RETRY_AFTER
        release(cursor, next_at=report.retry_at, error=str(busy), is_waiting=True)
    except ForgeError as error:
        give_up(cursor, error, now=clock())
        raise
    except Exception as error:
        # A fault of ours, or the database's. The last stored page stands; what failed is tried
        # again, but not at every tick.
        told = f"An unexpected {type(error).__name__} stopped this harvest; it is tried again."
        release(cursor, next_at=clock() + RETRY_AFTER, error=told)
        raise
    except BaseException:
        # Ctrl-C, or a worker that is told to stop: give the lease back for the next one.
        release(cursor, next_at=clock(), error="")
        raise
    else:
        report.is_complete = True
        release_swept(cursor, began=began, now=clock())
    logger.info("harvested source %s: %d new, %d changed", cursor.pk, report.new, report.changed)
    return report


def _walk(
    report: HarvestReport,
    cursor: HarvestCursor,
    forge: Forge,
    expenses: Expenses,
    clock: Clock,
    on_page: OnPage | None,
) -> None:
    if cursor.repository is None:
        raise ForgeError("This source names no repository; register it again.")
    try:
        for page in forge.harvest(record_of(cursor.repository), cursor.cursor):
            expenses.note()
            if page.repository is not None:
                follow(cursor, page.repository, now=clock())
            _take_in(report, cursor, after(quarantined(page), cursor.since), clock())
            if on_page is not None:
                on_page(cursor, report)
    except SourceNotFoundError:
        # What the repository was when this sweep was opened is true no more.
        forget_answers(cursor)
        raise
    except ForgeError:
        doubt_answers(forge)
        raise
    finally:
        expenses.note()
        spent = expenses.meter
        report.requests, report.points = spent.requests, spent.points


def harvest_source(
    cursor: HarvestCursor,
    *,
    clock: Clock = timezone.now,
    on_page: OnPage | None = None,
) -> HarvestReport:
    """Open the forge of a leased ``cursor`` and harvest it; what goes wrong is kept on it."""
    try:
        forge, _ = open_forge(cursor.source, now=clock())
        if asked_in_parts(cursor.source):
            forge = keeping_answers(forge, cursor)
    except ForgeError as error:
        give_up(cursor, error, now=clock())
        raise
    return harvest_repository(cursor, forge, clock=clock, on_page=on_page)


def record_of(repository: Repository) -> RepositoryRecord:
    """``repository`` as its forge is asked for it."""
    return RepositoryRecord(
        repository.host,
        repository.external_id,
        repository.path,
        repository.url,
        RepositoryKind(repository.kind),
    )


def after(page: Page, since: datetime | None) -> Page:
    """``page`` without what happened before ``since``."""
    if since is None:
        return page
    items = len(page.records) if page.items is None else page.items
    kept = [record for record in page.records if record.occurred_at >= since]
    return replace(page, records=kept, items=items)


def _take_in(report: HarvestReport, cursor: HarvestCursor, page: Page, now: datetime) -> None:
    counts = store_page(cursor, page, now=now)
    report.new += counts.new
    report.changed += counts.changed
    report.count(page)
