"""What a harvest would take, told after a few requests: items, requests, points, time. Pure.

The first page of each list tells how many items there are, and, by those that it holds, how many
further requests an item takes. So the figures are about right, and never a promise.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from harvesters.budget import Budget
from harvesters.forge import Cursor, RepositoryRecord
from harvesters.stand import FIRST_PAGE, Stand, begun, moment, resumed
from harvesters.streams import Asked, Listing, Order, Stream
from harvesters.sweep import BROKEN_PROMISES, TICK

USUAL_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ListEstimate:
    """One list: about so many ``items`` are to be read, by so many ``requests`` of a time each.

    ``is_least`` says that there may be more: what was updated since the last harvest is counted
    by no forge. ``points`` are those of the forge's limit; most forges count requests.
    """

    name: str
    items: int
    requests: int
    points: int
    seconds: float = 0.0
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a harvest would take: its lists, and the requests that it begins with.

    Its limit is counted as ``kind`` of requests (`harvesters.budget.kind_of`), anew in each
    ``window``.
    """

    lists: Sequence[ListEstimate]
    first_requests: int = 0
    kind: str = "rest"
    window: timedelta = USUAL_WINDOW

    @property
    def requests(self) -> int:
        return self.first_requests + sum(one.requests for one in self.lists)

    @property
    def points(self) -> int:
        return self.first_requests + sum(one.points for one in self.lists)

    @property
    def is_least(self) -> bool:
        return any(one.is_least for one in self.lists)


@runtime_checkable
class Estimating(Protocol):
    """A forge that can tell beforehand what a harvest would take."""

    def estimate(self, repository: RepositoryRecord, cursor: Cursor) -> Estimate:
        """What a harvest from ``cursor`` on would take; raises `ForgeError` only."""


def time_needed(estimate: Estimate, budget: Budget | None, now: datetime) -> timedelta:
    """How long a harvest would take, its waits for the ``budget`` included."""
    work = timedelta(seconds=sum(one.requests * one.seconds for one in estimate.lists))
    if budget is None:
        return work
    begins = max(budget.wait_until or now, now) - now
    if budget.resets_at is None or budget.resets_at <= now:
        return begins + work
    missing = estimate.points - max(0, budget.remaining - budget.reserve)
    if missing <= 0:
        return begins + work
    each = max(1, budget.limit - budget.reserve)
    further, last = divmod(missing - 1, each)
    waits = budget.resets_at - now + further * estimate.window
    return begins + max(work, waits + work * ((last + 1) / estimate.points))


def estimate_streams(
    streams: Sequence[Stream], cursor: Cursor, now: datetime
) -> list[ListEstimate]:
    """What `harvesters.sweep.walk` would take from ``cursor`` on: one request a list, or few.

    Raises:
        ForgeError: what the streams raise.
    """
    by_name = {stream.name: stream for stream in streams}
    return [_estimate(by_name[stand.stream], stand) for stand in _ahead(by_name, cursor, now)]


def _ahead(by_name: dict[str, Stream], cursor: Cursor, now: datetime) -> Iterator[Stand]:
    """Where the walk is in the list it is at, and where it begins in those that follow."""
    here = resumed(cursor, by_name, now)
    yield here
    names = list(by_name)
    for name in names[names.index(here.stream) + 1 :]:
        yield begun(here, name)


def _estimate(stream: Stream, stand: Stand) -> ListEstimate:
    size = min(FIRST_PAGE, stream.largest_page)
    walked = (stand.number - 1) * stand.size
    listing = stream.list(Asked(moment(stand.since), 1, size))
    items, is_least = _count(stream, stand, listing)
    left = max(0, items - walked)
    requests = max(1, -(-left // size)) + round(left * _details(stream, listing))
    return ListEstimate(stream.name, left, requests, requests, listing.seconds, is_least)


def _count(stream: Stream, stand: Stand, listing: Listing) -> tuple[int, bool]:
    """How many items the list holds that are to be read, and whether there may be more."""
    since = moment(stand.since)
    if since is not None and stream.order is Order.NEWEST_UPDATE_FIRST:
        new = sum(_is_new(stream, item, since) for item in listing.items)
        return new, listing.has_more and new == len(listing.items)
    if listing.total is not None:
        return listing.total, False
    return len(listing.items), listing.has_more


def _is_new(stream: Stream, item: Any, since: datetime) -> bool:
    with suppress(*BROKEN_PROMISES):
        return stream.updated_at(item) >= since - TICK
    return True


def _details(stream: Stream, listing: Listing) -> float:
    """How many further requests an item takes, by those listed first."""
    counts = []
    for item in listing.items:
        with suppress(*BROKEN_PROMISES):
            counts.append(stream.details(item))
    return sum(counts) / len(counts) if counts else 0.0
