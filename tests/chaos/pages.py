"""What happens to the pages of JSON lists on their way, whichever forge tells them.

A page is only spoilt where what else it says, or what was asked for, tells that it is spoilt: a
page that is empty where nothing counts its items is an empty page.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.simulator import Fault, Reply, Request

COUNTS = ("total_count", "x-total-count", "x-total")
ORDERED = ("sort=", "order_by=")


@dataclass(frozen=True)
class Exchange:
    """What was asked, what is to be answered, and the page of the same list told before it."""

    request: Request
    reply: Reply
    before: Reply | None = None

    @property
    def items(self) -> list[Any]:
        """The items of a JSON list; nothing of any other answer."""
        if not self.reply.body.startswith(b"[") or self.reply.status != 200:
            return []
        found: list[Any] = json.loads(self.reply.body)
        return found

    @property
    def tells_more(self) -> bool:
        """Whether the headers say that the list holds something."""
        told = self.reply.headers
        return "link" in told or any(told.get(name, "0") != "0" for name in COUNTS)

    def telling(self, items: list[Any]) -> Reply:
        """The same answer with other items."""
        return replace(self.reply, body=json.dumps(items).encode())


Spoil = Callable[[Exchange], Reply]
"""The answer as it arrives; where it is the same, there was nothing to spoil."""


def of(fault: Fault) -> Spoil:
    """A fault of one answer alone."""
    return lambda exchange: fault(exchange.reply)


def twice(exchange: Exchange) -> Reply:
    """One item comes a second time."""
    items = exchange.items
    return exchange.telling([*items, items[0]]) if items and exchange.tells_more else exchange.reply


def backwards(exchange: Exchange) -> Reply:
    """A list that was asked for in an order comes in another one."""
    items = exchange.items
    is_ordered = any(word in exchange.request.path for word in ORDERED)
    if not is_ordered or items == items[::-1]:
        return exchange.reply
    return exchange.telling(items[::-1])


def empty(exchange: Exchange) -> Reply:
    """Nothing, where more was promised."""
    return exchange.telling([]) if exchange.items and exchange.tells_more else exchange.reply


def half(exchange: Exchange) -> Reply:
    """The second half of a page is missing."""
    items = exchange.items
    if len(items) < 2 or not exchange.tells_more:
        return exchange.reply
    return exchange.telling(items[: len(items) // 2])


def with_holes(exchange: Exchange) -> Reply:
    """Null, where items should be."""
    items = exchange.items
    return exchange.telling([None for _ in items]) if items else exchange.reply


def the_one_before(exchange: Exchange) -> Reply:
    """The page that was told before this one, once more."""
    before, items = exchange.before, exchange.items
    if before is None or not items or json.loads(before.body) == items:
        return exchange.reply
    return replace(exchange.reply, body=before.body)


def to_itself(exchange: Exchange) -> Reply:
    """The link to the next page leads to this one."""
    if 'rel="next"' not in exchange.reply.headers.get("link", ""):
        return exchange.reply
    link = f'<{exchange.request.path}>; rel="next"'
    return replace(exchange.reply, headers={**exchange.reply.headers, "link": link})


PAGES: Mapping[str, Spoil] = {
    "an item of a page twice": twice,
    "a page in another order": backwards,
    "an empty page": empty,
    "half of a page": half,
    "holes in a page": with_holes,
    "the page before": the_one_before,
    "a link to itself": to_itself,
}
