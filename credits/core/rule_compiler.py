"""Compile the guards and rules of a rule set to one Python function.

One call per contribution instead of one per rule is what makes scoring fast: 12 rules cost
less than the function calls that they would otherwise need.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from credits.core.expressions import RUNTIME, Typed
from credits.core.points import to_thousandths
from credits.core.rules import Bands, Run


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule's condition, and the points or, with ``bands``, the size that they depend on."""

    when: Typed
    value: Typed
    bands: Bands | None


def compile_rules(conditions: Sequence[Typed], rules: Sequence[CompiledRule]) -> Run:
    """The function that tells the first guard that holds, else the rules that apply."""
    body: list[ast.stmt] = [
        _when(condition.node, _return(index, ast.List([], ast.Load())))
        for index, condition in enumerate(conditions)
    ]
    body += ast.parse("found = []").body
    body += [_rule(index, rule) for index, rule in enumerate(rules)]
    body.append(_return(-1, ast.Name("found", ast.Load())))
    function = ast.parse("def run(f): pass").body[0]
    if isinstance(function, ast.FunctionDef):
        function.body = body
    tree = ast.fix_missing_locations(ast.Module([function], []))
    names: dict[str, Any] = {**RUNTIME, "thousandths": to_thousandths, "band": _band}
    exec(compile(tree, "<rule set>", "exec"), names)  # noqa: S102 - our own tree
    run: Run = names["run"]
    return run


def _when(condition: ast.expr, action: ast.stmt) -> ast.If:
    return ast.If(condition, [action], [])


def _return(guard: int, found: ast.expr) -> ast.Return:
    return ast.Return(_tuple(ast.Constant(guard), found))


def _rule(index: int, rule: CompiledRule) -> ast.stmt:
    if rule.bands is None:
        points = _call("thousandths", rule.value.node)
    else:
        steps = ast.parse(repr(rule.bands.steps), mode="eval").body
        points = _call("band", rule.value.node, steps, ast.Constant(rule.bands.more))
    pair = ast.Tuple([ast.Constant(index), points], ast.Load())
    append = ast.Attribute(ast.Name("found", ast.Load()), "append", ast.Load())
    return _when(rule.when.node, ast.Expr(ast.Call(append, [pair], [])))


def _tuple(*parts: ast.expr) -> ast.Tuple:
    return ast.Tuple(list(parts), ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _band(size: int, steps: tuple[tuple[int, int], ...], more: int) -> int:
    for limit, points in steps:
        if size <= limit:
            return points
    return more
