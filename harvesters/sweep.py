"""How the lists of a REST forge are walked so that nothing is lost while they change.

A forge tells its items in streams (merge requests, issues, releases). Oldest update first is the
order that needs no luck: each page begins at the moment where the last one ended, so that
whatever is updated meanwhile comes again at the end. Where a forge cannot list so, pages are
walked from the latest update down to what the last sweep saw, or, where it lists only by
creation, through all that was updated since; what is updated meanwhile was already passed, and
is the next sweep's. Everything is told at least once; the store makes it once.

Items that take requests of their own are told a few at a time, and also where the forge stops
us: nothing that was read is asked for again, on whichever page it is listed then.

What was told with a gap is read again where the next harvests begin, a few times: the fault may
have passed, and the item need not be listed before something happens to it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from harvesters.again import Told, doubting, page_of, read_again, read_item
from harvesters.forge import (
    Cursor,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeError,
    ForgeOverloadedError,
    Page,
)
from harvesters.marks import BROKEN_PROMISES, digest_of, last_of, mark_of, moments_of
from harvesters.stand import FIRST_PAGE, Stand, asking_less, begin_next, moment, resumed, walked
from harvesters.streams import Listing, Order, Reading, Stream

__all__ = ["BROKEN_PROMISES", "ContradictionError", "walk"]

GROWTH = 10
QUICK_SECONDS = 4.0

TICK = timedelta(seconds=1)
"""Forges tell whole seconds, and differ in whether ``since`` includes its own."""

MOST_PAGES = 20_000
MOST_DOUBTS = 3
"""So often a page is asked for that is not believed, until it is left for later."""


class ContradictionError(ForgeBusyError):
    """A page of a list contradicts itself, what was asked, or another page."""


def walk(streams: Sequence[Stream], cursor: Cursor, now: datetime) -> Iterator[Page]:
    """Yield the pages of all ``streams`` from ``cursor`` on; the last one ends the sweep.

    Raises:
        ForgeError: what the streams raise, or a list that contradicts itself.
    """
    by_name = {stream.name: stream for stream in streams}
    stand = resumed(cursor, by_name, now)
    for page, here in read_again(by_name, stand):
        stand = here
        if page is not None:
            yield page
    yield from _walk_lists(by_name, stand)


def _walk_lists(streams: Mapping[str, Stream], stand: Stand) -> Iterator[Page]:
    doubts: Counter[tuple[str, int]] = Counter()
    for _ in range(MOST_PAGES):
        stream = streams[stand.stream]
        try:
            for page, here in _step(stream, stand, list(streams), _doubted(doubts, stand)):
                stand = here
                if page is not None:
                    yield page
                if not here.began:
                    return
        except ForgeOverloadedError as error:
            stand = asking_less(stand, error)
        except ContradictionError as error:
            doubts[stand.stream, stand.number] += 1
            stand = _asking_again(stream, stand, _doubted(doubts, stand), error)
    raise ForgeAnswerError(f"The forge's list of {stand.stream} has no end.")


def _doubted(doubts: Counter[tuple[str, int]], stand: Stand) -> int:
    return doubts[stand.stream, stand.number]


def _asking_again(stream: Stream, stand: Stand, doubts: int, error: ContradictionError) -> Stand:
    """The same page, since most likely it was spoilt on its way; then the page before it.

    Raises:
        ContradictionError: the ``error``, where it stays.
    """
    if doubts >= MOST_DOUBTS:
        raise error
    if doubts > 1 and stand.number > 1 and stream.order is not Order.OLDEST_UPDATE_FIRST:
        # So many items may have come that this page is now what the one before was.
        return replace(stand, number=stand.number - 1, before="", last="")
    return stand


def _step(
    stream: Stream, stand: Stand, names: Sequence[str], doubts: int
) -> Iterator[tuple[Page | None, Stand]]:
    """One listing, a few items at a time; behind the last of them it is walked.

    ``doubts`` is how often this page was not believed so far.

    Where nothing was new there is no page, but at the end of the sweep.

    Raises:
        ForgeError: what stops us, once all that was read before is told.
    """
    stand = stand.in_pages_of(min(stand.size, stream.largest_page))
    listing = stream.list(stand.asked)
    if None in listing.items and doubts < MOST_DOUBTS - 1:
        raise _contradicts(stream, "has holes")
    behind = _WALKERS[stream.order](stream, stand, listing)
    if not behind.stream:
        behind = begin_next(behind, stream.name, names)
    new = [item for item in listing.items if _is_new(stream, stand, item)]
    settled = _settled(stream, listing)
    total = None if listing.total is None or stand.number > 1 else stand.done + listing.total
    here = stand
    for start in range(0, max(1, len(new)), stream.at_once):
        told, fault = _read_some(stream, new[start : start + stream.at_once])
        here = doubting(here.remembering([*_marks(stream, told, settled)]), stream, told)
        is_whole = fault is None and start + stream.at_once >= len(new)
        if is_whole:
            here = _behind(behind, here)
        if told or not here.began:
            yield page_of(stream, told, here, total, is_part=not is_whole), here
        elif is_whole:
            yield None, here
        if fault is not None:
            raise fault


def _behind(behind: Stand, here: Stand) -> Stand:
    known = here.known if behind.stream == here.stream else behind.known
    return replace(behind, known=known, again=here.again)


def _is_new(stream: Stream, stand: Stand, item: Any) -> bool:
    """Whether neither the last sweep nor this one has seen ``item`` as it is now."""
    since = moment(stand.since)
    with suppress(*BROKEN_PROMISES):
        if since is not None and stream.updated_at(item) < since - TICK:
            return False
        return mark_of(stream, item) not in stand.known
    return True


def _marks(stream: Stream, told: Told, settled: datetime | None) -> Iterator[str]:
    """By what items are known that this sweep need not read again."""
    for item, _ in told:
        with suppress(*BROKEN_PROMISES):
            if settled is None or stream.updated_at(item) < settled - TICK:
                yield mark_of(stream, item)


def _settled(stream: Stream, listing: Listing) -> datetime | None:
    """From when on an item may change in the same second in which it was read.

    Upwards, the next page tells it again. Downwards, the next sweep does, which looks back behind
    the first page of this one, so it matters not.
    """
    if stream.order is not Order.OLDEST_UPDATE_FIRST:
        return None
    return max(moments_of(stream.updated_at, listing), default=None)


def _read_some(stream: Stream, items: Sequence[Any]) -> tuple[Told, ForgeError | None]:
    """What ``items`` mean, up to where the forge stops us, if it does."""
    told: list[tuple[Any, Reading]] = []
    for item in items:
        try:
            told.append((item, read_item(stream, item)))
        except ForgeError as fault:
            return told, fault
    return told, None


def _upwards(stream: Stream, stand: Stand, listing: Listing) -> Stand:
    """Behind a page of the oldest updates: at its last moment, or, if that is all one, further."""
    moments = moments_of(stream.updated_at, listing)
    since = moment(stand.since)
    if moments != sorted(moments):
        raise _contradicts(stream, "is not in the order that was asked for")
    if since and moments and moments[0] < since - TICK:
        raise _contradicts(stream, "holds what was not asked for")
    if stand.number > 1 and _has_slipped(stream, stand):
        return replace(stand, number=1, before="")
    seen = _having_seen(stream, stand, listing)
    began = datetime.fromisoformat(stand.began)
    if not listing.has_more or not listing.items or (moments and moments[-1] >= began):
        return walked(seen)
    onward = moments[-1] - TICK if moments else since
    if onward is None or (since is not None and onward <= since):
        return replace(seen, number=stand.number + 1)
    size = _grown(stream, stand.size + GROWTH, listing) or stand.size
    return replace(seen, since=onward.isoformat(), number=1, size=size)


def _has_slipped(stream: Stream, stand: Stand) -> bool:
    """Whether the page before is not what it was: then items moved on to it unseen."""
    again = stream.list(replace(stand, number=stand.number - 1).asked)
    return digest_of(stream, again) != stand.before


def _downwards(stream: Stream, stand: Stand, listing: Listing) -> Stand:
    """Behind a page of the newest: one further down, until the last sweep or the end is reached."""
    moments = moments_of(stream.ordered_by, listing)
    if moments != sorted(moments, reverse=True):
        raise _contradicts(stream, "is not in the order that was asked for")
    shrunk = (stand.expected or 0) - (listing.total or 0) if listing.total is not None else 0
    if stand.number > 1 and shrunk > 0:
        back = -(-shrunk // stand.size)
        number = max(1, stand.number - back)
        return replace(stand, number=number, before="", last="", expected=listing.total)
    seen = _having_seen(stream, stand, listing)
    # Not by all that it holds: pages may have been smaller or larger until now.
    if stand.number > 1 and seen.last and seen.last == stand.last:
        raise _contradicts(stream, "repeats the page before")
    since = moment(stand.since)
    is_by_update = stream.order is Order.NEWEST_UPDATE_FIRST
    if is_by_update and since and moments and moments[-1] < since:
        return walked(seen)
    if not listing.has_more or not listing.items:
        _refuse_early_end(stream, stand, listing)
        return walked(seen)
    behind = replace(seen, number=stand.number + 1, expected=listing.total)
    # Where pages had to be halved, they grow again, if a larger one begins just here.
    size = _grown(stream, min(2 * stand.size, FIRST_PAGE), listing)
    is_larger = size > stand.size and stand.number * stand.size % size == 0
    return behind.in_pages_of(size) if is_larger else behind


def _refuse_early_end(stream: Stream, stand: Stand, listing: Listing) -> None:
    told = (stand.number - 1) * stand.size + len(listing.items)
    if listing.total is not None and told < listing.total:
        raise _contradicts(stream, f"ends after {told} of {listing.total}")
    # A full page may only have let us guess that there is another one.
    if stand.number > 1 and not listing.items and stream.list(stand.asked).items:
        raise _contradicts(stream, "ends where more was promised")


def _having_seen(stream: Stream, stand: Stand, listing: Listing) -> Stand:
    moments = [*filter(None, [moment(stand.newest)])]
    # Downwards, what is newer than the first listing may be as old as something it passed.
    if not stand.newest or stream.order is Order.OLDEST_UPDATE_FIRST:
        moments += moments_of(stream.updated_at, listing)
    newest = max(moments, default=None)
    return replace(
        stand,
        newest=newest.isoformat() if newest else "",
        before=digest_of(stream, listing),
        last=last_of(stream, listing),
        done=stand.done + len(listing.items),
    )


def _grown(stream: Stream, size: int, listing: Listing) -> int:
    """So many at once, as far as the forge allows; 0 where it was slow."""
    return min(size, stream.largest_page) if listing.seconds < QUICK_SECONDS else 0


def _contradicts(stream: Stream, how: str) -> ContradictionError:
    return ContradictionError(f"The forge's list of {stream.name} {how}. It is asked again soon.")


_WALKERS: Mapping[Order, Callable[[Stream, Stand, Listing], Stand]] = {
    Order.OLDEST_UPDATE_FIRST: _upwards,
    Order.NEWEST_UPDATE_FIRST: _downwards,
    Order.NEWEST_FIRST: _downwards,
}
