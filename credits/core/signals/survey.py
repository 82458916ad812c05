"""What is looked up for everybody of a project at once, so that each person costs little."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from credits.core.signals.items import LEAST_ITEMS, AcceptedItem, share
from credits.core.signals.near_copies import Copy, find_copies

Houses = Mapping[int, frozenset[int]]
"""At which institutions a person is; who is not listed is at none that we know."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The accepted contributions of a project, counted in the ways that signals ask for."""

    items: Mapping[int, Sequence[AcceptedItem]]
    accepted_of: Mapping[int, Mapping[int, int]]
    """How many contributions a person accepted of whom."""
    days: Mapping[date, Mapping[int, int]]
    """How many contributions each person had accepted on a day (UTC)."""
    copies: Mapping[int, Copy]
    houses: Houses

    def is_mutual(self, person: int, other: int) -> bool:
        """Whether each accepted something of the other."""
        return other in self.accepted_of.get(person, ()) and (
            person in self.accepted_of.get(other, ())
        )

    def usually_accepted_by(self, group: Set[int], outside: Set[int]) -> float | None:
        """How much of the work of people not in ``outside`` somebody of ``group`` accepts.

        None where there are fewer than 8 such contributions: then who knows what is usual.
        """
        others = [item for who, own in self.items.items() if who not in outside for item in own]
        if len(others) < LEAST_ITEMS:
            return None
        return share(sum(not group.isdisjoint(item.accepted_by) for item in others), len(others))


def survey_of(
    items: Iterable[AcceptedItem],
    *,
    elsewhere: Iterable[AcceptedItem] = (),
    houses: Houses | None = None,
) -> Survey:
    """Look through ``items`` of one project, in time linear in their number.

    ``elsewhere`` are contributions of other projects and times that may have been copied.
    """
    ordered = sorted(items, key=lambda item: (item.occurred_at, item.key))
    by_person: dict[int, list[AcceptedItem]] = defaultdict(list)
    accepted_of: dict[int, Counter[int]] = defaultdict(Counter)
    days: dict[date, Counter[int]] = defaultdict(Counter)
    for item in ordered:
        by_person[item.person].append(item)
        days[item.occurred_at.date()][item.person] += 1
        for who in item.accepted_by:
            accepted_of[who][item.person] += 1
    return Survey(
        items=dict(by_person),
        accepted_of=dict(accepted_of),
        days=dict(days),
        copies=find_copies(ordered, elsewhere),
        houses=houses or {},
    )
