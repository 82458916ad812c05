"""Which pages of a list are believed: those that are what was asked for, and lack nothing."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from harvesters.forge import ForgeBusyError
from harvesters.forges.github.nodes import Node


def refuse_contradiction(connection: Node, *, seen: int, moment: str, is_falling: bool) -> None:
    """Refuse a page that tells less than it says there is, or in another order.

    ``seen`` items of the list came before it; ``moment`` is what it was ordered by.

    Raises:
        ForgeBusyError: nothing of it is believed; it is asked for again.
    """
    items, total = connection["nodes"], connection["totalCount"]
    told = seen + len(items)
    has_more = connection["pageInfo"]["hasNextPage"]
    moments = [
        datetime.fromisoformat(item[moment])
        for item in items
        if item is not None and _is_moment(item.get(moment))
    ]
    if moments != sorted(moments, reverse=is_falling):
        raise contradicts("in another order than was asked for")
    if has_more and not items:
        raise contradicts("an empty page before the last one")
    if not has_more and told < total:
        raise contradicts(f"{told} items of {total}")
    if seen and not total:
        raise contradicts("nothing where there was something")


def _is_moment(text: Any) -> bool:
    with suppress(TypeError, ValueError):
        return datetime.fromisoformat(text).tzinfo is not None
    return False


def contradicts(what: str) -> ForgeBusyError:
    """What GitHub told cannot be."""
    return ForgeBusyError(f"GitHub told {what}. It is asked again soon.")
