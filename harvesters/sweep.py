"""How the lists of a REST forge are walked so that nothing is lost while they change.

A forge tells its items in streams (merge requests, issues, releases). Oldest update first is the
order that needs no luck: each page begins at the moment where the last one ended, so that
whatever is updated meanwhile comes again at the end. Where a forge cannot list so, pages are
walked from the latest update down to what the last sweep saw; what is updated meanwhile was
already passed, and is the next sweep's. Everything is told at least once; the store makes it once.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.forge import (
    Cursor,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    Gap,
    Page,
)
from harvesters.streams import Asked, Listing, Order, Reading, Stream

FIRST_PAGE, LARGEST_PAGE, GROWTH = 50, 100, 10
QUICK_SECONDS = 4.0
OVERLAP = timedelta(minutes=10)
"""A sweep looks back this far behind the start of the last one: clocks differ."""

TICK = timedelta(seconds=1)
"""Forges tell whole seconds, and differ in whether ``since`` includes its own."""

MOST_PAGES = 20_000
BROKEN_PROMISES = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading raises where an item is not as the forge's description says."""


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a walk stands: in ``stream`` at page ``number`` of what was updated ``since``.

    ``began`` is empty between two sweeps. ``newest`` is the latest update seen in this stream, by
    the forge's own clock; ``reached`` tells how far back the next sweep of each stream looks.
    ``before`` digests which items the page before held, ``expected`` is how many the list had.
    """

    stream: str = ""
    began: str = ""
    since: str = ""
    number: int = 1
    size: int = FIRST_PAGE
    newest: str = ""
    before: str = ""
    expected: int | None = None
    done: int = 0
    reached: Mapping[str, str] = field(default_factory=dict)


def walk(streams: Sequence[Stream], cursor: Cursor, now: datetime) -> Iterator[Page]:
    """Yield the pages of all ``streams`` from ``cursor`` on; the last one ends the sweep.

    Raises:
        ForgeError: what the streams raise, or a list that contradicts itself.
    """
    by_name = {stream.name: stream for stream in streams}
    stand = _resumed(cursor, by_name, now)
    for _ in range(MOST_PAGES):
        stream = by_name[stand.stream]
        try:
            page, behind = _step(stream, stand, list(by_name))
        except ForgeOverloadedError as error:
            stand = _asking_less(stand, error)
            continue
        yield page
        if page.is_last:
            return
        stand = behind
    raise ForgeAnswerError(f"The forge's list of {stand.stream} has no end.")


def _resumed(cursor: Cursor, streams: Mapping[str, Stream], now: datetime) -> _Stand:
    stand = _Stand(**{one.name: cursor[one.name] for one in fields(_Stand) if one.name in cursor})
    if not stand.began or stand.stream not in streams:
        return _begun(replace(stand, began=now.isoformat(), done=0), next(iter(streams)))
    if streams[stand.stream].order is Order.OLDEST_UPDATE_FIRST:
        return replace(stand, number=1, before="")
    # What was deleted since would have moved items on to the page before.
    return replace(stand, number=max(1, stand.number - 1), before="")


def _begun(stand: _Stand, stream: str) -> _Stand:
    since = stand.reached.get(stream, "")
    return replace(stand, stream=stream, since=since, number=1, newest="", before="", expected=None)


def _begin_next(stand: _Stand, ended: str, names: Sequence[str]) -> _Stand:
    """The stream after ``ended``, or rest."""
    place = names.index(ended) + 1
    if place < len(names):
        return _begun(stand, names[place])
    return replace(_begun(stand, ""), began="", size=FIRST_PAGE)


def _step(stream: Stream, stand: _Stand, names: Sequence[str]) -> tuple[Page, _Stand]:
    listing = stream.list(_asked(stand))
    behind = _WALKERS[stream.order](stream, stand, listing)
    if not behind.stream:
        behind = _begin_next(behind, stand.stream, names)
    return _page(stream, listing, stand, behind), behind


def _asked(stand: _Stand) -> Asked:
    return Asked(_moment(stand.since), stand.number, stand.size)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _page(stream: Stream, listing: Listing, stand: _Stand, behind: _Stand) -> Page:
    readings = [_read(stream, item) for item in listing.items]
    total = None if listing.total is None or stand.number > 1 else stand.done + listing.total
    return Page(
        [record for reading in readings for record in reading.records],
        asdict(behind),
        [gap for reading in readings for gap in reading.gaps],
        total=total,
        is_last=not behind.began,
        items=len(listing.items),
    )


def _read(stream: Stream, item: Any) -> Reading:
    """An item's reading; one that breaks its promise is a gap, and its neighbours count."""
    try:
        return stream.read(item)
    except BROKEN_PROMISES as error:
        why = f"The forge's answer lacks what it promises: {error!r:.200}"
        return Reading(gaps=[Gap(f"{stream.name} {_name_of(stream, item)}", why)])


def _digest(stream: Stream, listing: Listing) -> str:
    """Which items a page holds, in whatever order it tells them."""
    names = "\n".join(sorted(_name_of(stream, item) for item in listing.items))
    return hashlib.sha256(names.encode("utf-8", "replace")).hexdigest()[:16]


