"""What compiled expressions may call: arithmetic that gives the right number or none."""

from collections.abc import Mapping
from typing import Any

from credits.core.expressions.values import LARGEST_INT, SMALLEST_INT


class EvaluationError(Exception):
    """An expression has no value for these facts."""


def checked_int(value: int) -> int:
    if SMALLEST_INT <= value <= LARGEST_INT:
        return value
    raise EvaluationError("the result is beyond 64 bits")


def divide_ints(left: int, right: int) -> int:
    if right == 0:
        raise EvaluationError("division by zero")
    quotient = abs(left) // abs(right)
    return checked_int(quotient if (left < 0) == (right < 0) else -quotient)


def remainder(left: int, right: int) -> int:
    return left - right * divide_ints(left, right)


def divide_doubles(left: float, right: float) -> float:
    if right == 0:
        raise EvaluationError("division by zero")
    return left / right


def to_int(value: float) -> int:
    if value != value or abs(value) >= 2**63:  # noqa: PLR0124 - only NaN differs from itself
        raise EvaluationError("a double beyond 64 bits has no int")
    return int(value)


RUNTIME: Mapping[str, Any] = {
    "__builtins__": {},
    "checked_int": checked_int,
    "divide_ints": divide_ints,
    "remainder": remainder,
    "divide_doubles": divide_doubles,
    "to_int": to_int,
    "to_double": float,
    "length": len,
    "smaller": min,
    "larger": max,
}
"""The only names that compiled expressions can reach."""
