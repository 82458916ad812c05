"""Values worth trying are found in the expressions of a rule set, and are few."""

from credits.core.candidates import MOST_CANDIDATES, candidates, questions_of
from credits.core.facts import NO_FACTS
from credits.core.rule_reader import parse_rule_set
from tests.rule_sets import DEFAULT, HEAD

ODD = parse_rule_set(
    HEAD
    + """
[[rules]]
id = "odd"
category = "code"
when = '!("skip" in labels) && (title.startsWith("Fix") || lines_code * 3 >= lines_tests + 10)'
points = 'state_reason == "done" ? 1.0 : double(min(comments, 4))'
en = "Odd"
zh = "怪"
source = "reasoned: a test"
"""
)


def worth_trying(name, rules=ODD, **facts):
    present = NO_FACTS._replace(**facts)
    vary = lambda field, value: present._replace(**{field: value})  # noqa: E731
    return candidates(name, getattr(present, name), questions_of(rules), vary)


def test_a_count_is_tried_where_a_comparison_turns():
    assert worth_trying("lines_code") == [1, 4]
    assert worth_trying("lines_tests", lines_code=9) == [1, 18]
    assert worth_trying("comments") == [1]


def test_a_text_is_tried_where_an_expression_names_it():
    assert worth_trying("labels") == [("skip",)]
    assert worth_trying("labels", labels=("skip", "bug")) == [("bug",)]
    assert worth_trying("state_reason") == ["done"]


def test_what_no_expression_asks_is_not_tried():
    assert worth_trying("reviewers") == []
    assert worth_trying("is_merged") == []


def test_every_limit_of_a_band_is_tried():
    tried = worth_trying("lines_code", parse_rule_set(DEFAULT), lines_code=30, is_merged=True)

    assert {5, 46, 191, 721} <= set(tried)
    assert len(tried) <= MOST_CANDIDATES
