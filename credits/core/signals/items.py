"""What signals look at, and what they say."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

LEAST_ITEMS = 8
"""No signal says anything about fewer contributions."""

FEW_A_DAY = 3
"""Signals of company count no more of a day: whoever works off what waited accepts much at once."""

NAMES_SHOWN = 5
MOST_EVIDENCE = 1_000
"""Contributions that a signal lists; more are counted only."""

Names = Mapping[int, str]
"""How people are called in sentences: the logins of their accounts."""


class Ground(StrEnum):
    """What a signal rests on; signals of different grounds are independent."""

    COMPANY = "company"
    CONTENT = "content"
    TIME = "time"
    ATTRIBUTION = "attribution"


@dataclass(frozen=True, slots=True)
class AcceptedItem:
    """A contribution that a project accepted. People are numbers, alike wherever they stand.

    ``accepted_by`` merged or approved it; the author and bots are not among them. ``written_by``
    are those whom its commits name as authors, empty where that is not known. ``sketch`` is a
    MinHash signature of its code, empty where it is too short or not known.
    """

    key: int
    person: int
    project: int
    repository: int
    occurred_at: datetime
    accepted_by: tuple[int, ...] = ()
    co_authors: tuple[int, ...] = ()
    written_by: tuple[int, ...] = ()
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A contribution that a signal speaks of; of a near copy also which one it resembles."""

    contribution: int
    like: int | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What was seen: ``hits`` of ``count`` contributions, against the threshold, in words.

    ``people`` are the others whom it names; none of them decides about it.
    """

    name: str
    ground: Ground
    value: float
    threshold: float
    hits: int
    count: int
    people: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    en: str
    zh: str

    def as_json(self) -> dict[str, Any]:
        """As it is stored with a review."""
        return {**asdict(self), "ground": str(self.ground)}


def share(hits: int, count: int) -> float:
    """How much of ``count``, to the thousandth; nothing of nothing."""
    return round(hits / count, 3) if count else 0.0


def few_a_day(items: Iterable[AcceptedItem]) -> list[AcceptedItem]:
    """The first three of each day (UTC); ``items`` are in order of time."""
    seen: Counter[date] = Counter()
    few = []
    for item in items:
        day = item.occurred_at.date()
        seen[day] += 1
        if seen[day] <= FEW_A_DAY:
            few.append(item)
    return few


def listed(items: Iterable[AcceptedItem]) -> tuple[Evidence, ...]:
    """The evidence that ``items`` are, the first of them."""
    return tuple(Evidence(item.key) for item in items)[:MOST_EVIDENCE]


def named(people: Sequence[int], names: Names) -> tuple[str, str]:
    """``people`` by name in English and Chinese: a few, and how many more."""
    shown = [names.get(person, f"#{person}") for person in people[:NAMES_SHOWN]]
    more = len(people) - len(shown)
    en, zh = ", ".join(shown), "、".join(shown)
    return (f"{en} and {more} more", f"{zh} 等 {len(people)} 人") if more else (en, zh)
