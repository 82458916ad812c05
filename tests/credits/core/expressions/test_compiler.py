"""An expression has the value that Google's own CEL gives it."""

from types import SimpleNamespace

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from credits.core.expressions import EvaluationError, Type, as_function, compile_expression
from tests.expressions import FIELDS

ORACLE = cel.NewEnv(
    variables={
        "commits": cel.Type.INT,
        "lines": cel.Type.INT,
        "share": cel.Type.DOUBLE,
        "title": cel.Type.STRING,
        "labels": cel.Type.List(cel.Type.STRING),
        "pulls": cel.Type.List(cel.Type.INT),
        "is_bot": cel.Type.BOOL,
    }
)


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
    _arithmetic(Type.INT).map("{} in pulls".format),
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
        "pulls": st.lists(st.integers(0, 2**40), max_size=3),
        "is_bot": st.booleans(),
    }
)


@settings(max_examples=200)
@given(_ANY, _FACTS)
def test_whatever_has_a_value_has_the_value_that_google_s_cel_gives(source, facts):
    ours = as_function(compile_expression(source, FIELDS))
    try:
        value = ours(SimpleNamespace(**facts | {"labels": tuple(facts["labels"])}))
    except EvaluationError:
        return

    theirs = ORACLE.compile(source).eval(data=facts).plain_value()

    assert (
        value == pytest.approx(theirs, rel=1e-12) if isinstance(value, float) else value == theirs
    )
