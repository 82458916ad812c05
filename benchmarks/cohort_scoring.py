"""What the rules give the synthetic cohort: splitting must not pay, nobody honest may go empty.

Signals take no part in this. The peer scores each piece of a splitter on its own, as most do; the
twin is somebody who brings the same work as one change.
"""

import operator
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from itertools import count
from typing import Any, NamedTuple

from benchmarks.cohort_cheats import SPLITTER
from benchmarks.cohort_people import HONEST, NOW, Cohort
from credits.core.inputs import Participant, ScoredInput
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import WAITING
from credits.core.scoring import ScoreResult, score_contributions
from credits.core.signals import AcceptedItem
from credits.core.work_items import work_item_of

RULES = parse_rule_set(
    (resources.files("credits.core") / "data" / "rule_sets" / "ai-open-source-1.0.toml").read_text(
        "utf-8"
    )
)
LINES_A_PIECE = 10
AREAS = 4


class Tally(NamedTuple):
    """Points of splitters, of their pieces each alone, of the same work whole; and people.

    Who splits over the edge of a week has two pieces of work by the rules: that is told apart.
    """

    split: int = 0
    alone: int = 0
    whole: int = 0
    edge_split: int = 0
    edge_whole: int = 0
    honest: int = 0
    empty: int = 0
    waiting: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*map(operator.add, self, other))


def tally(cohort: Cohort) -> Tally:
    """Score everybody of ``cohort``."""
    total = Tally()
    for key, accepted in _by_person(cohort).items():
        kind = cohort.people[key].kind
        items = scored_inputs(accepted, kind)
        if kind == SPLITTER:
            total = total.plus(_splitter(items))
        elif kind == HONEST:
            total = total.plus(_honest(items))
    return total


def rows(total: Tally) -> list[dict[str, Any]]:
    """What splitting pays, and how many honest people earn nothing."""
    return [_splitting(total), _zeroed(total)]


def _splitter(items: Sequence[ScoredInput]) -> Tally:
    pieces = [replace(item, work_item=None) for item in items]
    split, alone, whole = (_points(_scored(work)) for work in (items, pieces, [_as_one(items)]))
    if len({item.work_item for item in items}) > 1:
        return Tally(edge_split=split, edge_whole=whole)
    return Tally(split, alone, whole)


def _honest(items: Sequence[ScoredInput]) -> Tally:
    results = _scored(items)
    is_empty = not _points(results)
    is_waiting = is_empty and any(result.state == WAITING for result in results)
    return Tally(honest=1, empty=is_empty and not is_waiting, waiting=is_waiting)


def scored_inputs(items: Sequence[AcceptedItem], kind: str = "") -> list[ScoredInput]:
    """The contributions of one person, as scoring takes them; who splits cuts pieces of 10 lines.

    Sizes and places are drawn by the number of the contribution, so they are the same each time.
    """
    keys = count(1)
    return [_as_input(item, kind, keys) for item in items]


def _by_person(cohort: Cohort) -> Mapping[int, list[AcceptedItem]]:
    found: dict[int, list[AcceptedItem]] = defaultdict(list)
    for items in cohort.projects.values():
        for item in items:
            found[item.person].append(item)
    return found


def _as_input(item: AcceptedItem, kind: str, keys: Iterator[int]) -> ScoredInput:
    chance = random.Random(item.key)
    is_piece = kind == SPLITTER
    lines = LINES_A_PIECE if is_piece else max(1, round(chance.lognormvariate(3.5, 1.3)))
    area = "loader" if is_piece else f"area{chance.randrange(AREAS)}"
    others = [person for person in item.co_authors if person != item.person]
    participants = [Participant(next(keys), "author", 1, False, item.person)]
    participants += [Participant(next(keys), "co_author", 1, False, other) for other in others]
    made = ScoredInput(
        contribution=item.key,
        kind="change",
        state="merged",
        title=f"Change {item.key}",
        occurred_at=item.occurred_at,
        facts=_facts(lines, f"src/model/{area}/part{chance.randrange(9)}.py", item),
        repository_kind="code",
        participants=tuple(participants),
        repository=item.repository,
    )
    return replace(made, work_item=work_item_of(made))


def _facts(lines: int, path: str, item: AcceptedItem) -> dict[str, Any]:
    return {
        "sizes": {"code": [lines, 0]},
        "files": [[path, lines, 0]],
        "files_count": 1,
        "merged_by_author": not item.accepted_by,
    }


def _as_one(pieces: Sequence[ScoredInput]) -> ScoredInput:
    """The same work in one change."""
    first = min(pieces, key=lambda piece: piece.occurred_at)
    lines = LINES_A_PIECE * len(pieces)
    path = first.facts["files"][0][0]
    facts = {**first.facts, "sizes": {"code": [lines, 0]}, "files": [[path, lines, 0]]}
    return replace(first, facts=facts)


def _scored(items: Sequence[ScoredInput]) -> list[ScoreResult]:
    return score_contributions(items, RULES, now=NOW)


def _points(results: Iterable[ScoreResult]) -> int:
    return sum(result.points for result in results)


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _splitting(total: Tally) -> dict[str, Any]:
    return {
        "name": "cohort-splitting",
        "ours": _ratio(total.split, total.whole),
        "unit": "of what the same work earns as one change, cut into 30 in a week",
        "peer": "each piece on its own",
        "peer_value": _ratio(total.alone, total.whole),
        "ratio": _ratio(total.split, total.alone),
        "floor": "the same",
        "floor_value": 1.0,
        "details": [f"over the edge of a week: {_ratio(total.edge_split, total.edge_whole)}"],
    }


def _zeroed(total: Tally) -> dict[str, Any]:
    return {
        "name": "cohort-zeroed",
        "ours": total.empty,
        "unit": "honest people with accepted work and neither points nor anything that waits",
        "peer": "whose work waits as a whole",
        "peer_value": total.waiting,
        "ratio": 0.0,
        "floor": "none",
        "floor_value": 0,
    }
