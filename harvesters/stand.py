"""Where the walk through a REST forge's lists stands, as its cursor keeps it.

`harvesters.sweep` walks; here is what it remembers, and how it begins, goes on and ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from harvesters.forge import Cursor, ForgeBusyError, ForgeOverloadedError
from harvesters.streams import Asked, Order, Stream

FIRST_PAGE, MOST_KNOWN = 50, 200
Again = tuple[str, Any, int]
OVERLAP = timedelta(minutes=10)
"""A sweep looks back this far behind the start of the last one: clocks differ."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a walk stands: in ``stream`` at page ``number`` of what was updated ``since``.

    ``began`` is empty between two sweeps. ``newest`` is the latest update seen in this stream, by
    the forge's own clock; ``reached`` tells how far back the next sweep of each stream looks.
    ``before`` digests which items the page before held, ``last`` the one that it ended with, and
    ``expected`` is how many the list had.
    ``known`` marks the items last read, so that what is listed again is not read again.
    ``again`` holds the last items that were told with gaps: stream, item, how often it was read
    again since.
    """

    stream: str = ""
    began: str = ""
    since: str = ""
    number: int = 1
    size: int = FIRST_PAGE
    newest: str = ""
    before: str = ""
    last: str = ""
    expected: int | None = None
    done: int = 0
    reached: Mapping[str, str] = field(default_factory=dict)
    known: Sequence[str] = ()
    again: Sequence[Again] = ()

    @property
    def asked(self) -> Asked:
        """What is asked for next."""
        return Asked(moment(self.since), self.number, self.size)

    def remembering(self, marks: Sequence[str]) -> "Stand":
        """With ``marks`` read as well: as many are kept as two pages hold."""
        known = [mark for mark in self.known if mark not in set(marks)]
        return replace(self, known=[*known, *marks][-MOST_KNOWN:])

    def in_pages_of(self, size: int) -> "Stand":
        """At the page that holds the same place, where pages are of another ``size``."""
        if size == self.size:
            return self
        number = (self.number - 1) * self.size // size + 1
        return replace(self, size=size, number=number, before="")


def resumed(cursor: Cursor, streams: Mapping[str, Stream], now: datetime) -> Stand:
    """Where ``cursor`` says, or at the beginning of a new sweep."""
    stand = Stand(**{one.name: cursor[one.name] for one in fields(Stand) if one.name in cursor})
    if not stand.began or stand.stream not in streams:
        return begun(replace(stand, began=now.isoformat(), done=0), next(iter(streams)))
    if streams[stand.stream].order is Order.OLDEST_UPDATE_FIRST:
        return replace(stand, number=1, before="")
    if stand.expected is not None:
        # A list that tells how long it is shows by that what was deleted since.
        return stand
    # What was deleted since would have moved items on to the page before.
    return replace(stand, number=max(1, stand.number - 1), before="", last="")


def begun(stand: Stand, stream: str) -> Stand:
    """At the first page of ``stream``."""
    since = stand.reached.get(stream, "")
    anew = Stand(began=stand.began, done=stand.done, reached=stand.reached, again=stand.again)
    return replace(anew, stream=stream, since=since)


def begin_next(stand: Stand, ended: str, names: Sequence[str]) -> Stand:
    """The stream after ``ended``, or rest."""
    place = names.index(ended) + 1
    if place < len(names):
        return begun(stand, names[place])
    return replace(begun(stand, ""), began="")


def walked(stand: Stand) -> Stand:
    """The stream is walked; its name is taken away, and how far it was seen is kept."""
    newest = moment(stand.newest)
    if newest is None:
        return replace(stand, stream="")
    # By the forge's clock, which may be behind ours; and by ours, should the forge's be ahead.
    reached = (min(newest, datetime.fromisoformat(stand.began)) - OVERLAP).isoformat()
    return replace(stand, stream="", reached={**stand.reached, stand.stream: reached})


def asking_less(stand: Stand, error: ForgeOverloadedError) -> Stand:
    """The same place in half pages; raises `ForgeBusyError` where one item is too much."""
    if stand.size <= 1:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
    return stand.in_pages_of(stand.size // 2)


def moment(text: str) -> datetime | None:
    """A moment as the cursor writes it."""
    return datetime.fromisoformat(text) if text else None
