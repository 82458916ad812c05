"""What harvests say of themselves."""

from datetime import timedelta

import pytest
from django.utils import translation

from harvesters.words import about, spent


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "about 1 minute"),
        (89 * 60, "about 89 minutes"),
        (90 * 60, "about 2 hours"),
        (35 * 3600, "about 35 hours"),
        (36 * 3600, "about 2 days"),
        (10**9, "about 11574 days"),
    ],
)
def test_a_time_is_told_no_finer_than_it_is_known(seconds, said):
    assert about(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_points_are_told_where_they_are_not_requests(language):
    with translation.override(language):
        assert spent(7, 7) != spent(7, 8)
        assert "8" in spent(7, 8)
