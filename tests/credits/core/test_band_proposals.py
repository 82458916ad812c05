"""Bands are proposed where there is enough to tell, and can be pasted."""

from hypothesis import given
from hypothesis import strategies as st

from credits.core.band_proposals import FEWEST, BandProposal, propose_bands, quantiles
from credits.core.facts import LINE_KINDS, facts_of
from credits.core.rule_reader import parse_rule_set
from tests.rule_sets import HEAD, NOW, RULE, contribution

KINDS = tuple(LINE_KINDS)


def facts(kind, lines):
    return facts_of(contribution(facts={"sizes": {kind: [lines, 0]}}), now=NOW)


def by_kind(found):
    return {proposal.kind: proposal for proposal in propose_bands(found, KINDS)}


def test_quantiles_are_sizes_that_there_are():
    assert quantiles(range(1, 101)) == (25, 50, 75, 90)
    assert quantiles([7]) == (7, 7, 7, 7)


@given(st.lists(st.integers(1, 4_000), min_size=FEWEST, max_size=60))
def test_a_proposal_is_a_rule_that_reads(sizes):
    proposal = by_kind(facts("code", lines) for lines in sizes)["code"]

    bands = proposal.as_toml().split("\n")[1]
    old = next(line for line in RULE.split("\n") if line.startswith("bands"))
    rules = parse_rule_set(HEAD + RULE.replace(old, bands))
    limits = [limit for limit, _ in rules.rules[0].bands.steps]
    assert limits == sorted(set(proposal.limits))


def test_of_too_few_nothing_is_proposed():
    proposals = by_kind([facts("docs", 10)] * (FEWEST - 1))

    assert not proposals["docs"].is_enough
    assert proposals["docs"].limits == ()
    assert proposals["docs"].as_toml() == "# docs: 29 contributions, at least 30 are needed"


def test_a_contribution_counts_with_its_largest_part_and_an_empty_one_not_at_all():
    mixed = facts_of(contribution(facts={"sizes": {"code": [5, 0], "tests": [9, 0]}}), now=NOW)

    proposals = by_kind([mixed] * 40 + [facts("code", 0)] * 40)

    assert (proposals["tests"].count, proposals["code"].count) == (40, 0)


def test_a_kind_without_points_of_its_own_gets_some():
    written = BandProposal("examples", 40, (1, 2, 3, 4)).as_toml()

    assert "lines_examples" in written
    assert "[4, 6], " not in written
    assert "[[1, 1], [2, 2], [3, 4], [4, 6]], more = 8" in written
