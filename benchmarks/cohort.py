"""Who of a synthetic cohort is asked: rings and copiers should be, honest people should not.

The peer is what one signal alone would do; the floor is what we want to reach. Nobody loses a
point by any of this; a review only asks (docs/scoring.md, "Signals").
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.cohort_cheats import COPIER, RING, SPLITTER, make_cohort
from benchmarks.cohort_people import HONEST, Cohort, Person
from benchmarks.cohort_scoring import Tally, rows, tally
from credits.core.signals import (
    AcceptedItem,
    Ground,
    Signal,
    asks_for_review,
    find_signals,
    survey_of,
)
from credits.core.signals.items import LEAST_ITEMS
from credits.core.signals.near_copies import MOST_IN_A_BUCKET, buckets_of

NAME = "cohort"
SIZE, QUICK_SIZE = 2_000, 600
SEEDS, QUICK_SEEDS = range(1, 6), range(1, 2)
RECALL, HELD = 0.9, 0.002
FAIR = (0.8, 1.25)
FEWEST_FLAGGED = 30
"""Of smaller groups a rate says nothing."""

Grouping = Callable[[Person], str]
GROUPINGS: Mapping[str, Grouping] = {
    "institution": lambda person: "of an institution" if person.house else "of none",
    "account": lambda person: "new" if person.is_new else "old",
    "forge": lambda person: person.forge,
}


@dataclass(frozen=True, slots=True)
class Look:
    """A person of a cohort, the signals, and whether there was enough for any."""

    person: Person
    signals: tuple[Signal, ...]
    is_judged: bool

    @property
    def is_asked(self) -> bool:
        return asks_for_review(self.signals)

    @property
    def grounds(self) -> set[Ground]:
        return {signal.ground for signal in self.signals}


Looks = Sequence[Look]


def run(names: list[str], quick: bool) -> Iterator[dict[str, Any]]:
    """Rows for rings, copiers, honest people, fairness and points, if ``cohort`` is asked for."""
    if NAME not in names:
        return
    looks: list[Look] = []
    contributions, start = 0, time.process_time()
    scored = Tally()
    for seed in QUICK_SEEDS if quick else SEEDS:
        cohort = make_cohort(QUICK_SIZE if quick else SIZE, seed=seed)
        looks += look(cohort)
        scored = scored.plus(tally(cohort))
        contributions += len(cohort.codes)
    kinds = Counter(one.person.kind for one in looks)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    seconds = time.process_time() - start
    size = f"{contributions} contributions; {told}; made and looked at in {seconds:.0f} CPU s"
    measured = [recall(looks, RING, Ground.COMPANY), recall(looks, COPIER, Ground.CONTENT)]
    measured += [held(looks), parity(looks), *rows(scored)]
    yield from (row | {"size": size} for row in measured)


def look(cohort: Cohort) -> list[Look]:
    """Look through every project of ``cohort``, as the site does daily."""
    meetings = _meetings(cohort)
    names = {key: f"p{key}" for key in cohort.people}
    signals: dict[int, tuple[Signal, ...]] = defaultdict(tuple)
    judged: set[int] = set()
    for items in cohort.projects.values():
        survey = survey_of(items, elsewhere=_elsewhere(items, meetings), houses=cohort.houses)
        for person, own in survey.items.items():
            signals[person] += find_signals(person, survey, names)
            if len(own) >= LEAST_ITEMS:
                judged.add(person)
    return [Look(who, signals[key], key in judged) for key, who in cohort.people.items()]


def _meetings(cohort: Cohort) -> dict[int, list[AcceptedItem]]:
    """What the database's index is: contributions by where their sketches meet."""
    found: dict[int, list[AcceptedItem]] = defaultdict(list)
    for items in cohort.projects.values():
        for item in items:
            for bucket in buckets_of(item.sketch):
                found[hash(bucket)].append(item)
    return {bucket: items for bucket, items in found.items() if len(items) > 1}


