"""A synthetic cohort: honest people of many lives, as accepted contributions.

It says what thresholds do with people who live so. It does not say how people live: each life and
each circumstance is an assumption, named where it is drawn.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from credits.core.signals import WINDOW_DAYS, AcceptedItem

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BEGUN = NOW - timedelta(days=WINDOW_DAYS - 1)
DAYS = WINDOW_DAYS - 10
FORGES = ("github.com", "gitee.com", "gitlab.com")
HONEST = "honest"
RUNS = 150
"""Runs of nine tokens in a contribution; forty more lines have about so many."""

USUAL = [random.Random(number).randrange(2**32) for number in range(400)]

COPY_ALIKE, COPY_SPREAD = 0.78, 0.1
"""How alike copies are whose names were all changed: four of five reach 0.7, as was measured."""

Code = frozenset[int]


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, and by which kind of life the contributions come about."""

    key: int
    kind: str
    life: str
    house: int
    is_new: bool
    forge: str


@dataclass
class Cohort:
    """Everybody, and what each project accepted."""

    chance: random.Random
    people: dict[int, Person] = field(default_factory=dict)
    projects: dict[int, list[AcceptedItem]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[int, Code] = field(default_factory=dict)
    houses: dict[int, frozenset[int]] = field(default_factory=dict)

    def person(self, kind: str, life: str, house: int | None = None) -> int:
        """Somebody new; ``house`` 0 is no institution."""
        key = len(self.people) + 1
        at = self.chance.choice((0, *range(1, 9))) if house is None else house
        is_new = self.chance.random() < 0.5
        self.people[key] = Person(key, kind, life, at, is_new, self.chance.choice(FORGES))
        if at:
            self.houses[key] = frozenset({at})
        return key

    def accept(self, project: int, person: int, by: Sequence[int], **more: object) -> int:
        """One contribution at some time; ``day`` and ``code`` may be given. Returns its key."""
        key = len(self.codes) + 1
        day = more.pop("day", None)
        at = self.chance.uniform(0, DAYS) if day is None else float(str(day))
        code = more.pop("code", None)
        self.codes[key] = code if isinstance(code, frozenset) else self.code()
        item = AcceptedItem(
            key=key,
            person=person,
            project=project,
            repository=project,
            occurred_at=BEGUN + timedelta(days=at),
            accepted_by=tuple(sorted(set(by) - {person})),
            sketch=tuple(sorted(self.codes[key])[:64]),
            **more,  # type: ignore[arg-type]
        )
        self.projects[project].append(item)
        return key

    def code(self) -> Code:
        """Code of one's own: a twentieth of it is what everybody writes."""
        own = [self.chance.randrange(2**32) for _ in range(RUNS)]
        return frozenset(own).union(self.chance.sample(USUAL, RUNS // 20))

    def like(self, code: Code, alike: float) -> Code:
        """Code that has so much of the runs of both in common with ``code`` (Jaccard)."""
        kept = round(2 * alike * len(code) / (1 + alike))
        own = self.chance.sample(sorted(code), kept)
        return frozenset(own).union(self.chance.randrange(2**32) for _ in range(len(code) - kept))

    def renamed(self, code: Code) -> Code:
        """``code`` with all names changed, and what that takes."""
        return self.like(code, min(0.98, max(0.3, self.chance.gauss(COPY_ALIKE, COPY_SPREAD))))

    def amount(self, median: float) -> int:
        """How much somebody contributes in the window: few do much."""
        return min(150, max(1, round(self.chance.lognormvariate(0, 0.8) * median)))


@dataclass(frozen=True, slots=True)
class Large:
    """A project with maintainers of many places, who accept what comes."""

    project: int
    maintainers: tuple[int, ...]


def honest_people(cohort: Cohort, size: int) -> list[Large]:
    """``size`` people of every life; returns the large projects."""
    share = size / 2_000
    large = [_large_project(cohort, 1 + n, round(90 * share) + 10) for n in range(10)]
    _fill(cohort, round(720 * share), lambda: _laboratory(cohort))
    _fill(cohort, round(120 * share), lambda: _tight_team(cohort))
    _fill(cohort, round(120 * share), lambda: _sole_maintainer(cohort))
    _fill(cohort, round(80 * share), lambda: _pair(cohort, cohort.chance.choice(large)))
    while len(cohort.people) < size:
        _contributor(cohort, cohort.chance.choice(large))
    _circumstances(cohort)
    return large


def _fill(cohort: Cohort, count: int, make: Callable[[], None]) -> None:
    enough = len(cohort.people) + count
    while len(cohort.people) < enough:
        make()


def _large_project(cohort: Cohort, project: int, contributors: int) -> Large:
    """Maintainers accept one another's work and that of everybody."""
    maintainers = tuple(cohort.person(HONEST, "maintainer") for _ in range(8))
    large = Large(project, maintainers)
    for who in maintainers:
        for _ in range(cohort.amount(25)):
            cohort.accept(project, who, [other_of(cohort, maintainers, who)])
    for _ in range(contributors // 10):
        _contributor(cohort, large)
    return large


def other_of(cohort: Cohort, people: Sequence[int], who: int) -> int:
    return cohort.chance.choice([one for one in people if one != who])


def _contributor(cohort: Cohort, large: Large) -> None:
    who = cohort.person(HONEST, "contributor")
    favourite = cohort.chance.sample(large.maintainers, 2)
    for _ in range(cohort.amount(10)):
        by = favourite if cohort.chance.random() < 0.6 else large.maintainers
        cohort.accept(large.project, who, [cohort.chance.choice(by)])


def _laboratory(cohort: Cohort) -> None:
    """Twelve of one house: a supervisor and two seniors accept, sometimes a peer does."""
    project, house = len(cohort.projects) + 100, cohort.chance.randrange(1, 9)
    members = [cohort.person(HONEST, "laboratory", house) for _ in range(12)]
    for who in members:
        for _ in range(cohort.amount(10)):
            by = members[:3] if cohort.chance.random() < 0.85 else members[3:]
            cohort.accept(project, who, [other_of(cohort, by, who)])


def _tight_team(cohort: Cohort) -> None:
    """Three people who have only each other."""
    project, house = len(cohort.projects) + 100, cohort.chance.randrange(9)
    team = [cohort.person(HONEST, "tight team", house) for _ in range(3)]
    for who in team:
        for _ in range(cohort.amount(20)):
            cohort.accept(project, who, [other_of(cohort, team, who)])


def _sole_maintainer(cohort: Cohort) -> None:
    """One person accepts everything; nobody accepts theirs."""
    project = len(cohort.projects) + 100
    maintainer = cohort.person(HONEST, "sole maintainer")
    for _ in range(cohort.amount(25)):
        cohort.accept(project, maintainer, [])
    for _ in range(2):
        helper = cohort.person(HONEST, "helper")
        for _ in range(cohort.amount(10)):
            cohort.accept(project, helper, [maintainer])


def _pair(cohort: Cohort, large: Large) -> None:
    """Two who write everything together and look at each other's; a maintainer looks at a third."""
    house = cohort.chance.randrange(9)
    pair = [cohort.person(HONEST, "pair", house) for _ in range(2)]
    for who in pair:
        other = other_of(cohort, pair, who)
        for _ in range(cohort.amount(14)):
            by = (
                [other]
                if cohort.chance.random() < 0.67
                else [cohort.chance.choice(large.maintainers)]
            )
            cohort.accept(large.project, who, by, co_authors=(other,))


def _circumstances(cohort: Cohort) -> None:
    """What honest people meet with, whatever their life: a day, a backport, a second account."""
    for project, accepted in list(cohort.projects.items()):
        sprint = cohort.chance.uniform(20, DAYS) if cohort.chance.random() < 0.2 else None
        by_person: dict[int, list[AcceptedItem]] = defaultdict(list)
        for item in accepted:
            by_person[item.person].append(item)
        before = list(accepted)
        for who, own in by_person.items():
            if sprint is not None and cohort.chance.random() < 0.4:
                day_of(cohort, own[0], sprint, range(2, 13))
            _busy_days(cohort, own[0])
            if cohort.chance.random() < 0.02:
                _backports(cohort, project, who, before, len(own))
            if cohort.chance.random() < 0.02:
                _second_account(cohort, project, who)


def _busy_days(cohort: Cohort, usual: AcceptedItem) -> None:
    if cohort.chance.random() < 0.015:  # A maintainer works off what waited.
        day_of(cohort, usual, cohort.chance.uniform(20, DAYS), range(10, 15))
    if cohort.chance.random() < 0.01:  # The free days between exams.
        for _ in range(cohort.chance.choice((2, 3))):
            day_of(cohort, usual, cohort.chance.uniform(20, DAYS), range(8, 15))


def day_of(
    cohort: Cohort, usual: AcceptedItem, day: float, sizes: range, by: Sequence[int] = ()
) -> None:
    """Some contributions within an hour of ``day``, like the ``usual`` one of the person."""
    for _ in range(cohort.chance.choice(sizes)):
        cohort.accept(
            usual.project,
            usual.person,
            by or usual.accepted_by,
            day=int(day) + cohort.chance.uniform(0.4, 0.45),
        )


def _backports(
    cohort: Cohort, project: int, who: int, accepted: Sequence[AcceptedItem], amount: int
) -> None:
    """Others' work for an older release, under their own names in half of the cases."""
    others = [item for item in accepted if item.person != who]
    for item in cohort.chance.sample(others, min(amount, len(others))):
        later = (item.occurred_at - BEGUN) / timedelta(days=1) + 5
        named = (item.person,) if cohort.chance.random() < 0.5 else ()
        code = cohort.like(cohort.codes[item.key], 0.9)
        cohort.accept(project, who, item.accepted_by, day=later, code=code, written_by=named)


def _second_account(cohort: Cohort, project: int, who: int) -> None:
    """Commits under an account that nobody has linked."""
    stranger = 1_000_000 + who
    own = cohort.projects[project]
    for place, item in enumerate(own):
        if item.person == who:
            own[place] = _written(item, stranger)


def _written(item: AcceptedItem, writer: int) -> AcceptedItem:
    told = {name: getattr(item, name) for name in AcceptedItem.__slots__}
    return AcceptedItem(**{**told, "written_by": (writer,)})
