"""Where a harvest of GitHub stands: the cursor that is stored behind each page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from harvesters.forge import Cursor, ForgeBusyError, ForgeOverloadedError

FIRST_PAGE, LARGEST_PAGE, GROWTH = 25, 50, 5
QUICK_SECONDS = 4.0
OVERLAP = timedelta(minutes=10)
"""A sweep looks back this far behind the latest update that the last one knew of."""

Account = Sequence[str]
"""The number and the login of an account; nothing where there is none."""

COMMITS, CHANGES = "commits", "changes"
FETCHED_AGAIN = timedelta(days=1)
"""What cannot be fetched is often too large, which costs us its whole size to find out."""

VERSION = 3
"""A cursor of another version starts over: what it brings again changes nothing."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Inside of a harvest that ``began`` then, at ``after`` in the stream it is at; else at rest.

    ``node`` is GitHub's own id of the repository, which no renaming changes. A mark tells what
    the latest in a stream was, by GitHub's clock: ``due`` holds the marks of the streams that
    this harvest has still to walk, ``marks`` those of the streams that were walked. ``reached``
    tells how far back the next sweep of a stream looks; without it the stream is read from its
    beginning. ``seen`` counts the items of the stream so far, ``total`` those of the repository
    without its ``commits``. ``git`` is where the walk through the commits stands, ``accounts`` are
    those behind the addresses in them, and ``unread_until`` is when a history that could not be
    fetched is tried again.
    """

    version: int = VERSION
    node: str = ""
    began: str = ""
    after: str = ""
    seen: int = 0
    page: int = FIRST_PAGE
    total: int = 0
    due: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    reached: Mapping[str, str] = field(default_factory=dict)
    commits: int = 0
    accounts: Mapping[str, Account] = field(default_factory=dict)
    git: Cursor = field(default_factory=dict)
    unread_until: str = ""

    @property
    def items(self) -> int:
        """How many items the repository has, as far as they were counted."""
        return self.total + self.commits

    @property
    def is_at_rest(self) -> bool:
        return not self.began

    def as_cursor(self) -> Cursor:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def resumed(cursor: Cursor) -> Stand:
    """The stand that ``cursor`` tells of, or the very beginning."""
    if cursor.get("version") != VERSION:
        return Stand()
    return Stand(**{one.name: cursor[one.name] for one in fields(Stand) if one.name in cursor})


def started(stand: Stand, marks: Mapping[str, str], total: int, now: datetime) -> Stand:
    """At the start of a harvest of each stream whose mark is not what it was."""
    due = {name: mark for name, mark in marks.items() if mark and mark != stand.marks.get(name)}
    if not may_fetch(stand, now):
        due.pop(COMMITS, None)
    return replace(
        stand,
        began=now.isoformat() if due else "",
        after="",
        seen=0,
        page=FIRST_PAGE,
        total=total,
        due=due,
    )


def may_fetch(stand: Stand, now: datetime) -> bool:
    """Whether the history may be fetched, or lately could not be."""
    return not stand.unread_until or datetime.fromisoformat(stand.unread_until) <= now


def has_history(stand: Stand, now: datetime) -> bool:
    """Whether the repository has commits that git can tell of."""
    return COMMITS in {**stand.due, **stand.marks} and may_fetch(stand, now)


def unread(stand: Stand, now: datetime) -> Stand:
    """Without the commits, which could not be fetched; they are tried again some time later."""
    due = {name: mark for name, mark in stand.due.items() if name != COMMITS}
    until = (now + FETCHED_AGAIN).isoformat()
    return replace(stand, due=due, began=stand.began if due else "", unread_until=until)


def read_whole(stand: Stand) -> Stand:
    """At the end of the commits.

    Of changes that were read before git could tell of them, we know less: they are read anew.
    """
    stand = walked(stand, COMMITS)
    if not stand.unread_until:
        return stand
    marks = {name: mark for name, mark in stand.marks.items() if name != CHANGES}
    reached = {name: moment for name, moment in stand.reached.items() if name != CHANGES}
    return replace(stand, marks=marks, reached=reached, unread_until="")


def learnt(stand: Stand, other: Stand) -> Stand:
    """``stand`` with what the API was found to bear and to tell at the ``other``."""
    return replace(stand, node=other.node, page=other.page, accounts=other.accounts)


def moved_on(stand: Stand, end: str, items: int, seconds: float) -> Stand:
    """Behind a page of ``items`` that ends at ``end``; quick ones grow."""
    size = min(stand.page + GROWTH, LARGEST_PAGE) if seconds < QUICK_SECONDS else stand.page
    return replace(stand, after=end, seen=stand.seen + items, page=size)


def walked(stand: Stand, stream: str) -> Stand:
    """At the end of ``stream``: at the start of the next one, or at rest."""
    due = dict(stand.due)
    mark = due.pop(stream)
    reached = (min(_moment_of(mark), datetime.fromisoformat(stand.began)) - OVERLAP).isoformat()
    return replace(
        stand,
        began=stand.began if due else "",
        after="",
        seen=0,
        due=due,
        marks={**stand.marks, stream: mark},
        reached={**stand.reached, stream: reached},
    )


def mark_of(moment: str, count: int) -> str:
    """The mark of a stream of ``count`` items, the latest of which was updated at ``moment``."""
    return f"{moment} {count}"


def count_of(mark: str) -> int:
    """How many items the stream had when it was marked."""
    return int(mark.rpartition(" ")[2] or 0)


def _moment_of(mark: str) -> datetime:
    return datetime.fromisoformat(mark.partition(" ")[0])


def asking_less(stand: Stand, error: ForgeOverloadedError) -> Stand:
    """The same place with half of the page; raises `ForgeBusyError` where one is too many."""
    if stand.page <= 1:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
    return replace(stand, page=stand.page // 2)
