"""The functions and string methods: which types each takes, and the code that it gives."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credits.core.expressions.values import ELEMENTS, NUMBERS, OperandError, Type, Typed, call


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: what it takes, gives, and is called in `runtime.RUNTIME`."""

    takes: tuple[frozenset[Type], ...]
    gives: Type | None
    calls: str


_SIZED = frozenset({Type.STRING, *ELEMENTS})
FUNCTIONS: Mapping[str, Function] = {
    "size": Function((_SIZED,), Type.INT, "length"),
    "int": Function((NUMBERS,), Type.INT, "to_int"),
    "double": Function((NUMBERS,), Type.DOUBLE, "to_double"),
    "min": Function((NUMBERS, NUMBERS), None, "smaller"),
    "max": Function((NUMBERS, NUMBERS), None, "larger"),
}
"""Functions by name; one that gives None gives the type that it takes."""

METHODS: Mapping[str, str | None] = {
    "contains": None,
    "startsWith": "startswith",
    "endsWith": "endswith",
}
"""String tests with one string argument, and Python's names for them; None is Python's ``in``."""


def apply_function(name: str, arguments: Sequence[Typed]) -> Typed:
    """``name(arguments)``, where ``name`` is one of `FUNCTIONS`.

    Raises:
        OperandError: the function does not take these types.
    """
    function = FUNCTIONS[name]
    kinds = [argument.type for argument in arguments]
    fits = len(kinds) == len(function.takes) and all(
        kind in allowed for kind, allowed in zip(kinds, function.takes, strict=True)
    )
    if not fits or (function.gives is None and len(set(kinds)) != 1):
        raise OperandError(f"{name}() does not take ({', '.join(kinds)})")
    node = call(function.calls, *(argument.node for argument in arguments))
    return Typed(function.gives or kinds[0], node)


def apply_method(name: str, subject: Typed, argument: Typed) -> Typed:
    """``subject.name(argument)``, where ``name`` is one of `METHODS`.

    Raises:
        OperandError: one of the two is no string.
    """
    if (subject.type, argument.type) != (Type.STRING, Type.STRING):
        raise OperandError(
            f".{name}() needs string and string, not {subject.type} and {argument.type}"
        )
    python = METHODS[name]
    if python is None:
        return Typed(Type.BOOL, ast.Compare(argument.node, [ast.In()], [subject.node]))
    method = ast.Attribute(subject.node, python, ast.Load())
    return Typed(Type.BOOL, ast.Call(method, [argument.node], []))
