"""The compiled rules do what the rules say one by one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions import EvaluationError, as_function, compile_expression
from credits.core.facts import NO_FACTS, TYPES, facts_of
from credits.core.points import to_thousandths
from credits.core.rule_reader import parse_rule_set
from tests.rule_sets import CONTRIBUTIONS, DEFAULT, NOW, SMALL

SMALL_RULES = parse_rule_set(SMALL)
RULES = parse_rule_set(DEFAULT)


@pytest.mark.parametrize(
    ("lines", "points"),
    [(1, 1000), (5, 1000), (6, 4500), (45, 4500), (46, 8000), (10**9, 8000)],
)
def test_a_band_counts_up_to_its_limit(lines, points):
    assert SMALL_RULES.run(replace(NO_FACTS, lines_code=lines)) == (-1, [(0, points)])


def test_the_first_guard_that_holds_ends_it():
    assert SMALL_RULES.run(replace(NO_FACTS, is_merge=True, lines_code=9)) == (0, [])


def test_several_rules_add_up_in_the_order_of_the_rule_set():
    facts = replace(NO_FACTS, kind="review", lines_code=1, comments=3)

    assert SMALL_RULES.run(facts) == (-1, [(0, 1000), (1, 2500)])


def test_points_beyond_any_sense_are_an_error_and_not_a_score():
    source = SMALL.replace("0.5 * double(comments)", "1e9 * double(comments)")

    with pytest.raises(EvaluationError):
        parse_rule_set(source).run(replace(NO_FACTS, kind="review", comments=9))


def one_by_one(facts):
    """The default rule set, each expression compiled and run on its own."""

    def value(source):
        return as_function(compile_expression(source, TYPES))(facts)

    for index, guard in enumerate(RULES.guards):
        if value(guard.when):
            return index, []
    found = []
    for index, rule in enumerate(RULES.rules):
        if value(rule.when):
            found.append((index, points_of(rule, value)))
    return -1, found


def points_of(rule, value):
    if rule.bands is None:
        return to_thousandths(value(rule.points))
    size = value(rule.bands.of)
    return next((points for limit, points in rule.bands.steps if size <= limit), rule.bands.more)


@given(CONTRIBUTIONS)
def test_one_function_gives_what_each_rule_gives_alone(item):
    facts = facts_of(item, now=NOW)

    assert RULES.run(facts) == one_by_one(facts)


@given(st.integers(0, 2**31 - 1))
def test_the_points_of_a_change_do_not_depend_on_the_run(lines):
    facts = replace(NO_FACTS, lines_code=lines)

    assert SMALL_RULES.run(facts) == parse_rule_set(SMALL).run(facts)
