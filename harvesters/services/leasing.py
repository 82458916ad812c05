"""Leases on sources: one worker at a time, and how a source is given back for the next one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Least

from harvesters.forge import ForgeError, SourceNotFoundError
from harvesters.models import HarvestCursor, HarvestCursorQuerySet
from harvesters.services.repositories import AnotherRepositoryError
from harvesters.services.sightings import see_gone
from harvesters.services.storing import LEASE, clean_text

SWEEP_EVERY = timedelta(hours=1)
LOOKED_FOR_EVERY = timedelta(days=1)
"""What was gone for a day is looked for once a day from then on."""
RETRY_AFTER = timedelta(minutes=5)


class SourceBusyError(ForgeError):
    """Another worker harvests this source right now; it will be up to date soon."""


def lease_due(*, now: datetime, limit: int) -> list[HarvestCursor]:
    """Take up to ``limit`` due sources; nobody else gets them until the lease ends."""
    return lease(HarvestCursor.objects.due(now), now=now, limit=limit)


@transaction.atomic
def lease(sources: HarvestCursorQuerySet, *, now: datetime, limit: int) -> list[HarvestCursor]:
    """Take up to ``limit`` of ``sources``, which are due: those that wait longest."""
    found = list(sources.order_by("next_at").select_for_update(skip_locked=True)[:limit])
    for cursor in found:
        _take(cursor, now)
    HarvestCursor.objects.bulk_update(found, ["lease_until", "fence"])
    return found


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
    locked.save(update_fields=["lease_until", "fence"])
    return locked


def _take(cursor: HarvestCursor, now: datetime) -> None:
    cursor.lease_until = now + LEASE
    cursor.fence += 1


@transaction.atomic
def give_back(leased: Sequence[HarvestCursor]) -> None:
    """End the leases of sources that nobody began to read; they stay due."""
    for cursor in leased:
        mine = HarvestCursor.objects.filter(pk=cursor.pk, fence=cursor.fence)
        mine.update(lease_until=None)


def release(
    cursor: HarvestCursor, *, next_at: datetime | Case, error: str, is_waiting: bool = False
) -> None:
    """Give the lease back and keep what ``cursor`` tells, unless somebody else took it over."""
    HarvestCursor.objects.filter(pk=cursor.pk, fence=cursor.fence).update(
        lease_until=None,
        next_at=next_at,
        error=clean_text(error, 2000),
        is_waiting=is_waiting,
        swept_at=cursor.swept_at,
        gone_at=cursor.gone_at,
        reading_since=cursor.reading_since,
        reading_from=cursor.reading_from,
        spent_requests=cursor.spent_requests,
        spent_points=cursor.spent_points,
    )


def release_swept(cursor: HarvestCursor, *, began: datetime, now: datetime) -> None:
    """Give a source back that was read to the end by a sweep that ``began`` then."""
    cursor.swept_at, cursor.gone_at, cursor.reading_since = now, None, None
    release(cursor, next_at=_next_sweep(began, now), error="")


def give_up(cursor: HarvestCursor, error: ForgeError, *, now: datetime) -> None:
    """Keep ``error``; what the forge shows us no more is gone from now on, and looked for."""
    again = now + SWEEP_EVERY
    if isinstance(error, SourceNotFoundError | AnotherRepositoryError):
        cursor.gone_at = cursor.gone_at or now
        is_long_gone = now - cursor.gone_at >= LOOKED_FOR_EVERY
        again = now + LOOKED_FOR_EVERY if is_long_gone else again
        see_gone(cursor.repository, now=now)
    release(cursor, next_at=again, error=str(error))


def _next_sweep(began: datetime, now: datetime) -> Case:
    """In an hour, or as soon as a webhook asked for since this sweep ``began``."""
    usual = Value(now + SWEEP_EVERY)
    return Case(When(hinted_at__gt=began, then=Least(F("hinted_at"), usual)), default=usual)
