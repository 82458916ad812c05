"""Gitee's lists, page by page: what is on them, what they count, and what they hide."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from harvesters.forge import ForgeAnswerError, ForgeBusyError, SourceNotFoundError, Transport
from harvesters.streams import Asked, Listing

LARGEST_PAGE = 100
MOST_PAGES = 100
"""Pages of one small list, such as the comments of a pull request."""


HIDDEN: Mapping[str, Any] = {}
"""Stands for an item that is counted and not told."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What ``transport`` lists."""

    transport: Transport

    def page(self, path: str, params: Mapping[str, str], asked: Asked) -> Listing:
        """One page of a list that says how long it is.

        An item that is counted and not told is `HIDDEN`. That is believed when it is said twice.

        Raises:
            ForgeBusyError: the second answer is another one.
        """
        listing = self._ask(path, params, asked)
        if not _lacking(listing, asked):
            return self._with_its_end(listing, path, params, asked)
        again = self._ask(path, params, asked)
        if not (lacking := _lacking(again, asked)):
            return self._with_its_end(again, path, params, asked)
        if again.items != listing.items:
            raise ForgeBusyError(f"{path} is shorter than it says. It is asked again soon.")
        return replace(listing, items=[*listing.items, *[HIDDEN] * lacking])

    def _with_its_end(
        self, listing: Listing, path: str, params: Mapping[str, str], asked: Asked
    ) -> Listing:
        """``listing``; a full page that seems to be the last is so if nothing stands behind it.

        A count that is too small is no count.
        """
        if listing.has_more or len(listing.items) < asked.size:
            return listing
        behind = Asked(asked.since, asked.number * asked.size + 1, 1)
        if not self._ask(path, params, behind).items:
            return listing
        return replace(listing, has_more=True, total=None)

    def whole(self, path: str, params: Mapping[str, str] | None = None) -> list[Any]:
        """All of a list that is never long.

        Raises:
            SourceNotFoundError: it was said twice that there is no such list.
        """
        items: list[Any] = []
        before: list[Any] = []
        for number in range(1, MOST_PAGES + 1):
            found = self._insisting(path, params or {}, number)
            if found == before:
                break
            items += found
            # Where all come at once, whatever page is asked for, there may be more than a page.
            if len(found) != LARGEST_PAGE:
                break
            before = found
        return items

    def whole_or_hidden(
        self, path: str, params: Mapping[str, str] | None = None
    ) -> list[Any] | None:
        """All of a list, or None where there is none for us."""
        try:
            return self.whole(path, params)
        except SourceNotFoundError:
            return None

    def _insisting(self, path: str, params: Mapping[str, str], number: int) -> list[Any]:
        """A page, asked for twice where it is not there, or not what it says.

        Raises:
            ForgeBusyError: the second answer is no better, and another one.
            SourceNotFoundError: it is not there.
        """
        asked = Asked(None, number, LARGEST_PAGE)
        first: Sequence[Any] | None = None
        with suppress(SourceNotFoundError):
            listing = self._ask(path, params, asked)
            if _is_sound(listing, asked):
                return list(listing.items)
            first = listing.items
        again = self._ask(path, params, asked)
        if not _is_sound(again, asked) and again.items != first:
            raise ForgeBusyError(f"{path} is not what it says. It is asked again soon.")
        return list(again.items)

    def _ask(self, path: str, params: Mapping[str, str], asked: Asked) -> Listing:
        paging = {"page": asked.number, "per_page": asked.size}
        answer = self.transport.request("GET", path, params={**params, **paging})
        items = answer.body
        if not isinstance(items, list):
            raise ForgeAnswerError(f"{path} is no list.")
        counted = answer.headers.get("total_count", "")
        total = int(counted) if counted.isdecimal() else None
        has_more = (total or 0) > asked.number * asked.size
        return Listing(items, has_more, total, answer.seconds)


def _lacking(listing: Listing, asked: Asked) -> int:
    """How many items of a page are counted and not told; an empty page tells nothing at all."""
    if listing.total is None or not listing.items:
        return 0
    expected = min(asked.size, listing.total - (asked.number - 1) * asked.size)
    return max(0, expected - len(listing.items))


def _is_sound(listing: Listing, asked: Asked) -> bool:
    """Whether a page of a small list holds what it counts, each once."""
    items = listing.items
    if None in items or any(item in items[:place] for place, item in enumerate(items)):
        return False
    if listing.total is None:
        return True
    return len(items) == max(0, min(asked.size, listing.total - (asked.number - 1) * asked.size))
