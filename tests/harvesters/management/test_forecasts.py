"""What a dry run says of a forge that has a price."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters.budget import Budget
from harvesters.estimates import Estimate, ListEstimate
from harvesters.management.forecasts import forecast_json, forecast_lines
from harvesters.services.previewing import Forecast

SOURCE = "github:lab/vision"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LEFT = Budget(NOW, 5000, 4986, NOW + timedelta(minutes=10))
CHANGES = ListEstimate("changes", 1_000, 46, 320)
ISSUES = ListEstimate("issues", 3, 1, 1, is_least=True)


def forecast(*lists, budget=None, minutes=2):
    return Forecast(Estimate(lists, first_requests=2), budget, timedelta(minutes=minutes))


def test_the_price_is_told_in_all_by_list_and_of_what_is_left():
    said = list(forecast_lines(SOURCE, forecast(CHANGES, ISSUES, budget=LEFT)))

    assert said == [
        (
            f"{SOURCE}: a harvest would take about 49 requests, 323 points of the forge's limit,"
            " and about 2 minutes; nothing was stored"
        ),
        "      1,000  pull requests: 46 requests, 320 points of the forge's limit",
        "         3+  issues: 1 request",
        "  + There may be more: the forge does not count all of it.",
        "  Left of the forge's limit: 4,986 of 5,000, until 2026-11-23 10:10:00 UTC",
    ]


def test_a_forge_without_a_limit_and_with_nothing_new_says_so_too():
    said = list(forecast_lines(SOURCE, forecast(minutes=0)))

    assert said == [
        (
            f"{SOURCE}: a harvest would take about 2 requests, and less than a minute;"
            " nothing was stored"
        ),
        "  The forge told no limit.",
    ]


def test_a_script_reads_the_same():
    assert forecast_json(forecast(CHANGES, ISSUES, budget=LEFT)) == {
        "lists": [
            {"name": "changes", "items": 1000, "is_least": False, "requests": 46, "points": 320},
            {"name": "issues", "items": 3, "is_least": True, "requests": 1, "points": 1},
        ],
        "requests": 49,
        "points": 323,
        "is_least": True,
        "seconds": 120,
        "budget": {"limit": 5000, "remaining": 4986, "resets_at": "2026-11-23T10:10:00+00:00"},
    }
    assert forecast_json(forecast())["budget"] is None


@pytest.mark.parametrize("name", ["changes", "things_of_tomorrow"])
def test_every_list_has_a_name_for_people(name):
    (_, line, _) = forecast_lines(SOURCE, forecast(ListEstimate(name, 7, 1, 1)))

    assert "_" not in line
