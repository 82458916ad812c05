"""What is divided adds up again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.sharing import split

WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any)


@given(st.integers(0, 10**7), WEIGHTS)
def test_the_parts_sum_to_the_whole(points, weights):
    assert sum(split(points, weights)) == points


@given(st.integers(0, 10**7), WEIGHTS)
def test_no_part_is_a_thousandth_off_its_exact_share(points, weights):
    for part, weight in zip(split(points, weights), weights, strict=True):
        assert abs(part - points * weight / sum(weights)) < 1 + 1e-6


@given(st.integers(0, 10**7), WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing_but_equal_shares(
    points, weights, chance: random.Random
):
    shuffled = chance.sample(weights, len(weights))

    assert sorted(split(points, shuffled)) == sorted(split(points, weights))


def test_somebody_without_weight_gets_nothing():
    assert split(1000, [1, 0, 1, 1]) == [334, 0, 333, 333]


@pytest.mark.parametrize("weights", [[0, 0], [-1, 2], [1, -1]])
def test_weights_that_cannot_share_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        split(1000, weights)
