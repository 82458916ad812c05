"""What functions and string methods take and give."""

import pytest

from credits.core.expressions import ExpressionError, compile_expression
from credits.core.expressions.functions import FUNCTIONS, METHODS, signature
from credits.core.expressions.runtime import RUNTIME
from tests.expressions import FIELDS, value_of


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("double(commits) / 2.0", 3.5),
        ("int(-2.9)", -2),
        ("int(commits)", 7),
        ("size(labels) + size(title) + size(pulls)", 18),
        ("size('深度学习')", 4),
        ("min(commits, lines)", -3),
        ("max(0.5, share)", 0.5),
        ("title.startsWith('Fix') && title.contains(\"load\")", True),
        ("title.endsWith('\\'')", False),
    ],
)
def test_a_function_means_what_it_says(source, value):
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ("size(3)", "size() does not take (int)", 1),
        ("min(1, 2.0)", "min() does not take (int, double)", 1),
        ("max(1)", "max() does not take (int)", 1),
        ("int('7')", "int() does not take (string)", 1),
        ("title.contains(3)", ".contains() needs string and string, not string and int", 7),
        ("labels.contains('bug')", "needs string and string, not list(string) and string", 8),
    ],
)
def test_arguments_of_a_wrong_type_are_refused_at_the_name(source, message, column):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, FIELDS)

    assert message in caught.value.message
    assert caught.value.column == column


def test_every_function_can_be_called_by_compiled_expressions():
    assert {function.calls for function in FUNCTIONS.values()} <= RUNTIME.keys()


def test_every_function_is_described_in_both_languages():
    for entry in (*FUNCTIONS.values(), *METHODS.values()):
        assert entry.en
        assert any("\u4e00" <= sign <= "\u9fff" for sign in entry.zh)


def test_a_signature_says_what_is_taken_and_given():
    assert signature("size") == "size(list(int) or list(string) or string) -> int"
    assert signature("min") == "min(double or int, double or int) -> the same"
    assert signature("contains") == "string.contains(string) -> bool"
