"""Arithmetic gives the right number or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions.runtime import (
    RUNTIME,
    EvaluationError,
    checked_int,
    divide_ints,
    remainder,
    to_int,
)
from credits.core.expressions.values import LARGEST_INT, SMALLEST_INT
from tests.expressions import value_of

INTS = st.integers(SMALLEST_INT, LARGEST_INT)


@pytest.mark.parametrize(
    "source",
    ["1 / 0", "1 % 0", "1.0 / 0.0", "9223372036854775807 + 1", "int(1e300)", "int(1e300 * 1e300)"],
)
def test_what_has_no_value_is_an_error_and_not_a_number(source):
    with pytest.raises(EvaluationError):
        value_of(source)


@given(INTS, INTS.filter(bool))
def test_quotient_and_remainder_make_the_number_again(left, right):
    if (left, right) == (SMALLEST_INT, -1):
        return

    quotient, rest = divide_ints(left, right), remainder(left, right)

    assert quotient * right + rest == left
    assert abs(rest) < abs(right)
    assert rest == 0 or (rest < 0) == (left < 0)


def test_the_one_quotient_beyond_64_bits_is_refused():
    with pytest.raises(EvaluationError, match="beyond 64 bits"):
        divide_ints(SMALLEST_INT, -1)


@given(st.integers())
def test_no_int_beyond_64_bits_passes(value):
    if SMALLEST_INT <= value <= LARGEST_INT:
        assert checked_int(value) == value
    else:
        with pytest.raises(EvaluationError):
            checked_int(value)


@given(st.floats())
def test_a_double_becomes_an_int_or_is_refused(value):
    try:
        found = to_int(value)
    except EvaluationError:
        assert not abs(value) < 2**63
    else:
        assert abs(found - value) < 1


def test_compiled_expressions_reach_no_builtins():
    assert RUNTIME["__builtins__"] == {}
