"""The compiled rules do what the rules say one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions import EvaluationError, as_function, compile_expression
from credits.core.facts import NO_FACTS, facts_of
from credits.core.fields import TYPES
from credits.core.points import to_thousandths
from credits.core.rule_reader import parse_rule_set
from tests.rule_sets import CONTRIBUTIONS, DEFAULT, FACTOR, GUARD, NOW, SMALL

SMALL_RULES = parse_rule_set(SMALL)
RULES = parse_rule_set(DEFAULT)


@pytest.mark.parametrize(
    ("lines", "points"),
    [(1, 1000), (5, 1000), (6, 4500), (45, 4500), (46, 8000), (10**9, 8000)],
)
def test_a_band_counts_up_to_its_limit(lines, points):
    assert SMALL_RULES.run(NO_FACTS._replace(lines_code=lines)) == ([(0, points)], [])


def test_the_first_guard_that_holds_ends_it():
    both = parse_rule_set(SMALL + GUARD.replace('"merge"', '"merge-too"'))

    assert [guard.id for guard in both.guards] == ["merge", "merge-too"]
    assert both.stop(NO_FACTS._replace(is_merge=True)) == 0
    assert both.stop(NO_FACTS) == -1


@pytest.mark.parametrize(("age", "found"), [(0, 0), (6, 0), (7, -1), (400, -1)])
def test_a_guard_with_days_holds_until_they_are_over(age, found):
    rules = parse_rule_set(SMALL.replace("when = 'is_merge'", "when = 'is_merge'\ndays = 7"))

    assert rules.stop(NO_FACTS._replace(is_merge=True, age_days=age)) == found
    assert rules.stop(NO_FACTS._replace(age_days=age)) == -1


def test_factors_that_apply_are_told_in_the_order_of_the_rule_set():
    factors = "".join(
        FACTOR.format(id=name, when=when, factor=factor)
        for name, when, factor in [
            ("bulk", "is_mechanical", 0.2),
            ("tests", "lines_tests > 0", 1.25),
            ("endorsed", "is_endorsed", 1),
        ]
    )
    rules = parse_rule_set(SMALL + factors)
    facts = NO_FACTS._replace(lines_code=3, is_mechanical=True, is_endorsed=True)

    assert rules.run(facts) == ([(0, 1000)], [(0, 200), (2, 1000)])


def test_several_rules_add_up_in_the_order_of_the_rule_set():
    facts = NO_FACTS._replace(kind="review", lines_code=1, comments=3)

    assert SMALL_RULES.run(facts) == ([(0, 1000), (1, 2500)], [])


def test_points_beyond_any_sense_are_an_error_and_not_a_score():
    source = SMALL.replace("0.5 * double(comments)", "1e9 * double(comments)")

    with pytest.raises(EvaluationError):
        parse_rule_set(source).run(NO_FACTS._replace(kind="review", comments=9))


def one_by_one(facts):
    """The default rule set, each expression compiled and run on its own."""

    def value(source):
        return as_function(compile_expression(source, TYPES))(facts)

    stopped = [
        index
        for index, guard in enumerate(RULES.guards)
        if value(guard.when) and (not guard.days or facts.age_days < guard.days)
    ]
    applied = [
        (index, points_of(rule, value))
        for index, rule in enumerate(RULES.rules)
        if value(rule.when)
    ]
    factors = [
        (index, factor.factor) for index, factor in enumerate(RULES.factors) if value(factor.when)
    ]
    return min(stopped, default=-1), (applied, factors)


def points_of(rule, value):
    if rule.bands is None:
        return to_thousandths(value(rule.points))
    size = value(rule.bands.of)
    return next((points for limit, points in rule.bands.steps if size <= limit), rule.bands.more)


@given(CONTRIBUTIONS)
def test_one_function_gives_what_each_rule_gives_alone(item):
    facts = facts_of(item, now=NOW)

    assert (RULES.stop(facts), RULES.run(facts)) == one_by_one(facts)


@given(st.integers(0, 2**31 - 1))
def test_the_points_of_a_change_do_not_depend_on_the_run(lines):
    facts = NO_FACTS._replace(lines_code=lines)

    assert SMALL_RULES.run(facts) == parse_rule_set(SMALL).run(facts)
