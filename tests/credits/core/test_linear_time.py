"""Reading takes time in proportion to the text, and no text hangs or breaks the reader.

Calls are counted instead of seconds, so that a busy machine changes nothing.
"""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credits.core.expressions import MOST_OPERATIONS, ExpressionError, compile_expression
from credits.core.facts import NO_FACTS
from credits.core.fields import TYPES
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSetError
from tests.rule_sets import HEAD, REVIEW, SMALL
from tests.scored_histories import FACTORS, LIMIT, LIMITS

TOLERANCE = 1.15
"""Twice the text may take that much more than twice the calls."""


def calls_of(work):
    """How many calls, of Python and of C, ``work`` makes."""
    count = 0

    def see(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def assert_linear(work_of_size, size):
    small, large = (calls_of(work_of_size(n)) for n in (size, 2 * size))

    assert large <= 2 * small * TOLERANCE


A_FIFTH = MOST_OPERATIONS // 5


@pytest.mark.parametrize(
    ("first", "more"),
    [
        ("1", " + 1"),
        ("is_merged", " && lines > 3"),
        ("title == 'a'", " || title == 'b'"),
        ("'x'", " + 'y'"),
        ("size([1", ", 1"),
    ],
)
def test_an_expression_is_read_in_time_linear_in_its_length(first, more):
    end = "])" if "[" in first else ""

    assert_linear(lambda n: lambda: compile_expression(first + more * n + end, TYPES), A_FIFTH)


def many(count):
    return HEAD + "".join(
        REVIEW.replace('id = "review"', f'id = "review-{number}"') for number in range(count)
    )


def test_a_rule_set_is_read_in_time_linear_in_its_rules():
    assert_linear(lambda count: lambda: parse_rule_set(many(count)), 60)


def test_faults_are_told_in_time_linear_in_their_number():
    def refused(count):
        def read():
            with pytest.raises(RuleSetError):
                parse_rule_set(many(count).replace("comments", "coments"))

        return read

    assert_linear(refused, 60)


def test_scoring_takes_time_linear_in_the_rules():
    facts = NO_FACTS._replace(kind="review", comments=3)

    def value(count):
        rules = parse_rule_set(many(count))
        return lambda: rules.run(facts)

    assert_linear(value, 60)


WHOLE = (
    SMALL + FACTORS + LIMIT.format(id="cut", kind="decay", per="week", numbers=LIMITS["decay"][2])
)
WORDS = sorted({word for line in WHOLE.split("\n") for word in line.split(" ")})


def read_or_refused(source):
    try:
        parse_rule_set(source)
    except RuleSetError as error:
        assert error.problems  # noqa: PT017 - read or refused


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_of_rule_sets(source):
    read_or_refused(source)


@settings(max_examples=150)
@given(st.lists(st.sampled_from([*WORDS, "\n", "\n"]) | st.text(max_size=3), max_size=60))
def test_no_mix_of_words_breaks_the_reader_of_rule_sets(words):
    read_or_refused(" ".join(words))


@settings(max_examples=150)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 40), st.text(max_size=6))
def test_no_hole_in_a_rule_set_breaks_its_reader(at, length, instead):
    read_or_refused(WHOLE[:at] + instead + WHOLE[at + length :])


@settings(max_examples=150)
@given(st.text(st.characters(codec="utf-8"), max_size=120), st.sampled_from(["when", "points"]))
def test_no_expression_in_a_rule_set_breaks_its_reader(expression, key):
    told = expression.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    old = {
        "when": "when = 'kind == \"review\"'",
        "points": "points = '1.0 + 0.5 * double(comments)'",
    }

    read_or_refused(SMALL.replace(old[key], f'{key} = "{told}"'))


@given(st.sampled_from(sorted(TYPES)), st.data())
def test_a_slip_in_the_name_of_a_field_is_met_with_the_right_name(name, data):
    at = data.draw(st.integers(1, len(name) - 1))
    slip = name[:at] + name[at + 1 :]
    if slip in TYPES or len(slip) < 4:
        return

    with pytest.raises(ExpressionError) as caught:
        compile_expression(slip, TYPES)

    assert f"unknown field '{slip}', did you mean '" in caught.value.message
