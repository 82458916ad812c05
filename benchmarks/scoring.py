"""Scoring end to end in the core: facts, guards, work items, reasons, sharing and limits.

The peer does the least that a program around Google's CEL (cel-expr-python) must do: it flattens
the facts of each contribution and asks for the points of the same rule set, without a word of
reason, without work items, sharing or limits. The floor is the same with our compiled rules.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.contributions import NOW, RULES, contributions
from benchmarks.in_cel import as_data, program
from benchmarks.rules import ours as value_of
from credits.core.facts import facts_of
from credits.core.inputs import ScoredInput
from credits.core.rules import RuleSet
from credits.core.scoring import score_contributions

NAME = "score"
SIZE, QUICK_SIZE = 20_000, 4_000
ROUNDS, QUICK_ROUNDS = 6, 3

Work = Callable[[Sequence[ScoredInput]], int]


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row, if ``score`` is asked for."""
    if NAME not in names:
        return []
    size, rounds = (QUICK_SIZE, QUICK_ROUNDS) if quick else (SIZE, ROUNDS)
    items = contributions(size)
    refuse_disagreement(items, RULES)
    ways = (ours(RULES), by_cel(RULES), by_rules_alone(RULES))
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
            "floor": "the compiled rules, points only",
            "floor_value": round(least),
            "size": f"{size} contributions, {sum(len(item.participants) for item in items)} people",
        }
    ]


def refuse_disagreement(items: Sequence[ScoredInput], rule_set: RuleSet) -> None:
    """Stop unless all ways agree on the sum, where all can: each work alone, without limits."""
    alone = [replace(item, work_item=None) for item in items]
    unlimited = replace(rule_set, limits=())
    totals = {way(unlimited)(alone) for way in (ours, by_cel, by_rules_alone)}
    if len(totals) > 1:
        raise RuntimeError(f"ours, the peer and the floor give {totals} thousandths in all")


def ours(rule_set: RuleSet) -> Work:
    """The points of everybody together."""
    return lambda items: sum(
        result.points for result in score_contributions(items, rule_set, now=NOW)
    )


def by_cel(rule_set: RuleSet) -> Work:
    """The same total by CEL."""
    points = program(rule_set)
    return lambda items: sum(points(as_data(facts_of(item, now=NOW))) for item in items)


def by_rules_alone(rule_set: RuleSet) -> Work:
    """The same total by the compiled rules, without reasons."""
    points = value_of(rule_set)
    return lambda items: sum(points(facts_of(item, now=NOW)) for item in items)


def _seconds(work: Work, items: Sequence[ScoredInput]) -> float:
    start = time.process_time()
    work(items)
    return time.process_time() - start