def _elsewhere(
    items: Iterable[AcceptedItem], meetings: Mapping[int, list[AcceptedItem]]
) -> list[AcceptedItem]:
    met = {
        other.key: other
        for item in items
        for bucket in buckets_of(item.sketch)
        for other in meetings.get(hash(bucket), ())[:MOST_IN_A_BUCKET]
        if other.project != item.project
    }
    return list(met.values())


def _share(looks: Looks, holds: Callable[[Look], object]) -> float:
    return sum(bool(holds(one)) for one in looks) / len(looks) if looks else 0.0


def _of_kind(looks: Looks, kind: str) -> list[Look]:
    return [one for one in looks if one.person.kind == kind]


def _row(name: str, ours: float, peer: float, /, **told: Any) -> dict[str, Any]:
    return {
        "name": f"{NAME}-{name}",
        "ours": round(ours, 4),
        "peer_value": round(peer, 4),
        "ratio": round(ours / peer, 2) if peer else 0.0,
        **told,
    }


def recall(looks: Looks, kind: str, ground: Ground) -> dict[str, Any]:
    """How many of those who cheat as ``kind`` are asked, and how many show the first ground."""
    those = _of_kind(looks, kind)
    return _row(
        f"{kind}s",
        _share(those, lambda one: one.is_asked),
        _share(those, lambda one: ground in one.grounds),
        unit="share that is asked",
        peer=f"show a signal of {ground}",
        floor="at least",
        floor_value=RECALL,
        details=_by_life(those),
    )


def held(looks: Looks) -> dict[str, Any]:
    """How many honest people are asked, and how many any one signal would ask."""
    honest = _of_kind(looks, HONEST)
    grounds = Counter(str(ground) for one in honest for ground in one.grounds)
    told = ", ".join(f"{name} {number}" for name, number in sorted(grounds.items()))
    splitters = _share(_of_kind(looks, SPLITTER), lambda one: one.is_asked)
    return _row(
        "held",
        _share(honest, lambda one: one.is_asked),
        _share(honest, lambda one: one.signals),
        unit="share of honest people that is asked",
        peer="any one signal would ask",
        floor="at most",
        floor_value=HELD,
        details=[
            *_by_life(honest),
            f"honest people with signals of one ground: {told}",
            f"splitters asked: {splitters:.2f}; rules score what they split once",
        ],
    )


def _by_life(looks: Looks) -> list[str]:
    lives: dict[str, list[Look]] = defaultdict(list)
    for one in looks:
        lives[one.person.life].append(one)
    return [
        f"{life}: {sum(one.is_asked for one in those)} of {len(those)} asked"
        for life, those in sorted(lives.items())
    ]


def parity(looks: Looks) -> dict[str, Any]:
    """How far groups are from what people of the same lives show, who did enough for signals.

    Nobody is of a group by chance: who is of no institution is of no laboratory either. So a
    group's signals are counted against those that people of its lives have everywhere.
    """
    judged = [one for one in _of_kind(looks, HONEST) if one.is_judged]
    lives: dict[str, list[Look]] = defaultdict(list)
    for one in judged:
        lives[one.person.life].append(one)
    usual = {life: _share(those, lambda one: one.signals) for life, those in lives.items()}
    ratios, details = [], []
    for name, group_of in GROUPINGS.items():
        groups: dict[str, list[Look]] = defaultdict(list)
        for one in judged:
            groups[group_of(one.person)].append(one)
        for group, those in sorted(groups.items()):
            expected = sum(usual[one.person.life] for one in those)
            found = sum(bool(one.signals) for one in those)
            is_enough = expected >= FEWEST_FLAGGED
            told = f"{name} {group}: {found} of {len(those)}, expected {expected:.0f}"
            details.append(told if is_enough else f"{told}, too few")
            ratios += [found / expected] if is_enough else []
    return _row(
        "parity",
        min(ratios, default=1.0),
        max(ratios, default=1.0),
        unit="of what is expected: the lowest group of honest people with any signal",
        peer=f"the highest, at most {FAIR[1]}",
        floor="at least",
        floor_value=FAIR[0],
        details=details,
    )
