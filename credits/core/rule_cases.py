"""The cases of a rule set: facts made up by its author, and the points that they must earn."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from credits.core.expressions import EvaluationError, Type
from credits.core.facts import LARGEST_COUNT, NO_FACTS, Facts
from credits.core.fields import TYPES
from credits.core.points import THOUSAND, decimal_points
from credits.core.rules import Case, RuleSet


def case_facts(values: Mapping[str, Any]) -> Facts | None:
    """Facts with these values, the rest zero, empty or false; None if one has a wrong type.

    They are as old as can be: a case says what something earns once it has settled.
    """
    if not all(_fits(value, TYPES[name]) for name, value in values.items()):
        return None
    known = {name: _as_fact(value) for name, value in values.items()}
    return NO_FACTS._replace(age_days=LARGEST_COUNT, **known)


def failure(case: Case, rule_set: RuleSet) -> str:
    """How ``case`` comes out otherwise than its author says; empty if it holds."""
    facts = case_facts(case.facts)
    if facts is None:
        return "the facts of this case are of a wrong type"
    try:
        guard = rule_set.stop(facts)
        applied, factors = rule_set.run(facts) if guard < 0 else ([], [])
    except EvaluationError as error:
        return f"this case cannot be computed: {error}"
    points = sum(given for _, given in applied)
    for _, factor in factors:
        points = points * factor // THOUSAND
    if points == case.points:
        return ""
    said = f"this case says {decimal_points(case.points)}, the rules give {decimal_points(points)}"
    if guard >= 0:
        return f"{said}: the guard {rule_set.guards[guard].id} holds"
    given = [f"{rule_set.rules[index].id} {decimal_points(part)}" for index, part in applied]
    given += [f"{rule_set.factors[index].id} ×{decimal_points(part)}" for index, part in factors]
    return f"{said}: {', '.join(given) or 'no rule applies'}"


def _fits(value: Any, kind: Type) -> bool:
    if kind in {Type.STRINGS, Type.INTS}:
        element = Type.STRING if kind == Type.STRINGS else Type.INT
        return isinstance(value, list) and all(_fits(part, element) for part in value)
    if kind == Type.INT:
        return type(value) is int and abs(value) <= LARGEST_COUNT
    return isinstance(value, {Type.BOOL: bool, Type.STRING: str, Type.DOUBLE: Decimal}[kind])


def _as_fact(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
