"""The two verbs of the language: read an expression, and make it a function."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from credits.core.expressions.parser import Parser
from credits.core.expressions.runtime import RUNTIME
from credits.core.expressions.values import Type, Typed


def compile_expression(
    source: str, fields: Mapping[str, Type], wanted: Type | None = None
) -> Typed:
    """Read ``source`` over ``fields`` as a syntax tree that reads facts as attributes of ``f``.

    Raises:
        ExpressionError: with line and column, and a suggestion for a misspelt name.
    """
    return Parser(source, fields).whole(wanted)


def as_function(typed: Typed) -> Callable[[Any], Any]:
    """A function of one argument, the facts, that gives the value of ``typed``."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg("f")], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    tree = ast.Expression(ast.Lambda(arguments, typed.node))
    code = compile(ast.fix_missing_locations(tree), "<expression>", "eval")
    function: Callable[[Any], Any] = eval(code, dict(RUNTIME))  # noqa: S307 - our own tree
    return function
