"""The functions and string methods: which types each takes, and the code that it gives."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credits.core.expressions.values import ELEMENTS, NUMBERS, OperandError, Type, Typed, call


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: what it takes, gives, is called in `runtime.RUNTIME`, and means.

    One that gives None gives the type that it takes.
    """

    takes: tuple[frozenset[Type], ...]
    gives: Type | None
    calls: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Method:
    """A test of a string by a string, and Python's name for it; None is Python's ``in``."""

    python: str | None
    en: str
    zh: str


_SIZED = frozenset({Type.STRING, *ELEMENTS})
_ONE, _TWO = (NUMBERS,), (NUMBERS, NUMBERS)
FUNCTIONS: Mapping[str, Function] = {
    "size": Function(
        (_SIZED,), Type.INT, "length", "how many characters or entries", "字符数或元素个数"
    ),
    "int": Function(
        _ONE, Type.INT, "to_int", "without the fraction, toward zero", "去掉小数部分，向零取整"
    ),
    "double": Function(_ONE, Type.DOUBLE, "to_double", "as a double", "转换为浮点数"),
    "min": Function(_TWO, None, "smaller", "the smaller of two", "两数中较小者"),
    "max": Function(_TWO, None, "larger", "the larger of two", "两数中较大者"),
}
METHODS: Mapping[str, Method] = {
    "contains": Method(None, "the other stands in it", "包含另一字符串"),
    "startsWith": Method("startswith", "it begins with the other", "以另一字符串开头"),
    "endsWith": Method("endswith", "it ends with the other", "以另一字符串结尾"),
}


def signature(name: str) -> str:
    """How ``name`` is written, with the types that it takes and gives."""
    if name in METHODS:
        return f"string.{name}(string) -> bool"
    function = FUNCTIONS[name]
    taken = [" or ".join(sorted(kinds)) for kinds in function.takes]
    return f"{name}({', '.join(taken)}) -> {function.gives or 'the same'}"


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
    python = METHODS[name].python
    if python is None:
        return Typed(Type.BOOL, ast.Compare(argument.node, [ast.In()], [subject.node]))
    method = ast.Attribute(subject.node, python, ast.Load())
    return Typed(Type.BOOL, ast.Call(method, [argument.node], []))
