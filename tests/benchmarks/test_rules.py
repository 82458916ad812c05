"""What the benchmark races gives the same points: ours, Google's CEL and rules by hand."""

import pytest
from hypothesis import given, settings

from benchmarks.contributions import TWELVE
from benchmarks.in_cel import as_data, program
from benchmarks.rules import by_hand, ours, refuse_disagreement, run
from credits.core.facts import facts_of
from tests.rule_sets import CONTRIBUTIONS, NOW

CEL = program(TWELVE)
OURS = ours(TWELVE)


@settings(max_examples=100)
@given(CONTRIBUTIONS)
def test_the_twelve_rules_mean_to_google_s_cel_what_they_mean_to_us(item):
    facts = facts_of(item, now=NOW)

    assert CEL(as_data(facts)) == OURS(facts) == by_hand(facts)


def test_there_are_twelve_of_them():
    assert len(TWELVE.guards) + len(TWELVE.rules) + len(TWELVE.factors) == 12


def test_a_disagreement_ends_the_race():
    with pytest.raises(RuntimeError, match="give"):
        refuse_disagreement([(lambda one: one, [1]), (lambda one: one, [2])])


def test_what_was_not_asked_for_is_not_measured():
    assert run(["issue"], quick=True) == []
