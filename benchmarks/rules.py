"""The default rule set, compiled: how many contributions it values in a CPU second of one core.

The peer is Google's CEL (cel-expr-python), given the same expressions as one program, which is
its fastest way; the floor is the same rules written by hand in Python. All three take turns on the
same contributions, and must agree on the points of each.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from cel_expr_python import cel

from benchmarks.contributions import NOW, RULES, contributions
from credits.core.expressions import Type
from credits.core.facts import TYPES, Facts, facts_of
from credits.core.points import THOUSAND
from credits.core.rules import Bands, Rule

NAME = "rules"
ROUNDS, QUICK_ROUNDS = 12, 4
SIZE = 4_000

CEL_TYPES = {
    Type.BOOL: cel.Type.BOOL,
    Type.INT: cel.Type.INT,
    Type.DOUBLE: cel.Type.DOUBLE,
    Type.STRING: cel.Type.STRING,
    Type.STRINGS: cel.Type.List(cel.Type.STRING),
    Type.INTS: cel.Type.List(cel.Type.INT),
}
# CEL's core has no min(); this is what the rule of reviews means by it.
CAPPED = "min(0.5 * double(resolved_threads), 2.0)"
CAPPED_IN_CEL = "(resolved_threads < 4 ? 0.5 * double(resolved_threads) : 2.0)"

Value = Callable[[Any], int]


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row, if ``rules`` is asked for."""
    if NAME not in names:
        return []
    rounds = QUICK_ROUNDS if quick else ROUNDS
    facts = [facts_of(item, now=NOW) for item in contributions(SIZE)]
    data = [as_data(fact) for fact in facts]
    ways: list[tuple[Value, Sequence[Any]]] = [(ours, facts), (peer(), data), (by_hand, facts)]
    refuse_disagreement(ways)
    spent = [[_seconds(value, given) for value, given in ways] for _ in range(rounds)]
    own, theirs, least = (rounds * SIZE / sum(column) for column in zip(*spent, strict=True))
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
            "size": f"{len(RULES.guards) + len(RULES.rules)} rules, {SIZE} contributions",
        }
    ]


def ours(facts: Facts) -> int:
    """Points in thousandths by the compiled rule set."""
    return sum(points for _, points in RULES.run(facts)[1])


def peer() -> Value:
    """The whole rule set as one CEL program over a dictionary of facts."""
    variables = {name: CEL_TYPES[kind] for name, kind in TYPES.items()}
    program = cel.NewEnv(variables=variables).compile(as_cel())
    return lambda data: round(program.eval(data=data).plain_value() * THOUSAND)


def as_cel() -> str:
    """The default rule set as one expression: 0 if a guard holds, else the sum of the rules."""
    guards = " || ".join(f"({guard.when})" for guard in RULES.guards)
    rules = " + ".join(f"(({rule.when}) ? {_points(rule)} : 0.0)" for rule in RULES.rules)
    return f"({guards}) ? 0.0 : {rules}".replace(CAPPED, CAPPED_IN_CEL)


def as_data(facts: Facts) -> dict[str, Any]:
    """Facts as CEL takes them."""
    values = {name: getattr(facts, name) for name in TYPES}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def _points(rule: Rule) -> str:
    return f"({rule.points})" if rule.bands is None else _steps(rule.bands)


def _steps(bands: Bands) -> str:
    steps = "".join(
        f"{bands.of} <= {limit} ? {points / THOUSAND!r} : " for limit, points in bands.steps
    )
    return f"({steps}{bands.more / THOUSAND!r})"


def by_hand(f: Facts) -> int:
    """The default rule set as a programmer would write it, without reasons."""
    if f.humans == 0 or f.is_merge or f.is_reverted or f.is_revert:
        return 0
    if f.kind in ("commit", "change"):
        return _change(f) if f.is_merged and f.size_known and f.lines else 0
    if f.kind == "review":
        return _review(f)
    return 2_000 if f.kind == "issue" and f.confirmed else 0


def _change(f: Facts) -> int:
    code, tests, docs, ci = f.lines_code, f.lines_tests, f.lines_docs, f.lines_ci
    if code and code >= tests and code >= docs and code >= ci:
        points = _band(code, ((5, 1_000), (45, 4_000), (190, 8_000), (720, 16_000)), 24_000)
        return points + (points // 4 if tests * 10 >= code else 0)
    if tests > code and tests >= docs and tests >= ci:
        return _band(tests, ((5, 1_000), (30, 3_000), (100, 6_000)), 10_000)
    if docs > code and docs > tests and docs >= ci:
        return _band(docs, ((5, 500), (60, 2_000), (270, 5_000)), 10_000)
    return _band(ci, ((4, 1_000), (30, 3_000), (80, 6_000)), 8_000)


def _review(f: Facts) -> int:
    if f.resolved_threads or f.comments or f.review_state == "changes_requested":
        return 2_000 + min(500 * f.resolved_threads, 2_000)
    return 250 if f.review_state == "approved" else 0


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
