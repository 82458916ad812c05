"""What a rule set would make of other facts is asked of the rule set itself."""

from dataclasses import replace

import pytest
from hypothesis import given

from credits.core.facts import NO_FACTS, facts_of
from credits.core.outcomes import outcome_of, subject_of, varied
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import score_contributions
from tests.rule_sets import CONTRIBUTIONS, DEFAULT, LI, NOW, contribution

RULES = parse_rule_set(DEFAULT)
SIZED = NO_FACTS._replace(size_known=True, lines=12, lines_code=9, lines_docs=3)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"lines_code": 30}, (33, 30, 3)),
        ({"lines_docs": 0}, (9, 9, 0)),
        ({"lines": 20}, (20, 17, 3)),
        ({"lines": 3}, (3, 0, 3)),
    ],
)
def test_lines_stay_the_sum_of_their_parts(changes, lines):
    facts = varied(SIZED, changes)

    assert (facts.lines, facts.lines_code, facts.lines_docs) == lines


def test_facts_that_cannot_be_are_not_made():
    assert varied(SIZED, {"lines": 1}) is None
    assert varied(NO_FACTS, {"lines_code": 1}) is None


def test_what_is_merged_is_in_the_state_of_it():
    facts = varied(facts_of(contribution("change", "open"), now=NOW), {"is_merged": True})

    assert (facts.is_merged, facts.state) == (True, "merged")


@given(CONTRIBUTIONS)
def test_the_present_is_what_scoring_says(item):
    alone = replace(item, participants=(LI,))
    subject = subject_of(alone, [], RULES, now=NOW)

    (result,) = score_contributions([alone], RULES, now=NOW)

    present = outcome_of(subject, subject.facts, RULES)
    assert (result.points, result.state) == (present.points, present.state)
