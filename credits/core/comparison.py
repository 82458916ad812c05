"""Two scorings of the same work side by side: who gains, who loses, and by what.

Nobody is ranked: accounts come in the order of how much changes for them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from credits.core.scoring import ScoreResult

Key = TypeVar("Key", int, str)

TOP = 5
"""As many accounts as newcomers are compared with."""
BIGGEST = 10


@dataclass(frozen=True, slots=True)
class Change:
    """Points (thousandths) before and after."""

    before: int = 0
    after: int = 0

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def percent(self) -> int | None:
        """The change in per cent, rounded; None where there was nothing before."""
        return round(100 * self.change / self.before) if self.before else None


@dataclass(frozen=True, slots=True)
class Group:
    """Some accounts together: how many, and their points before and after."""

    people: int
    points: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes in all, by category, for each account, and for which contributions most.

    Those for whom nothing changes are left out; the largest changes come first.
    """

    total: Change
    categories: Mapping[str, Change]
    actors: Mapping[int, Change]
    contributions: Mapping[int, Change]
    newcomers: Group
    top: Group

    @property
    def gain(self) -> int:
        """How many accounts gain."""
        return sum(change.change > 0 for change in self.actors.values())

    @property
    def lose(self) -> int:
        """How many accounts lose."""
        return sum(change.change < 0 for change in self.actors.values())


@dataclass(slots=True)
class _Side:
    """What one rule set gives: by account, contribution and category."""

    actors: Counter[int] = field(default_factory=Counter)
    contributions: Counter[int] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)

    def add(self, results: Iterable[ScoreResult], actors: Mapping[int, int]) -> None:
        for result in results:
            actor = actors.get(result.participation)
            if actor is not None:
                self.actors[actor] += result.points
                self.contributions[result.contribution] += result.points
                self.categories[result.category] += result.points


class Comparing:
    """Takes two scorings piece by piece, so that a long history needs little memory."""

    def __init__(self) -> None:
        self._before, self._after = _Side(), _Side()

    def add(
        self,
        before: Iterable[ScoreResult],
        after: Iterable[ScoreResult],
        actors: Mapping[int, int],
    ) -> None:
        """One piece of history; ``actors`` tells whose each participation is, others are left."""
        self._before.add(before, actors)
        self._after.add(after, actors)

    def people(self) -> list[int]:
        """Everybody who was in it."""
        return sorted(self._before.actors.keys() | self._after.actors.keys())

    def compared(self, newcomers: Collection[int]) -> Comparison:
        """What came out; ``newcomers`` stand beside the accounts with the most points before."""
        old, new = self._before, self._after
        people = _changes(old.actors, new.actors)
        by_points = sorted(people, key=lambda actor: (-people[actor].before, actor))
        top = [actor for actor in by_points[:TOP] if people[actor].before > 0]
        work = _largest(_changes(old.contributions, new.contributions))
        return Comparison(
            total=Change(old.actors.total(), new.actors.total()),
            categories={
                kind: change
                for kind, change in _changes(old.categories, new.categories).items()
                if change.before or change.after
            },
            actors=_largest(people),
            contributions=dict(list(work.items())[:BIGGEST]),
            newcomers=_together(people, [actor for actor in people if actor in newcomers]),
            top=_together(people, top),
        )


def _changes(before: Counter[Key], after: Counter[Key]) -> dict[Key, Change]:
    return {key: Change(before[key], after[key]) for key in sorted(before.keys() | after.keys())}


def _largest(changes: Mapping[int, Change]) -> dict[int, Change]:
    changed = [(key, change) for key, change in changes.items() if change.change]
    return dict(sorted(changed, key=lambda item: (-abs(item[1].change), item[0])))


def _together(people: Mapping[int, Change], actors: Collection[int]) -> Group:
    chosen = [people[actor] for actor in actors]
    return Group(
        len(chosen),
        Change(sum(one.before for one in chosen), sum(one.after for one in chosen)),
    )
