"""What the benchmark races gives the same points: ours, Google's CEL and rules by hand."""

from hypothesis import given, settings

from benchmarks.rules import as_data, by_hand, ours, peer, run
from credits.core.facts import facts_of
from tests.rule_sets import CONTRIBUTIONS, NOW

CEL = peer()


@settings(max_examples=100)
@given(CONTRIBUTIONS)
def test_the_default_rule_set_means_to_google_s_cel_what_it_means_to_us(item):
    facts = facts_of(item, now=NOW)

    assert CEL(as_data(facts)) == ours(facts) == by_hand(facts)


def test_what_was_not_asked_for_is_not_measured():
    assert run(["issue"], quick=True) == []
