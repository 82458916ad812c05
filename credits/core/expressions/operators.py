"""The operators: how tightly each binds, which types it takes, and the code that it gives."""

import ast
from collections.abc import Callable, Mapping, Sequence

from credits.core.expressions.values import (
    ELEMENTS,
    LISTS,
    NUMBERS,
    OperandError,
    Type,
    Typed,
    call,
)

STRENGTH: Mapping[str, int] = {
    "||": 1, "&&": 2,
    "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
UNARY_STRENGTH = 6
COMPARISONS: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
ARITHMETIC: Mapping[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}


def binary(sign: str, left: Typed, right: Typed) -> Typed:
    """``left sign right``.

    Raises:
        OperandError: the operator does not take these types; so all that follow.
    """
    if sign in {"&&", "||"}:
        return _logic(sign, left, right)
    if sign == "in":
        return _membership(left, right)
    if sign in COMPARISONS:
        return _comparison(sign, left, right)
    return _arithmetic(sign, left, right)


def negation(part: Typed) -> Typed:
    """``!part``."""
    if part.type != Type.BOOL:
        raise OperandError(f"'!' needs bool, not {part.type}")
    return Typed(Type.BOOL, ast.UnaryOp(ast.Not(), part.node))


def negative(part: Typed) -> Typed:
    """``-part``."""
    if part.type not in NUMBERS:
        raise OperandError(f"'-' needs a number, not {part.type}")
    node: ast.expr = ast.UnaryOp(ast.USub(), part.node)
    return Typed(part.type, call("checked_int", node) if part.type == Type.INT else node)


UNARY: Mapping[str, Callable[[Typed], Typed]] = {"!": negation, "-": negative}


def conditional(test: Typed, yes: Typed, no: Typed) -> Typed:
    """``test ? yes : no``."""
    if test.type != Type.BOOL:
        raise OperandError(f"the condition of '?:' is {test.type}, and bool is needed")
    if yes.type != no.type:
        raise OperandError(f"'?:' gives {yes.type} or {no.type}; both must be the same")
    return Typed(yes.type, ast.IfExp(test.node, yes.node, no.node))


def list_of(parts: Sequence[Typed]) -> Typed:
    """``[part, part]``."""
    kinds = {part.type for part in parts}
    if len(kinds) != 1 or parts[0].type not in LISTS:
        raise OperandError("a list holds strings only, or ints only")
    return Typed(LISTS[parts[0].type], ast.Tuple([part.node for part in parts], ast.Load()))


def _logic(sign: str, left: Typed, right: Typed) -> Typed:
    if (left.type, right.type) != (Type.BOOL, Type.BOOL):
        raise OperandError(f"'{sign}' needs bool and bool, not {left.type} and {right.type}")
    joint = ast.And() if sign == "&&" else ast.Or()
    return Typed(Type.BOOL, ast.BoolOp(joint, [left.node, right.node]))


def _membership(left: Typed, right: Typed) -> Typed:
    if ELEMENTS.get(right.type) != left.type:
        raise OperandError(f"'in' needs a list of {left.type}, not {right.type}")
    return Typed(Type.BOOL, ast.Compare(left.node, [ast.In()], [right.node]))


def _comparison(sign: str, left: Typed, right: Typed) -> Typed:
    numbers = left.type in NUMBERS and right.type in NUMBERS
    if left.type != right.type and not numbers:
        raise OperandError(f"cannot compare {left.type} with {right.type}")
    if sign not in {"==", "!="} and left.type in ELEMENTS:
        raise OperandError(f"{left.type} has no order")
    return Typed(Type.BOOL, ast.Compare(left.node, [COMPARISONS[sign]()], [right.node]))


def _arithmetic(sign: str, left: Typed, right: Typed) -> Typed:
    both = {left.type, right.type}
    if sign == "+" and both == {Type.STRING}:
        return Typed(Type.STRING, ast.BinOp(left.node, ast.Add(), right.node))
    if len(both) != 1 or not both <= NUMBERS:
        hint = "; write double(...) around the int" if both == NUMBERS else ""
        raise OperandError(f"'{sign}' does not take {left.type} and {right.type}{hint}")
    return _number(sign, left, right)


def _number(sign: str, left: Typed, right: Typed) -> Typed:
    is_int = left.type == Type.INT
    if sign == "/":
        name = "divide_ints" if is_int else "divide_doubles"
        return Typed(left.type, call(name, left.node, right.node))
    if sign == "%":
        if not is_int:
            raise OperandError("'%' needs int and int")
        return Typed(Type.INT, call("remainder", left.node, right.node))
    node: ast.expr = ast.BinOp(left.node, ARITHMETIC[sign](), right.node)
    return Typed(left.type, call("checked_int", node) if is_int else node)
