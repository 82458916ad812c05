"""A rule set brings its own tests, and they are run."""

from decimal import Decimal

import pytest

from credits.core.facts import LARGEST_COUNT, NO_FACTS
from credits.core.rule_cases import case_facts, failure
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import Case
from tests.rule_sets import DEFAULT, SMALL

RULES = parse_rule_set(SMALL)


def test_what_a_case_does_not_name_is_zero_empty_or_false_and_long_ago():
    assert case_facts({}) == NO_FACTS._replace(age_days=LARGEST_COUNT)


def test_lists_of_a_case_become_facts():
    facts = case_facts({"labels": ["bug"], "pull_requests": [7], "is_merge": True})

    assert facts is not None
    assert (facts.labels, facts.pull_requests, facts.is_merge) == (("bug",), (7,), True)


@pytest.mark.parametrize(
    "values",
    [{"lines": "1"}, {"lines": True}, {"lines": Decimal(1)}, {"is_merge": 1}, {"labels": "bug"}],
)
def test_a_value_of_another_type_is_no_fact(values):
    assert case_facts(values) is None


@pytest.mark.parametrize(
    ("facts", "points", "said"),
    [
        ({"lines_code": 10}, 4500, ""),
        ({"lines_code": 10}, 4000, "this case says 4, the rules give 4.5: code 4.5"),
        ({"lines_code": 1, "is_merge": True}, 1000, "the rules give 0: the guard merge holds"),
        ({}, 1000, "this case says 1, the rules give 0: no rule applies"),
        (
            {"kind": "review", "lines_code": 3, "comments": 1},
            0,
            "this case says 0, the rules give 2.5: code 1, review 1.5",
        ),
        ({"lines": "x"}, 0, "the facts of this case are of a wrong type"),
    ],
)
def test_a_case_that_fails_says_what_the_rules_give(facts, points, said):
    found = failure(Case("one", facts, points), RULES)

    assert said in found
    assert bool(found) == bool(said)


def test_a_case_that_has_no_value_says_why():
    rules = parse_rule_set(SMALL.replace("'lines_code > 0'", "'1 / lines > 0'"))

    assert failure(Case("one", {}, 0), rules) == "this case cannot be computed: division by zero"


def test_the_cases_of_the_default_rule_set_hold():
    rules = parse_rule_set(DEFAULT)

    assert len(rules.cases) >= 10
    assert [failure(case, rules) for case in rules.cases] == [""] * len(rules.cases)
