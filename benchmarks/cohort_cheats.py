"""Those of the synthetic cohort who cheat: rings, copiers, splitters.

Their habits are assumptions, too. One cheat in twenty is *patient*: shows one habit only, which
no two signals can tell from an honest circumstance.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

from benchmarks.cohort_people import (
    BEGUN,
    DAYS,
    Cohort,
    Large,
    day_of,
    honest_people,
    other_of,
)

RING, COPIER, ACCOMPLICE, SPLITTER = "ring", "copier", "accomplice", "splitter"
PATIENT_EVERY = 20
STRANGER = 2_000_000


def make_cohort(size: int = 2_000, *, seed: int = 1) -> Cohort:
    """``size`` honest people, and in proportion 20 rings of 5, 50 copiers and 20 splitters."""
    cohort = Cohort(random.Random(seed))
    share = size / 2_000
    large = honest_people(cohort, size)
    for habit in _habits(round(20 * share), ("evenings", "recycling", "both", "lending")):
        _ring(cohort, cohort.chance.choice(large), habit)
    for habit in _habits(round(50 * share), ("evenings", "accomplice", "both", "leaving names")):
        _copier(cohort, cohort.chance.choice(large), habit)
    for _ in range(round(20 * share)):
        _splitter(cohort, cohort.chance.choice(large))
    return cohort


def _habits(count: int, habits: Sequence[str]) -> list[str]:
    """One habit for each cheat, in turn; of twenty one is patient."""
    return [
        "patient" if number % PATIENT_EVERY == PATIENT_EVERY - 1 else habits[number % len(habits)]
        for number in range(count)
    ]


def _ring(cohort: Cohort, large: Large, habit: str) -> None:
    """Five who accept one another.

    Habits: evenings of much at once, one code five times with other names, commits that others of
    the ring lend.
    """
    house = cohort.chance.randrange(1, 9)
    ring = [cohort.person(RING, habit, house) for _ in range(5)]
    evenings = [cohort.chance.uniform(20, DAYS) for _ in range(3)]
    for number, who in enumerate(ring):
        for _ in range(cohort.chance.randrange(12, 26)):
            lent = _lent(cohort, ring, who, habit)
            cohort.accept(large.project, who, _few(cohort, ring, who), **lent)
        if habit in ("evenings", "both"):
            usual = cohort.projects[large.project][-1]
            for evening in evenings[: 2 + number % 2]:
                day_of(cohort, usual, evening, range(10, 15), _few(cohort, ring, who))
    if habit in ("recycling", "both"):
        _recycle(cohort, large.project, ring)


def _few(cohort: Cohort, ring: Sequence[int], who: int) -> list[int]:
    others = [one for one in ring if one != who]
    return cohort.chance.sample(others, cohort.chance.choice((1, 1, 2)))


def _lent(cohort: Cohort, ring: Sequence[int], who: int, habit: str) -> dict[str, object]:
    if habit != "lending" or cohort.chance.random() > 0.75:
        return {}
    return {"written_by": (other_of(cohort, ring, who),)}


def _recycle(cohort: Cohort, project: int, ring: Sequence[int]) -> None:
    """Each code is handed on, so that everybody but who wrote it has a copy."""
    for _ in range(4):
        for author in ring:
            code, day = cohort.code(), cohort.chance.uniform(0, DAYS - 30)
            cohort.accept(project, author, _few(cohort, ring, author), code=code, day=day)
            for later, who in enumerate((one for one in ring if one != author), start=1):
                renamed = cohort.renamed(code)
                by = _few(cohort, ring, who)
                cohort.accept(project, who, by, code=renamed, day=day + 5 * later)


def _copier(cohort: Cohort, large: Large, habit: str) -> None:
    """Seven of ten contributions are others' with new names.

    Habits: evenings, an accomplice who accepts, commits that still bear the other's name.
    """
    who = cohort.person(COPIER, habit)
    friend = cohort.person(ACCOMPLICE, habit)
    others = [i for p, items in cohort.projects.items() if p != large.project for i in items[:40]]
    early = [item for item in others if item.occurred_at < BEGUN + timedelta(days=60)]
    sources = cohort.chance.sample(early, 34)
    evenings = [cohort.chance.uniform(60, DAYS) for _ in range(2)]
    for number, source in enumerate(sources[: cohort.chance.randrange(20, 34)]):
        day = cohort.chance.uniform(60, DAYS)
        if habit in ("evenings", "both") and number < 24:
            day = int(evenings[number % 2]) + cohort.chance.uniform(0.4, 0.45)
        helps = habit in ("accomplice", "both") and cohort.chance.random() < 0.95
        is_named = habit == "leaving names" and cohort.chance.random() < 0.7
        is_copy = cohort.chance.random() < 0.7
        cohort.accept(
            large.project,
            who,
            [friend] if helps else [cohort.chance.choice(large.maintainers)],
            day=day,
            code=cohort.renamed(cohort.codes[source.key]) if is_copy else cohort.code(),
            written_by=(STRANGER + number,) if is_named else (),
        )


def _splitter(cohort: Cohort, large: Large) -> None:
    """What is one work in thirty pieces, over three days."""
    who = cohort.person(SPLITTER, "splitting")
    begin = int(cohort.chance.uniform(20, DAYS))
    for piece in range(30):
        by = [cohort.chance.choice(large.maintainers)]
        cohort.accept(large.project, who, by, day=begin + piece // 10 + 0.4 + piece % 10 / 100)
