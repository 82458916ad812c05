"""A rule set of twelve rules: how many contributions it values in a CPU second of one core.

The peer is Google's CEL (cel-expr-python), given the same expressions as one program, which is
its fastest way; the floor is the same rules written by hand in Python. All three take turns on the
same contributions, and must agree on the points of each.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.contributions import NOW, TWELVE, contributions
from benchmarks.in_cel import as_data, program
from credits.core.facts import Facts, facts_of
from credits.core.points import THOUSAND
from credits.core.rules import RuleSet

NAME = "rules"
ROUNDS, QUICK_ROUNDS = 12, 4
SIZE = 4_000
SETTLED_DAYS = 7

Value = Callable[[Any], int]


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row, if ``rules`` is asked for."""
    if NAME not in names:
        return []
    rounds = QUICK_ROUNDS if quick else ROUNDS
    facts = [facts_of(item, now=NOW) for item in contributions(SIZE)]
    data = [as_data(fact) for fact in facts]
    ways: list[tuple[Value, Sequence[Any]]] = [
        (ours(TWELVE), facts),
        (program(TWELVE), data),
        (by_hand, facts),
    ]
    refuse_disagreement(ways)
    spent = [[_seconds(value, given) for value, given in ways] for _ in range(rounds)]
    own, theirs, least = (rounds * SIZE / sum(column) for column in zip(*spent, strict=True))
    parts = len(TWELVE.guards) + len(TWELVE.rules) + len(TWELVE.factors)
    return [
        {
            "name": NAME,
            "ours": round(own),
            "unit": "contributions per CPU second",
            "peer": "cel-expr-python, one program",
            "peer_value": round(theirs),
            "ratio": round(own / theirs, 1),
            "floor": "the same rules by hand in Python",
            "floor_value": round(least),
            "size": f"{parts} guards, rules and factors, {SIZE} contributions",
        }
    ]


def ours(rule_set: RuleSet) -> Callable[[Facts], int]:
    """Points in thousandths by a compiled rule set."""
    stop, value = rule_set.stop, rule_set.run

    def points(facts: Facts) -> int:
        if stop(facts) >= 0:
            return 0
        applied, factors = value(facts)
        total = sum(given for _, given in applied)
        for _, factor in factors:
            total = total * factor // THOUSAND
        return total

    return points


def by_hand(f: Facts) -> int:
    """The twelve rules as a programmer would write them, without reasons."""
    if f.humans == 0 or f.is_merge or f.is_revert:
        return 0
    if f.kind in ("commit", "change"):
        if not f.is_merged or f.is_reverted or f.age_days < SETTLED_DAYS:
            return 0
        points = _change(f)
    elif f.kind == "review":
        points = _review(f)
    else:
        points = 2_000 if f.kind == "issue" and f.confirmed else 0
    return points // 5 if f.is_mechanical else points


def _change(f: Facts) -> int:
    code, tests, docs, ci = f.lines_code, f.lines_tests, f.lines_docs, f.lines_ci
    if code and code >= tests and code >= docs and code >= ci:
        points = _band(code, ((5, 1_000), (45, 4_000), (190, 8_000), (720, 16_000)), 24_000)
        return points + points // 4 if tests * 10 >= code else points
    if tests > code and tests >= docs and tests >= ci:
        return _band(tests, ((5, 1_000), (30, 3_000), (100, 6_000)), 10_000)
    if docs > code and docs > tests and docs >= ci:
        return _band(docs, ((5, 500), (60, 2_000), (270, 5_000)), 10_000)
    if ci > code and ci > tests and ci > docs:
        return _band(ci, ((4, 1_000), (30, 3_000), (80, 6_000)), 8_000)
    return 0


def _review(f: Facts) -> int:
    if f.resolved_threads or f.comments or f.review_state == "changes_requested":
        return 2_000 + min(500 * f.resolved_threads, 2_000)
    return 0


def _band(size: int, steps: tuple[tuple[int, int], ...], more: int) -> int:
    return next((points for limit, points in steps if size <= limit), more)


def refuse_disagreement(ways: Sequence[tuple[Value, Sequence[Any]]]) -> None:
    """Stop unless every way gives every contribution the same points."""
    for results in zip(*([value(one) for one in given] for value, given in ways), strict=True):
        if len(set(results)) > 1:
            raise RuntimeError(f"ours, the peer and the floor give {results} thousandths")


def _seconds(value: Value, given: Sequence[Any]) -> float:
    start = time.process_time()
    for one in given:
        value(one)
    return time.process_time() - start
