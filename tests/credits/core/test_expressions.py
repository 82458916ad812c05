"""The expression language: what it means, what it refuses, and that it cannot be broken."""

from types import SimpleNamespace

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from credits.core.expressions import (
    DEEPEST_EXPRESSION,
    LONGEST_EXPRESSION,
    EvaluationError,
    ExpressionError,
    Type,
    as_function,
    compile_expression,
)

FIELDS = {
    "commits": Type.INT,
    "lines": Type.INT,
    "share": Type.DOUBLE,
    "title": Type.STRING,
    "labels": Type.STRINGS,
    "is_bot": Type.BOOL,
}
FACTS = SimpleNamespace(
    commits=7, lines=-3, share=0.25, title="Fix the loader", labels=("bug", "core"), is_bot=False
)
ORACLE = cel.NewEnv(
    variables={
        "commits": cel.Type.INT,
        "lines": cel.Type.INT,
        "share": cel.Type.DOUBLE,
        "title": cel.Type.STRING,
        "labels": cel.Type.List(cel.Type.STRING),
        "is_bot": cel.Type.BOOL,
    }
)


def value_of(source: str, facts=FACTS):
    return as_function(compile_expression(source, FIELDS))(facts)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("commits + 2 * 3", 13),
        ("(commits + 2) * 3", 27),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("commits / 2", 3),
        ("double(commits) / 2.0", 3.5),
        ("int(-2.9)", -2),
        ("share < 1.0 && !is_bot", True),
        ("commits > 5.5", True),
        ("is_bot ? 1 : commits > 5 ? 2 : 3", 2),
        ("title.startsWith('Fix') && title.contains(\"load\")", True),
        ("title.endsWith('\\'')", False),
        ("'bug' in labels && !('docs' in labels)", True),
        ("commits in [1, 7]", True),
        ("size(labels) + size(title)", 16),
        ("min(commits, lines)", -3),
        ("max(0.5, share)", 0.5),
        ("'a' + 'b' == \"ab\"", True),
    ],
)
def test_an_expression_means_what_it_says(source, value):
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ("comits > 1", "unknown field 'comits', did you mean 'commits'?", 1),
        ("commits > 'x'", "cannot compare int with string", 9),
        ("commits +", "the expression ends here", 10),
        ("commits + share", "'+' does not take int and double; write double(...) around", 9),
        ("is_bot && commits", "'&&' needs bool and bool, not bool and int", 8),
        ("title.startWith('x')", "did you mean 'startsWith'?", 7),
        ("sise(title)", "did you mean 'size'?", 1),
        ("size(3)", "size() does not take (int)", 1),
        ("[1, 'a']", "a list holds strings only, or ints only", 1),
        ("commits = 3", "unexpected character '='", 9),
        ("(commits", "expected ')', found the end", 9),
        ("9223372036854775808", "beyond 64 bits", 1),
        ("", "the expression ends here", 1),
        ("labels < labels", "list(string) has no order", 8),
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
    "source", ["1 / 0", "1 % 0", "1.0 / 0.0", "9223372036854775807 + 1", "int(1e300)"]
)
def test_what_has_no_value_is_an_error_and_not_a_number(source):
    with pytest.raises(EvaluationError):
        value_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "1+" * 20_000 + "1",
        "(" * 5_000 + "1" + ")" * 5_000,
        "1+" * (LONGEST_EXPRESSION // 2 - 1) + "1",
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


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    try:
        compile_expression(text, FIELDS)
    except ExpressionError as error:
        assert error.line >= 1  # noqa: PT017 - either it compiles or it is refused by name


_WORDS = st.sampled_from(
    ["commits", "title", "labels", "is_bot", "1", "2.5", "'x'", "(", ")", "[", "]", ",", "?", ":"]
    + ["+", "-", "*", "/", "%", "&&", "||", "!", "==", "<", "in", "size", "min", ".contains", "."]
)


@given(st.lists(_WORDS, max_size=60).map(" ".join))
def test_no_mix_of_words_breaks_the_reader(text):
    try:
        as_function(compile_expression(text, FIELDS))(FACTS)
    except (ExpressionError, EvaluationError):
        return


def _numbers(kind: Type) -> st.SearchStrategy[str]:
    if kind == Type.INT:
        plain = st.integers(0, 2**40).map(str)
        return st.one_of(plain, st.sampled_from(["commits", "lines", "size(title)"]))
    plain = st.floats(0, 1e6, allow_nan=False).map(lambda value: f"{value:.3f}")
    return st.one_of(plain, st.just("share"), st.just("double(commits)"))


def _arithmetic(kind: Type) -> st.SearchStrategy[str]:
    signs = ["+", "-", "*", "/", "%"] if kind == Type.INT else ["+", "-", "*", "/"]
    return st.recursive(
        _numbers(kind),
        lambda part: (
            st.tuples(part, st.sampled_from(signs), part).map("({0[0]} {0[1]} {0[2]})".format)
            | part.map("(-{})".format)
        ),
        max_leaves=6,
    )


_STRINGS = st.sampled_from(["title", "'Fix'", "'er'", "'深' + title", "''"])
_TESTS = st.one_of(
    st.tuples(
        _arithmetic(Type.INT),
        st.sampled_from(["<", "<=", "==", "!=", ">", ">="]),
        _arithmetic(Type.INT),
    ).map(" ".join),
    st.tuples(
        _arithmetic(Type.DOUBLE), st.sampled_from(["<", "<=", ">", ">="]), _arithmetic(Type.DOUBLE)
    ).map(" ".join),
    st.tuples(_STRINGS, st.sampled_from(["startsWith", "endsWith", "contains"]), _STRINGS).map(
        lambda parts: f"({parts[0]}).{parts[1]}({parts[2]})"
    ),
    _STRINGS.map("({}) in labels".format),
    st.just("is_bot"),
)
_CONDITIONS = st.recursive(
    _TESTS.map("({})".format),
    lambda part: (
        st.tuples(part, st.sampled_from(["&&", "||"]), part).map("({0[0]} {0[1]} {0[2]})".format)
        | part.map("!{}".format)
        | st.tuples(part, part, part).map("({0[0]} ? {0[1]} : {0[2]})".format)
    ),
    max_leaves=5,
)
_ANY = st.one_of(_CONDITIONS, _arithmetic(Type.INT), _arithmetic(Type.DOUBLE))
_FACTS = st.fixed_dictionaries(
    {
        "commits": st.integers(-(2**31), 2**31),
        "lines": st.integers(0, 10**6),
        "share": st.floats(-1e6, 1e6),
        "title": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
        "labels": st.lists(st.sampled_from(["bug", "Fix", "er", ""]), max_size=3),
        "is_bot": st.booleans(),
    }
)


@settings(max_examples=300, deadline=None)
@given(_ANY, _FACTS)
def test_whatever_has_a_value_has_the_value_that_google_s_cel_gives(source, facts):
    ours = as_function(compile_expression(source, FIELDS))
    try:
        value = ours(SimpleNamespace(**{**facts, "labels": tuple(facts["labels"])}))
    except EvaluationError:
        return

    theirs = ORACLE.compile(source).eval(data=facts).plain_value()

    assert (
        value == pytest.approx(theirs, rel=1e-12) if isinstance(value, float) else value == theirs
    )
