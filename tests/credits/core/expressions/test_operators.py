"""What operators take and give."""

import pytest

from credits.core.expressions import ExpressionError, compile_expression
from tests.expressions import FIELDS, value_of


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("commits / 2", 3),
        ("7.0 / 2.0", 3.5),
        ("share < 1.0 && !is_bot", True),
        ("commits > 5.5", True),
        ("commits == 7.0", True),
        ("'bug' in labels && !('docs' in labels)", True),
        ("commits in pulls", True),
        ("commits in [1, 7]", True),
        ("'a' + 'b' == \"ab\"", True),
        ("'a' < 'b'", True),
        ("labels == ['bug', 'core']", True),
        ("is_bot == false", True),
    ],
)
def test_an_operator_means_what_it_says(source, value):
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ("commits > 'x'", "cannot compare int with string", 9),
        ("commits + share", "'+' does not take int and double; write double(...) around", 9),
        ("title - 'x'", "'-' does not take string and string", 7),
        ("share % 2.0", "'%' needs int and int", 7),
        ("is_bot && commits", "'&&' needs bool and bool, not bool and int", 8),
        ("!commits", "'!' needs bool, not int", 1),
        ("-title", "'-' needs a number, not string", 1),
        ("commits ? 1 : 2", "the condition of '?:' is int, and bool is needed", 9),
        ("is_bot ? 1 : 'x'", "'?:' gives int or string; both must be the same", 8),
        ("1 in labels", "'in' needs a list of int, not list(string)", 3),
        ("[1, 'a']", "a list holds strings only, or ints only", 1),
        ("[true]", "a list holds strings only, or ints only", 1),
        ("labels < labels", "list(string) has no order", 8),
    ],
)
def test_operands_of_a_wrong_type_are_refused_at_the_operator(source, message, column):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, FIELDS)

    assert message in caught.value.message
    assert caught.value.column == column
