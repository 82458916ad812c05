"""Compile the guards of a rule set to one Python function, and its rules and factors to another.

One call per contribution instead of one per rule is what makes scoring fast: 12 rules cost
less than the function calls that they would otherwise need.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from credits.core.expressions import RUNTIME, Typed
from credits.core.facts import Facts
from credits.core.points import to_thousandths
from credits.core.rules import Applied, Bands, Stop


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule's condition, and the points or, with ``bands``, the size that they depend on."""

    when: Typed
    value: Typed
    bands: Bands | None


@dataclass(frozen=True, slots=True)
class CompiledFactor:
    """A factor's condition, and by how many thousandths it multiplies."""

    when: Typed
    factor: int


def compile_guards(conditions: Sequence[Typed]) -> Stop:
    """The function that tells the first guard that holds and is not lifted, or -1."""
    body: list[ast.stmt] = [
        _when(_unless_lifted(condition.node, index), ast.Return(ast.Constant(index)))
        for index, condition in enumerate(conditions)
    ]
    function: Stop = _function([*body, ast.Return(ast.Constant(-1))], "f, lifted=()")
    return function


def _unless_lifted(condition: ast.expr, index: int) -> ast.expr:
    """Asked only where the condition holds, so that it costs the others nothing."""
    lifted = ast.Name("lifted", ast.Load())
    is_held = ast.Compare(ast.Constant(index), [ast.NotIn()], [lifted])
    return ast.BoolOp(ast.And(), [condition, is_held])


def compile_rules(
    rules: Sequence[CompiledRule], factors: Sequence[CompiledFactor]
) -> Callable[[Facts], tuple[Applied, Applied]]:
    """The function that tells the rules that apply with their points, and the factors."""
    body = ast.parse("found, times = [], []").body
    body += [_rule(index, rule) for index, rule in enumerate(rules)]
    body += [
        _when(factor.when.node, _append("times", index, ast.Constant(factor.factor)))
        for index, factor in enumerate(factors)
    ]
    body.append(ast.Return(ast.parse("(found, times)", mode="eval").body))
    function: Callable[[Facts], tuple[Applied, Applied]] = _function(body)
    return function


def _function(body: list[ast.stmt], takes: str = "f") -> Any:
    function = ast.parse(f"def run({takes}): pass").body[0]
    if isinstance(function, ast.FunctionDef):
        function.body = body
    tree = ast.fix_missing_locations(ast.Module([function], []))
    names: dict[str, Any] = {**RUNTIME, "thousandths": to_thousandths, "band": _band}
    exec(compile(tree, "<rule set>", "exec"), names)  # noqa: S102 - our own tree
    return names["run"]


def _when(condition: ast.expr, action: ast.stmt) -> ast.If:
    return ast.If(condition, [action], [])


def _rule(index: int, rule: CompiledRule) -> ast.stmt:
    if rule.bands is None:
        points = _call("thousandths", rule.value.node)
    else:
        steps = ast.parse(repr(rule.bands.steps), mode="eval").body
        points = _call("band", rule.value.node, steps, ast.Constant(rule.bands.more))
    return _when(rule.when.node, _append("found", index, points))


def _append(name: str, index: int, value: ast.expr) -> ast.Expr:
    pair = ast.Tuple([ast.Constant(index), value], ast.Load())
    append = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
    return ast.Expr(ast.Call(append, [pair], []))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _band(size: int, steps: tuple[tuple[int, int], ...], more: int) -> int:
    for limit, points in steps:
        if size <= limit:
            return points
    return more
