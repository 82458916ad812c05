"""A rule set as one program of Google's CEL (cel-expr-python), which is its fastest way."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cel_expr_python import cel

from credits.core.expressions import Type
from credits.core.facts import Facts
from credits.core.fields import AGE, TYPES
from credits.core.points import THOUSAND
from credits.core.rules import Bands, Guard, Rule, RuleSet

CEL_TYPES = {
    Type.BOOL: cel.Type.BOOL,
    Type.INT: cel.Type.INT,
    Type.DOUBLE: cel.Type.DOUBLE,
    Type.STRING: cel.Type.STRING,
    Type.STRINGS: cel.Type.List(cel.Type.STRING),
    Type.INTS: cel.Type.List(cel.Type.INT),
}
# CEL's core has neither min() nor max(); its extension of mathematics has both.
MATHEMATICS = "extensions:\n  - name: math\n"
NAMES: Mapping[str, Type] = {**TYPES, **AGE}


def program(rule_set: RuleSet) -> Callable[[Mapping[str, Any]], int]:
    """The points, in thousandths, that ``rule_set`` gives to facts, before sharing and limits."""
    variables = {name: CEL_TYPES[kind] for name, kind in NAMES.items()}
    environment = cel.NewEnv(config=cel.NewEnvConfigFromYaml(MATHEMATICS), variables=variables)
    compiled = environment.compile(as_cel(rule_set))

    def points(data: Mapping[str, Any]) -> int:
        found: int = compiled.eval(data=data).plain_value()
        return found

    return points


def as_data(facts: Facts) -> dict[str, Any]:
    """Facts as CEL takes them."""
    values = {name: getattr(facts, name) for name in NAMES}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def as_cel(rule_set: RuleSet) -> str:
    """One expression: 0 if a guard holds, else the sum of the rules times the factors."""
    guards = " || ".join(map(_guard, rule_set.guards)) or "false"
    whole = _sum([f"(({rule.when}) ? {_points(rule)} : 0)" for rule in rule_set.rules])
    for factor in rule_set.factors:
        times = f"(({factor.when}) ? {factor.factor} : {THOUSAND})"
        whole = f"({whole}) * {times} / {THOUSAND}"
    source = f"({guards}) ? 0 : {whole}"
    return re.sub(r"\bmax\(", "math.greatest(", re.sub(r"\bmin\(", "math.least(", source))


def _sum(terms: Sequence[str]) -> str:
    """All of ``terms`` added, by halves: CEL's parser goes no deeper than 32."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"({_sum(terms[:half])} + {_sum(terms[half:])})"


def _guard(guard: Guard) -> str:
    young = f" && age_days < {guard.days}" if guard.days else ""
    return f"(({guard.when}){young})"


def _points(rule: Rule) -> str:
    if rule.bands is not None:
        return _steps(rule.bands)
    return f"int(double({rule.points}) * {float(THOUSAND)} + 0.5)"


def _steps(bands: Bands) -> str:
    steps = "".join(f"({bands.of}) <= {limit} ? {points} : " for limit, points in bands.steps)
    return f"({steps}{bands.more})"
