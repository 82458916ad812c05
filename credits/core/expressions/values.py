"""The types of values in an expression, and a part of an expression with its type."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SMALLEST_INT, LARGEST_INT = -(2**63), 2**63 - 1


class Type(StrEnum):
    """The types of values in an expression."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list(string)"
    INTS = "list(int)"


NUMBERS = frozenset({Type.INT, Type.DOUBLE})
ELEMENTS: Mapping[Type, Type] = {Type.STRINGS: Type.STRING, Type.INTS: Type.INT}
LISTS: Mapping[Type, Type] = {element: many for many, element in ELEMENTS.items()}


@dataclass(frozen=True, slots=True)
class Typed:
    """A part of an expression: its type and its Python syntax tree."""

    type: Type
    node: ast.expr


class OperandError(Exception):
    """An operator or a function does not take these types; the parser knows where it stands."""


def call(name: str, *arguments: ast.expr) -> ast.Call:
    """The tree of a call of ``name``, which stands in `runtime.RUNTIME`."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
