"""Points are integer thousandths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions import EvaluationError
from credits.core.points import LARGEST_POINTS, decimal_points, to_thousandths


@given(st.integers(-LARGEST_POINTS + 1, LARGEST_POINTS - 1))
def test_points_with_three_decimals_are_kept_to_the_last_one(points):
    assert to_thousandths(points / 1000) == points


@pytest.mark.parametrize("value", [1e6, -1e6, 1e300, float("inf"), float("-inf"), float("nan")])
def test_points_that_nobody_means_are_refused(value):
    with pytest.raises(EvaluationError, match="sensible"):
        to_thousandths(value)


@pytest.mark.parametrize(
    ("points", "shown"),
    [(0, "0"), (2500, "2.5"), (1, "0.001"), (-250, "-0.25"), (1_234_567_000, "1234567")],
)
def test_people_read_points_as_decimals(points, shown):
    assert decimal_points(points) == shown
