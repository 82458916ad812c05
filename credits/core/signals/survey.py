"""What is looked up for everybody of a project at once, so that each person costs little."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credits.core.signals.items import AcceptedItem
from credits.core.signals.near_copies import Copy, find_copies

Houses = Mapping[int, frozenset[int]]
"""At which institutions a person is; who is not listed is at none that we know."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The accepted contributions of a project, counted in the ways that signals ask for."""

    items: Mapping[int, Sequence[AcceptedItem]]
    total: int
    accepted_authors: Mapping[int, frozenset[int]]
    """Whose contributions a person accepted."""
    accepted_by: Mapping[int, int]
    """How many contributions a person accepted."""
    accepted_in: Mapping[int, int]
    """How many contributions people of an institution accepted."""
    days: Mapping[date, Mapping[int, int]]
    """How many contributions each person had accepted on a day (UTC)."""
    copies: Mapping[int, Copy]
    houses: Houses

    def is_mutual(self, person: int, other: int) -> bool:
        """Whether each accepted something of the other."""
        nobody: frozenset[int] = frozenset()
        return other in self.accepted_authors.get(person, nobody) and (
            person in self.accepted_authors.get(other, nobody)
        )


def survey_of(
    items: Iterable[AcceptedItem],
    *,
    elsewhere: Iterable[AcceptedItem] = (),
    houses: Houses | None = None,
) -> Survey:
    """Look through ``items`` of one project, in time linear in their number.

    ``elsewhere`` are contributions of other projects and times that may have been copied.
    """
    known = houses or {}
    ordered = sorted(items, key=lambda item: (item.occurred_at, item.key))
    by_person: dict[int, list[AcceptedItem]] = defaultdict(list)
    authors: dict[int, set[int]] = defaultdict(set)
    accepted_by: Counter[int] = Counter()
    accepted_in: Counter[int] = Counter()
    days: dict[date, Counter[int]] = defaultdict(Counter)
    for item in ordered:
        by_person[item.person].append(item)
        days[item.occurred_at.date()][item.person] += 1
        accepted_by.update(item.accepted_by)
        accepted_in.update({house for who in item.accepted_by for house in known.get(who, ())})
        for who in item.accepted_by:
            authors[who].add(item.person)
    return Survey(
        items=dict(by_person),
        total=len(ordered),
        accepted_authors={who: frozenset(whose) for who, whose in authors.items()},
        accepted_by=accepted_by,
        accepted_in=accepted_in,
        days=dict(days),
        copies=find_copies(ordered, elsewhere),
        houses=known,
    )
