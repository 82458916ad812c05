"""Where a harvest of GitHub stands, and which pages it believes.

First everything by creation, an order that never changes; from then on what was updated since,
newest first.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from harvesters.forge import Cursor, ForgeAnswerError, ForgeBusyError, ForgeOverloadedError
from harvesters.forges.github.queries import Found

FIRST_PAGE, LARGEST_PAGE, GROWTH = 25, 50, 5
QUICK_SECONDS = 4.0
OVERLAP = timedelta(minutes=10)
"""A sweep looks back this far behind the start of the last one: clocks differ."""

LARGEST_SKEW = timedelta(hours=3)
"""GitHub's clock is believed to be behind ours by no more than this."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a harvest stands: ``stream`` and ``after`` inside of a sweep that ``began`` then.

    ``seen`` counts the items of this stream so far. ``changes_since`` and ``issues_since`` tell
    how far the last whole sweep reached; empty before the first one ended.
    """

    stream: str = "changes"
    after: str = ""
    seen: int = 0
    began: str = ""
    page: int = FIRST_PAGE
    changes_since: str = ""
    issues_since: str = ""

    @property
    def since(self) -> str:
        return self.issues_since if self.stream == "issues" else self.changes_since

    @property
    def is_at_rest(self) -> bool:
        return not self.began

    def as_cursor(self) -> Cursor:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def stand_of(cursor: Cursor, now: datetime) -> Stand:
    """Where ``cursor`` says; at rest, where a new sweep begins."""
    known = {field.name: cursor[field.name] for field in fields(Stand) if field.name in cursor}
    stand = Stand(**known)
    return replace(stand, began=now.isoformat()) if stand.is_at_rest else stand


def next_stand(stand: Stand, connection: Node, seconds: float) -> Stand:
    """Behind this page: further on in the stream, in the next one, or at rest."""
    size = min(stand.page + GROWTH, LARGEST_PAGE) if seconds < QUICK_SECONDS else stand.page
    stand = replace(stand, page=size, seen=stand.seen + len(connection["nodes"]))
    if connection["pageInfo"]["hasNextPage"] and not _reaches_back(stand, connection):
        return replace(stand, after=end_of(connection, stand.after))
    reached = (datetime.fromisoformat(stand.began) - OVERLAP).isoformat()
    # Where there was nothing yet, the next sweep begins anew.
    reached = reached if connection["totalCount"] else stand.since
    if stand.stream == "changes":
        return replace(stand, stream="issues", after="", seen=0, changes_since=reached)
    return replace(stand, stream="changes", after="", seen=0, began="", issues_since=reached)


def begun(found: Found, now: datetime) -> str:
    """When this sweep began, by the slower of GitHub's clock and ours."""
    told = found.told_at or now
    return min(now, max(told, now - LARGEST_SKEW)).isoformat()


def refuse_contradiction(stand: Stand, connection: Node) -> None:
    """Refuse a page that tells less than it says there is, or in another order.

    Raises:
        ForgeBusyError: nothing of it is believed; it is asked for again.
    """
    nodes = [node for node in connection["nodes"] if node is not None]
    name, is_sweep = ("updatedAt", True) if stand.since else ("createdAt", False)
    moments = [datetime.fromisoformat(node[name]) for node in nodes if _is_moment(node.get(name))]
    told = stand.seen + len(connection["nodes"])
    has_more = connection["pageInfo"]["hasNextPage"]
    if moments != sorted(moments, reverse=is_sweep):
        raise _contradicts("in another order than was asked for")
    if has_more and not connection["nodes"]:
        raise _contradicts("an empty page before the last one")
    if not has_more and told < connection["totalCount"]:
        raise _contradicts(f"{told} items of {connection['totalCount']}")
    if stand.seen and not connection["totalCount"]:
        raise _contradicts("nothing where there was something")


def _is_moment(text: Any) -> bool:
    with suppress(TypeError, ValueError):
        return datetime.fromisoformat(text).tzinfo is not None
    return False


def _contradicts(what: str) -> ForgeBusyError:
    return ForgeBusyError(f"GitHub told {what}. It is asked again soon.")


def _reaches_back(stand: Stand, connection: Node) -> bool:
    """Whether a sweep, newest first, came to what the last one saw already."""
    if not stand.since:
        return False
    since = datetime.fromisoformat(stand.since)
    moments = (node["updatedAt"] for node in connection["nodes"] if node is not None)
    return any(datetime.fromisoformat(moment) < since for moment in moments)


def end_of(connection: Node, before: str) -> str:
    """Where the next page begins; a page that leads to itself is refused."""
    end = connection["pageInfo"]["endCursor"]
    if not end or end == before:
        raise ForgeAnswerError("GitHub's page leads to itself.")
    return str(end)


def asking_less(stand: Stand, error: ForgeOverloadedError) -> Stand:
    """The same place with half of the page; raises `ForgeBusyError` where one is too many."""
    if stand.page <= 1:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
    return replace(stand, page=stand.page // 2)
