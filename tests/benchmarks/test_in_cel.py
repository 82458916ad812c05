"""A rule set means to Google's CEL what it means to us."""

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.contributions import RULES
from benchmarks.in_cel import as_data, program
from benchmarks.rules import ours
from credits.core.facts import NO_FACTS, facts_of
from credits.core.rule_reader import parse_rule_set
from tests.rule_sets import CONTRIBUTIONS, FACTOR, NOW, SMALL

CEL = program(RULES)
OURS = ours(RULES)


@settings(max_examples=100)
@given(CONTRIBUTIONS)
def test_the_default_rule_set_gives_what_google_s_cel_gives(item):
    facts = facts_of(item, now=NOW)

    assert CEL(as_data(facts)) == OURS(facts)


@given(
    st.integers(0, 60), st.integers(0, 20), st.booleans(), st.booleans(), st.integers(0, 2**31 - 1)
)
def test_days_factors_min_and_max_mean_the_same(comments, age, is_merge, is_mechanical, lines):
    source = SMALL.replace("when = 'is_merge'", "when = 'is_merge'\ndays = 7")
    source = source.replace("0.5 * double(comments)", "max(0.5, min(0.3 * double(comments), 4.0))")
    source += FACTOR.format(id="bulk", when="is_mechanical", factor=0.2)
    source += FACTOR.format(id="odd", when="comments % 2 == 1", factor=1.337)
    rules = parse_rule_set(source)
    facts = NO_FACTS._replace(
        kind="review",
        comments=comments,
        age_days=age,
        is_merge=is_merge,
        is_mechanical=is_mechanical,
        lines_code=lines,
    )

    assert program(rules)(as_data(facts)) == ours(rules)(facts)
