"""How Gitea lists: by page and limit, with the count of all in ``X-Total-Count``.

A server gives at most ``max_response_items`` at once (``/settings/api``), 50 by default, however
many are asked for. See "pagination" at docs.gitea.com/development/api-usage.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from harvesters.forge import (
    Answer,
    ForgeAnswerError,
    ForgeOverloadedError,
    SourceNotFoundError,
    Transport,
)
from harvesters.streams import Listing

MOST_PAGES = 200
"""Pages of one list that belongs to one item."""

MOST_TRIES = 4
"""So often a list is asked for that fails where the forge is well, until it counts as unreadable.

An item that lacks a part is not read again until something happens to it.
"""


class UnreadableError(Exception):
    """The forge is well, and does not tell this part of an item."""


class _ContradictionError(ForgeOverloadedError):
    """A list that does not hold what its own count says."""


@dataclass(frozen=True, slots=True)
class Part:
    """A list that belongs to one item; ``key`` tells its members from each other.

    Some lists count all, others only the page. One that ``may_hide`` counts more than it shows
    us; one that is not paged is asked for where it has something.
    """

    path: str
    key: Callable[[Any], object] = itemgetter("id")
    params: Mapping[str, str] = field(default_factory=dict)
    may_hide: bool = False
    is_paged: bool = True


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of the repository at ``address``; a page holds ``most`` items at most.

    ``proof`` is the repository by its number: it answers as long as the forge shows it to us.
    """

    transport: Transport
    address: str
    proof: str
    most: int

    def page(self, path: str, number: int, size: int, **params: str) -> Listing:
        """One page of a list of the repository.

        Raises:
            ForgeError: what the transport raises, or a page that its count contradicts.
        """
        answer = self._ask(path, number, size, **params)
        items, total = items_of(answer), total_of(answer)
        if total is None:
            return Listing(
                items, has_more=len(items) >= size, seconds=answer.seconds, date=answer.date
            )
        expected = max(0, min(size, total - (number - 1) * size))
        if len(items) < expected:
            raise _ContradictionError(f"{path} lists {len(items)} items instead of {expected}.")
        return Listing(items, number * size < total, total, answer.seconds, answer.date)

    def whole(self, part: Part) -> list[Any]:
        """All of a list that belongs to one item.

        Where the forge fails, it is asked again, unless it fails on everything.

        Raises:
            UnreadableError: it fails on this alone.
            ForgeError: it fails altogether.
        """
        try:
            # What contradicts itself was most likely spoilt on its way.
            for _ in range(2):
                with suppress(_ContradictionError):
                    return self._whole(part)
            return self._whole(part)
        except (ForgeOverloadedError, SourceNotFoundError):
            self.transport.request("GET", self.proof)
        for _ in range(MOST_TRIES - 1):
            with suppress(ForgeOverloadedError, SourceNotFoundError):
                return self._whole(part)
        try:
            return self._whole(part)
        except (ForgeOverloadedError, SourceNotFoundError) as error:
            raise UnreadableError(str(error)) from error

    def _whole(self, part: Part) -> list[Any]:
        if not part.is_paged:
            return self._at_once(part)
        found, counted = self._pages(part)
        # What is counted and not shown may be hidden, or lost on its way, which it is but once.
        if len(found) < counted and self._pages(part)[0].keys() != found.keys():
            raise _ContradictionError(f"{part.path} is told in two ways.")
        return list(found.values())

    def _pages(self, part: Part) -> tuple[dict[object, Any], int]:
        """What its pages hold, and how many were counted."""
        found: dict[object, Any] = {}
        for number in range(1, MOST_PAGES + 1):
            answer = self._ask(part.path, number, self.most, **part.params)
            items, total = items_of(answer), total_of(answer) or 0
            fresh = {part.key(item): item for item in items}
            if items and fresh.keys() <= found.keys():
                raise _ContradictionError(f"{part.path} repeats itself.")
            if not items and len(found) < total and not (found and part.may_hide):
                raise _ContradictionError(f"{part.path} lists {len(found)} items of {total}.")
            found |= fresh
            if not items or (len(items) < self.most and len(found) >= total):
                return found, total
        raise UnreadableError(f"{part.path} is longer than we read.")

    def _at_once(self, part: Part) -> list[Any]:
        found = items_of(self.transport.request("GET", f"{self.address}/{part.path}"))
        if not found:
            raise _ContradictionError(f"{part.path} is empty, and was counted as more.")
        return found

    def _ask(self, path: str, number: int, size: int, **params: str) -> Answer:
        asked: dict[str, str | int] = {"page": number, "limit": size, **params}
        return self.transport.request("GET", f"{self.address}/{path}", params=asked)


def items_of(answer: Answer) -> list[Any]:
    """The items of a list, which an empty one of Go's may write as ``null``."""
    body = [] if answer.body is None else answer.body
    if not isinstance(body, list):
        raise ForgeAnswerError("The forge answered something else where it promises a list.")
    return body


def total_of(answer: Answer) -> int | None:
    """How many there are in all, where the forge tells it."""
    count = answer.headers.get("x-total-count", "")
    return int(count) if count.isdecimal() and len(count) < 10 else None  # noqa: PLR2004
