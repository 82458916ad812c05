"""Of a small synthetic cohort those who cheat are asked, and honest people are not."""

from functools import cache

import pytest

from benchmarks.cohort import FAIR, HELD, RECALL, held, look, parity, recall, run
from benchmarks.cohort_cheats import COPIER, RING, make_cohort
from benchmarks.cohort_scoring import rows, tally
from credits.core.signals import Ground


@cache
def looks():
    return look(make_cohort(600, seed=1))


@pytest.mark.parametrize(("kind", "ground"), [(RING, Ground.COMPANY), (COPIER, Ground.CONTENT)])
def test_who_cheats_is_asked(kind, ground):
    assert recall(looks(), kind, ground)["ours"] >= RECALL


def test_honest_people_are_not_though_many_have_one_signal():
    row = held(looks())

    assert row["ours"] <= HELD
    assert row["peer_value"] > 20 * HELD


def test_no_group_is_asked_much_more_than_another():
    row = parity(looks())

    assert FAIR[0] <= row["ours"] <= row["peer_value"] <= FAIR[1]


def test_the_same_seed_makes_the_same_cohort():
    one, same, other = (make_cohort(100, seed=seed) for seed in (7, 7, 8))

    assert one.projects == same.projects != other.projects


def test_what_was_not_asked_for_is_not_measured():
    assert list(run(["issue"], quick=True)) == []


def test_splitting_does_not_pay_and_nobody_honest_goes_empty():
    splitting, zeroed = rows(tally(make_cohort(400, seed=2)))

    assert splitting["ours"] == 1.0 < splitting["peer_value"]
    assert zeroed["ours"] == 0
