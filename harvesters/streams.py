"""What a REST forge lists, and how: streams of items, which `harvesters.sweep` walks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from harvesters.forge import ContributionRecord, Gap


class Order(StrEnum):
    """How a forge lists a stream."""

    OLDEST_UPDATE_FIRST = "oldest update first, from a moment on"
    NEWEST_UPDATE_FIRST = "newest update first"
    NEWEST_FIRST = "newest first, of what was updated since a moment"


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of a list: what was updated since then, the ``number``-th page of ``size``."""

    since: datetime | None
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What a forge answers: the items, whether more follow, how many match in all if it tells.

    ``date`` is what the forge's clock says.
    """

    items: Sequence[Any]
    has_more: bool
    total: int | None = None
    seconds: float = 0.0
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one item means, and what gaps in it would call it."""

    records: Sequence[ContributionRecord] = ()
    gaps: Sequence[Gap] = ()
    subject: str = ""


def _none(_item: Any) -> float:
    """How many further requests an item takes of which its list tells all."""
    return 0


@dataclass(frozen=True, slots=True)
class Stream:
    """One list of a repository, and how its items are read.

    ``read`` may ask the forge for more about an item; ``key`` names an item within the stream.
    Where it asks, ``at_once`` is small: so many items are read before they are stored.
    ``details`` tells how many further requests an item takes, about. ``created_at`` is needed
    where the order is by creation. The forge lists no more than ``largest_page`` items at once,
    however many are asked for.
    """

    name: str
    order: Order
    list: Callable[[Asked], Listing]
    read: Callable[[Any], Reading]
    key: Callable[[Any], str]
    updated_at: Callable[[Any], datetime]
    created_at: Callable[[Any], datetime] | None = None
    at_once: int = 1_000
    largest_page: int = 100
    details: Callable[[Any], float] = _none

    @property
    def ordered_by(self) -> Callable[[Any], datetime]:
        """The moment by which the list is ordered."""
        return self.created_at or self.updated_at