def _name_of(stream: Stream, item: Any) -> str:
    try:
        return stream.key(item)[:200]
    except BROKEN_PROMISES:
        return "without a number"


def _upwards(stream: Stream, stand: _Stand, listing: Listing) -> _Stand:
    """Behind a page of the oldest updates: at its last moment, or, if that is all one, further."""
    moments = _moments(stream, listing)
    since = _moment(stand.since)
    if moments != sorted(moments):
        raise _contradicts(stream, "is not in the order that was asked for")
    if since and moments and moments[0] < since - TICK:
        raise _contradicts(stream, "holds what was not asked for")
    if stand.number > 1 and _has_slipped(stream, stand):
        return replace(stand, number=1, before="")
    seen = _having_seen(stream, stand, moments, listing)
    if not listing.has_more or not listing.items or (moments and moments[-1] >= _began(stand)):
        return _ended(seen)
    onward = moments[-1] - TICK if moments else since
    if onward is None or (since is not None and onward <= since):
        return replace(seen, number=stand.number + 1)
    return replace(seen, since=onward.isoformat(), number=1, size=_grown(stand, listing))


def _has_slipped(stream: Stream, stand: _Stand) -> bool:
    """Whether the page before is not what it was: then items moved on to it unseen."""
    again = stream.list(_asked(replace(stand, number=stand.number - 1)))
    return _digest(stream, again) != stand.before


def _downwards(stream: Stream, stand: _Stand, listing: Listing) -> _Stand:
    """Behind a page of the latest updates: one further down, until the last sweep is reached."""
    moments = _moments(stream, listing)
    if moments != sorted(moments, reverse=True):
        raise _contradicts(stream, "is not in the order that was asked for")
    shrunk = (stand.expected or 0) - (listing.total or 0) if listing.total is not None else 0
    if stand.number > 1 and shrunk > 0:
        back = -(-shrunk // stand.size)
        return replace(stand, number=max(1, stand.number - back), before="", expected=listing.total)
    seen = _having_seen(stream, stand, moments, listing)
    since = _moment(stand.since)
    if since and moments and moments[-1] < since:
        return _ended(seen)
    if not listing.has_more or not listing.items:
        _refuse_early_end(stream, stand, listing)
        return _ended(seen)
    if seen.before == stand.before:
        raise _contradicts(stream, "repeats the page before")
    return replace(seen, number=stand.number + 1, expected=listing.total)


def _refuse_early_end(stream: Stream, stand: _Stand, listing: Listing) -> None:
    told = (stand.number - 1) * stand.size + len(listing.items)
    if listing.total is not None and told < listing.total:
        raise _contradicts(stream, f"ends after {told} of {listing.total}")
    if stand.number > 1 and not listing.items:
        raise _contradicts(stream, "ends where more was promised")


def _having_seen(
    stream: Stream, stand: _Stand, moments: Sequence[datetime], listing: Listing
) -> _Stand:
    newest = max([*moments, *filter(None, [_moment(stand.newest)])], default=None)
    return replace(
        stand,
        newest=newest.isoformat() if newest else "",
        before=_digest(stream, listing),
        done=stand.done + len(listing.items),
    )


def _moments(stream: Stream, listing: Listing) -> list[datetime]:
    """When the items were updated; one that does not tell becomes a gap when it is read."""
    moments = []
    for item in listing.items:
        with suppress(*BROKEN_PROMISES):
            moments.append(stream.updated_at(item).astimezone(UTC))
    return moments


def _ended(stand: _Stand) -> _Stand:
    """The stream is walked; its name is taken away, and how far it was seen is kept."""
    newest = _moment(stand.newest)
    if newest is None:
        return replace(stand, stream="")
    # By the forge's clock, which may be behind ours; and by ours, should the forge's be ahead.
    reached = (min(newest, _began(stand)) - OVERLAP).isoformat()
    return replace(stand, stream="", reached={**stand.reached, stand.stream: reached})


def _began(stand: _Stand) -> datetime:
    return datetime.fromisoformat(stand.began)


def _grown(stand: _Stand, listing: Listing) -> int:
    is_quick = listing.seconds < QUICK_SECONDS
    return min(stand.size + GROWTH, LARGEST_PAGE) if is_quick else stand.size


def _asking_less(stand: _Stand, error: ForgeOverloadedError) -> _Stand:
    """The same place in half pages; raises `ForgeBusyError` where one item is too much."""
    if stand.size <= 1:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
    size = stand.size // 2
    return replace(stand, size=size, number=(stand.number - 1) * stand.size // size + 1, before="")


def _contradicts(stream: Stream, how: str) -> ForgeBusyError:
    return ForgeBusyError(f"The forge's list of {stream.name} {how}. It is asked again soon.")


_WALKERS: Mapping[Order, Callable[[Stream, _Stand, Listing], _Stand]] = {
    Order.OLDEST_UPDATE_FIRST: _upwards,
    Order.NEWEST_UPDATE_FIRST: _downwards,
}
