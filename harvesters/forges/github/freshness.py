"""Which repositories have nothing new: one request for a hundred of them."""

from collections.abc import Sequence
from datetime import datetime

from harvesters.forge import (
    Cursor,
    ForgeBusyError,
    ForgeOverloadedError,
    RepositoryRecord,
    Transport,
)
from harvesters.forges.github.history import commits_mark
from harvesters.forges.github.nodes import Node
from harvesters.forges.github.queries import ask
from harvesters.forges.github.stand import COMMITS, Stand, resumed, started
from harvesters.forges.github.streams import STREAMS

MOST_AT_ONCE = 100
"""As many as GitHub takes by their ids; it costs 4 points."""

HALVINGS = 2
"""So often a request is halved that GitHub gave up on: whoever asks holds leases meanwhile."""

Stood = tuple[RepositoryRecord, Stand]


def begin(stand: Stand, outlook: Node, now: datetime) -> Stand:
    """Where a harvest starts that sees ``outlook``: at rest, if there is nothing new."""
    marks = {stream.name: stream.mark(outlook, now) for stream in STREAMS}
    marks[COMMITS] = commits_mark(outlook)
    total = sum(stream.count(outlook) for stream in STREAMS)
    return started(stand, marks, total, now)


def unchanged(
    transport: Transport, cursors: Sequence[tuple[RepositoryRecord, Cursor]], now: datetime
) -> set[str]:
    """The ids of those repositories that have nothing new behind their cursors.

    What cannot be told counts as changed: its own harvest finds out why.

    Raises:
        ForgeError: what the transport raises.
    """
    stood = [(repository, resumed(cursor)) for repository, cursor in cursors]
    known = [one for one in stood if one[1].node and one[1].is_at_rest]
    found: set[str] = set()
    for start in range(0, len(known), MOST_AT_ONCE):
        found |= _unchanged(transport, known[start : start + MOST_AT_ONCE], now)
    return found


def _unchanged(
    transport: Transport, known: Sequence[Stood], now: datetime, halvings: int = HALVINGS
) -> set[str]:
    try:
        found = ask(transport, "Outlook", may_hide=True, ids=[stand.node for _, stand in known])
    except ForgeOverloadedError:
        if len(known) == 1 or not halvings:
            return set()
        middle = len(known) // 2
        halves = (known[:middle], known[middle:])
        return set().union(*(_unchanged(transport, one, now, halvings - 1) for one in halves))
    return {
        repository.external_id
        for (repository, stand), outlook in zip(known, found.data["nodes"], strict=True)
        if outlook is not None
        and str(outlook["databaseId"]) == repository.external_id
        and _has_nothing_new(stand, outlook, now)
    }


def _has_nothing_new(stand: Stand, outlook: Node, now: datetime) -> bool:
    try:
        return begin(stand, outlook, now).is_at_rest
    except ForgeBusyError:
        # It contradicts itself, which its own harvest tells.
        return False
