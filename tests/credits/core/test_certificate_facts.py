"""A certificate says nothing that its evidence does not carry."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.certificate_facts import FactsError, KindTotal, refuse_contradictions
from tests.credentials import EVIDENCE, FACTS


def test_facts_that_agree_are_taken():
    refuse_contradictions(FACTS)


def test_a_certificate_sums_its_totals_and_knows_where_its_evidence_lies():
    assert (FACTS.points, FACTS.count) == (14_250, 3)
    assert FACTS.evidence_url == f"{FACTS.id}/evidence.json"


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ((), "evidence of ['code', 'review'] has no total"),
        ((KindTotal("code", 2, 13_000),), "evidence of ['review'] has no total"),
        (
            (KindTotal("code", 2, 13_001), KindTotal("review", 1, 1_250)),
            "the total says 2 with 13001",
        ),
        (
            (KindTotal("code", 3, 13_000), KindTotal("review", 1, 1_250)),
            "the total says 3 with 13000",
        ),
        ((*FACTS.totals, KindTotal("docs", 1, 500)), "docs: the evidence has 0 items"),
        ((*FACTS.totals, FACTS.totals[0]), "code: the evidence has 0 items"),
    ],
)
def test_totals_that_are_not_those_of_the_evidence_are_refused(totals, said):
    with pytest.raises(FactsError) as caught:
        refuse_contradictions(replace(FACTS, totals=totals))

    assert said in str(caught.value)


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_that_ends_before_it_starts_is_refused(days):
    end = FACTS.period_start + timedelta(days=days)

    with pytest.raises(FactsError, match="before it starts"):
        refuse_contradictions(replace(FACTS, period_end=end))


def test_a_certificate_of_nothing_is_no_contradiction():
    refuse_contradictions(replace(FACTS, evidence=(), totals=()))


@given(st.integers(0, len(EVIDENCE) - 1), st.integers(-(10**6), 10**6).filter(bool))
def test_no_thousandth_can_be_added_to_an_item_alone(index, change):
    evidence = list(EVIDENCE)
    evidence[index] = replace(evidence[index], points=evidence[index].points + change)

    with pytest.raises(FactsError):
        refuse_contradictions(replace(FACTS, evidence=evidence))


@given(st.permutations(EVIDENCE), st.permutations(FACTS.totals))
def test_the_order_of_evidence_and_totals_is_free(evidence, totals):
    refuse_contradictions(replace(FACTS, evidence=evidence, totals=totals))
