"""Scoring end to end in the core: facts, guards, rules, reasons in two languages, sharing.

The peer does the least that a program around Google's CEL (cel-expr-python) must do: it flattens
the facts and asks for the points, without a word of reason. The floor is the same by hand.
"""

import time
from collections.abc import Callable
from typing import Any

from benchmarks.contributions import NOW, RULES, contributions
from benchmarks.rules import as_data, by_hand, peer
from credits.core.facts import ScoredInput, facts_of
from credits.core.scoring import score_contributions

NAME = "score"
SIZE, QUICK_SIZE = 20_000, 4_000
ROUNDS, QUICK_ROUNDS = 6, 3

Work = Callable[[list[ScoredInput]], int]


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row, if ``score`` is asked for."""
    if NAME not in names:
        return []
    size, rounds = (QUICK_SIZE, QUICK_ROUNDS) if quick else (SIZE, ROUNDS)
    items = contributions(size)
    ways = (ours, by_cel(), by_rules_alone)
    totals = {way(items) for way in ways}
    if len(totals) > 1:
        raise RuntimeError(f"ours, the peer and the floor give {totals} thousandths in all")
    spent = [[_seconds(way, items) for way in ways] for _ in range(rounds)]
    own, theirs, least = (rounds * size / sum(column) for column in zip(*spent, strict=True))
    return [
        {
            "name": NAME,
            "ours": round(own),
            "unit": "contributions per CPU second",
            "peer": "cel-expr-python, points only",
            "peer_value": round(theirs),
            "ratio": round(own / theirs, 2),
            "floor": "by hand in Python, points only",
            "floor_value": round(least),
            "size": f"{size} contributions, {sum(len(item.participants) for item in items)} people",
        }
    ]


def ours(items: list[ScoredInput]) -> int:
    """The points of everybody together."""
    return sum(result.points for result in score_contributions(items, RULES, now=NOW))


def by_cel() -> Work:
    """The same total by CEL."""
    points = peer()
    return lambda items: sum(points(as_data(facts_of(item, now=NOW))) for item in items)


def by_rules_alone(items: list[ScoredInput]) -> int:
    """The same total by hand."""
    return sum(by_hand(facts_of(item, now=NOW)) for item in items)


def _seconds(work: Work, items: list[ScoredInput]) -> float:
    start = time.process_time()
    work(items)
    return time.process_time() - start
