"""Two scorings of the same work side by side: who gains, who loses, and by what.

Nobody is ranked: accounts come in the order of how much changes for them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
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


def compare_scores(
    before: Iterable[ScoreResult],
    after: Iterable[ScoreResult],
    *,
    actors: Mapping[int, int],
    newcomers: Collection[int],
) -> Comparison:
    """Compare two scorings; ``actors`` tells whose each participation is.

    ``newcomers`` are compared with the accounts that have the most points before.
    """
    sides = []
    for results in (before, after):
        by_actor: Counter[int] = Counter()
        by_contribution: Counter[int] = Counter()
        by_category: Counter[str] = Counter()
        for result in results:
            by_actor[actors[result.participation]] += result.points
            by_contribution[result.contribution] += result.points
            by_category[result.category] += result.points
        sides.append((by_actor, by_contribution, by_category))
    (old, old_work, old_kinds), (new, new_work, new_kinds) = sides
    people = _changes(old, new)
    by_points = sorted(people, key=lambda actor: (-people[actor].before, actor))
    top = [actor for actor in by_points[:TOP] if people[actor].before > 0]
    return Comparison(
        total=Change(old.total(), new.total()),
        categories={
            kind: change
            for kind, change in _changes(old_kinds, new_kinds).items()
            if change.before or change.after
        },
        actors=_largest(people),
        contributions=dict(list(_largest(_changes(old_work, new_work)).items())[:BIGGEST]),
        newcomers=_together(people, [actor for actor in people if actor in newcomers]),
        top=_together(people, top),
    )


def lines_by_participation(
    results: Iterable[ScoreResult], contributions: Collection[int]
) -> Mapping[int, Mapping[int, ScoreResult]]:
    """Of each of ``contributions``, the result of each participation."""
    found: defaultdict[int, dict[int, ScoreResult]] = defaultdict(dict)
    for result in results:
        if result.contribution in contributions:
            found[result.contribution][result.participation] = result
    return found


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
