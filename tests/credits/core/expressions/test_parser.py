"""The grammar: what binds how, what is refused and where, and that nothing can break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions import (
    DEEPEST_EXPRESSION,
    LONGEST_EXPRESSION,
    MOST_OPERATIONS,
    EvaluationError,
    ExpressionError,
    Type,
    as_function,
    compile_expression,
)
from tests.expressions import FACTS, FIELDS, value_of


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("commits + 2 * 3", 13),
        ("(commits + 2) * 3", 27),
        ("10 - 3 - 2", 5),
        ("-2 * -3", 6),
        ("!is_bot && commits > 1 || false", True),
        ("true || true && false", True),
        ("1 < 2 == true", True),
        ("is_bot ? 1 : commits > 5 ? 2 : 3", 2),
        ("'it\\'s' + \"\\n\\\\\"", "it's\n\\"),
        ("commits\n>\n5", True),
    ],
)
def test_operators_bind_as_cel_says(source, value):
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ("comits > 1", "unknown field 'comits', did you mean 'commits'?", 1),
        ("commits +", "the expression ends here", 10),
        ("title.startWith('x')", "did you mean 'startsWith'?", 7),
        ("sise(title)", "did you mean 'size'?", 1),
        ("(commits", "expected ')', found the end", 9),
        ("size(title", "expected ')', found the end", 11),
        ("[1, 2", "expected ']', found the end", 6),
        ("is_bot ? 1", "expected ':', found the end", 11),
        ("9223372036854775808", "beyond 64 bits", 1),
        ("1e400", "beyond a double", 1),
        ("", "the expression ends here", 1),
        ("commits commits", "unexpected 'commits'", 9),
        ("'\\x'", "unknown escape '\\x'", 1),
        ("size()", "unexpected ')'", 6),
        ("title.", "unknown method ''", 7),
        ("xyzzy", "unknown field 'xyzzy'", 1),
        ("f", "unknown field 'f'", 1),
        ("__import__('os')", "unknown function '__import__'", 1),
        ("title.__class__", "unknown method '__class__'", 7),
    ],
)
def test_an_error_says_what_and_where(source, message, column):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, FIELDS)

    assert message in caught.value.message
    assert caught.value.column == column


def test_an_error_in_a_later_line_points_there():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("commits > 1 &&\n  linse > 2", FIELDS)

    assert (caught.value.line, caught.value.column) == (2, 3)
    assert str(caught.value).endswith("    linse > 2\n    ^")


def test_a_value_of_another_type_than_wanted_is_refused():
    with pytest.raises(ExpressionError, match="this is int, and bool is needed"):
        compile_expression("commits", FIELDS, Type.BOOL)


def test_an_int_serves_where_a_double_is_wanted():
    value = as_function(compile_expression("commits", FIELDS, Type.DOUBLE))(FACTS)

    assert isinstance(value, float)


@pytest.mark.parametrize(
    "source",
    [
        "1+" * 20_000 + "1",
        "(" * 5_000 + "1" + ")" * 5_000,
        "1+" * (LONGEST_EXPRESSION // 2 - 1) + "1",
        "1+" * (MOST_OPERATIONS + 1) + "1",
        "(" * (DEEPEST_EXPRESSION + 1) + "1" + ")" * (DEEPEST_EXPRESSION + 1),
        "!" * 1_900 + "is_bot",
        "-" * 1_900 + "1",
        "is_bot ? 1 : " * 150 + "1",
        "[" * 1_000,
        "title" + ".contains('')" * 150,
    ],
    ids=lambda source: source[:12],
)
def test_an_endless_expression_is_refused_by_name(source):
    with pytest.raises(ExpressionError):
        compile_expression(source, FIELDS)


@pytest.mark.parametrize(
    "source",
    [
        "1" + "+1" * MOST_OPERATIONS,
        "(" * (DEEPEST_EXPRESSION - 1) + "1" + ")" * (DEEPEST_EXPRESSION - 1),
        "size([" + ",".join(["1"] * 900) + "])",
    ],
    ids=["operations", "depth", "list"],
)
def test_what_stands_just_within_the_limits_runs(source):
    assert value_of(source) > 0


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    try:
        compile_expression(text, FIELDS)
    except ExpressionError as error:
        assert error.line >= 1  # noqa: PT017 - either it compiles or it is refused by name


_NAMES = ["commits", "title", "labels", "is_bot", "size", "min", ".contains", "in"]
_VALUES = ["1", "2.5", "'x'"]
_SIGNS = list("()[],?:+-*/%!<.")
_WORDS = st.sampled_from([*_NAMES, *_VALUES, *_SIGNS, "&&", "||", "=="])


@given(st.lists(_WORDS, max_size=60).map(" ".join))
def test_no_mix_of_words_breaks_the_reader(text):
    try:
        as_function(compile_expression(text, FIELDS))(FACTS)
    except (ExpressionError, EvaluationError):
        return
