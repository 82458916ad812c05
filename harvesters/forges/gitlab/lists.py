"""How GitLab lists: by page and size, with the number of the next page in ``X-Next-Page``.

``X-Total`` counts all, unless they are more than ten thousand. See docs.gitlab.com/api/rest,
"Pagination".
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from harvesters.forge import (
    Answer,
    ForgeAnswerError,
    ForgeOverloadedError,
    ForgeRefusedError,
    SourceNotFoundError,
    Transport,
)
from harvesters.streams import Listing

LARGEST_PAGE = 100
MOST_PAGES = 50
"""Pages of one list that belongs to one item."""


_BY_ID = itemgetter("id")


class UnreadableError(Exception):
    """The forge is well, and does not tell this part of it."""


class _ContradictionError(ForgeOverloadedError):
    """A list that does not hold what its own count says."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of the project at ``address``, which itself answers as long as we may see it."""

    transport: Transport
    address: str

    def page(self, path: str, number: int, size: int, **params: str) -> Listing:
        """One page of a list of the project.

        Raises:
            UnreadableError: this list is not for us; the project is.
            ForgeError: what the transport raises, or a page that its count contradicts.
        """
        answer = self._readable(path, number, size, **params)
        items, total = items_of(answer), total_of(answer)
        if total is not None and len(items) < min(size, total - (number - 1) * size):
            raise _ContradictionError(f"{path} lists {len(items)} items of {total}.")
        return Listing(items, _has_more(answer, len(items), size), total, answer.seconds)

    def whole(
        self, path: str, key: Callable[[Any], object] = _BY_ID, size: int = LARGEST_PAGE
    ) -> list[Any]:
        """All of a list that belongs to one item; ``key`` tells its members from each other.

        Where GitLab fails, it is asked again, unless it fails on everything.

        Raises:
            UnreadableError: it fails on this alone.
            ForgeError: it fails altogether.
        """
        try:
            return self._whole(path, key, size)
        except ForgeOverloadedError:
            self._prove()
        try:
            return self._whole(path, key, size)
        except ForgeOverloadedError as error:
            raise UnreadableError(str(error)) from error

    def _whole(self, path: str, key: Callable[[Any], object], size: int) -> list[Any]:
        found: dict[object, Any] = {}
        for number in range(1, MOST_PAGES + 1):
            answer = self._readable(path, number, size)
            items, total = items_of(answer), total_of(answer)
            fresh = {key(item): item for item in items}
            if items and fresh.keys() <= found.keys():
                raise _ContradictionError(f"{path} repeats itself.")
            found |= fresh
            if not _has_more(answer, len(items), size):
                if len(found) < (total or 0):
                    raise _ContradictionError(f"{path} lists {len(found)} items of {total}.")
                return list(found.values())
        raise UnreadableError(f"{path} is longer than we read.")

    def _readable(self, path: str, number: int, size: int, **params: str) -> Answer:
        """An answer; one that refuses is believed where it does so twice, and the project not."""
        asked: dict[str, str | int] = {"page": number, "per_page": size, **params}
        address = f"{self.address}/{path}"
        try:
            return self.transport.request("GET", address, params=asked)
        except (ForgeRefusedError, SourceNotFoundError):
            self._prove()
        try:
            return self.transport.request("GET", address, params=asked)
        except (ForgeRefusedError, SourceNotFoundError) as error:
            raise UnreadableError(str(error)) from error

    def _prove(self) -> None:
        """Ask for the project itself: should that fail as well, it is not the part that is ill."""
        self.transport.request("GET", self.address)


def items_of(answer: Answer) -> list[Any]:
    """The items of a list."""
    if not isinstance(answer.body, list):
        raise ForgeAnswerError("The forge answered something else where it promises a list.")
    return answer.body


def total_of(answer: Answer) -> int | None:
    """How many there are in all, where the forge tells it."""
    count = answer.headers.get("x-total", "")
    return int(count) if count.isdecimal() and len(count) < 10 else None  # noqa: PLR2004


def _has_more(answer: Answer, count: int, size: int) -> bool:
    following = answer.headers.get("x-next-page")
    return count >= size if following is None else bool(following.strip())
