"""Sweep many sources at once, where their forge tells which of them have nothing new.

An unchanged repository then costs the hundredth part of a request, and no harvest.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from harvesters.forge import Comparing, ForgeError
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import Clock, record_of
from harvesters.services.leasing import give_back, lease, lease_due, release_swept
from harvesters.sources import open_forge

logger = logging.getLogger(__name__)

ASKED_TOGETHER = ("github",)
"""Schemes whose forge can be asked so. All sources of one are asked for by one account."""

MOST_AT_ONCE = 100


def take_due(*, now: datetime, limit: int, clock: Clock) -> list[HarvestCursor]:
    """Take up to ``limit`` due sources that have to be harvested, those that wait longest.

    What is at rest is asked for together before; whatever has nothing new is swept by that.
    """
    taken: list[HarvestCursor] = []
    for scheme in ASKED_TOGETHER:
        taken += _changed(scheme, now, limit, clock)
    taken += lease_due(now=now, limit=limit)
    taken.sort(key=lambda cursor: cursor.next_at or now)
    give_back(taken[limit:])
    return taken[:limit]


def _changed(scheme: str, now: datetime, limit: int, clock: Clock) -> list[HarvestCursor]:
    """Due sources at rest that may have something new: about as many as ``limit``, leased."""
    changed: list[HarvestCursor] = []
    while len(changed) < limit:
        resting = HarvestCursor.objects.due(now).resting(scheme)
        leased = lease(resting, now=now, limit=MOST_AT_ONCE)
        swept = _unchanged(leased, now)
        for cursor in swept:
            cursor.spent_requests = cursor.spent_points = 0
            release_swept(cursor, began=now, now=clock())
        changed += [cursor for cursor in leased if cursor not in swept]
        if leased:
            logger.info("%d of %d sources have nothing new", len(swept), len(leased))
        if len(leased) < MOST_AT_ONCE:
            break
    return changed


def _unchanged(leased: Sequence[HarvestCursor], now: datetime) -> list[HarvestCursor]:
    """Those of ``leased`` that have nothing new; none, where the forge does not tell."""
    asked = dict(_by_repository(leased))
    if not asked:
        return []
    try:
        forge, _path = open_forge(leased[0].source, now=now)
        if not isinstance(forge, Comparing):
            return []
        told = [
            (record_of(cursor.repository), cursor.cursor)
            for cursor in asked.values()
            if cursor.repository is not None
        ]
        found = forge.unchanged(told)
    except ForgeError as error:
        logger.warning("%d sources are harvested one by one: %s", len(leased), error)
        return []
    return [asked[external_id] for external_id in found]


def _by_repository(leased: Sequence[HarvestCursor]) -> Iterator[tuple[str, HarvestCursor]]:
    """By the repository's number; of two sources of one repository, the last stands for none."""
    for cursor in reversed(leased):
        if cursor.repository is not None:
            yield cursor.repository.external_id, cursor
