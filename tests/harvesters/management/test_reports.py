"""What a harvest says at its end."""

from datetime import UTC, datetime

import pytest

from harvesters.management.reports import ExitCode, Outcome, as_json, lines_of, trouble_of
from harvesters.services.harvesting import HarvestReport

SOURCE = "github:lab/vision"


def test_a_busy_forge_says_until_when():
    until = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    message = "The forge's rate limit is used up (HTTP 429)."
    outcome = Outcome(SOURCE, ExitCode.LATER, HarvestReport(SOURCE), message, until)

    first, second = trouble_of(outcome)

    assert first == f"{SOURCE}: {message}"
    assert "It goes on at 2026-11-01 12:30:00 UTC: by itself where OpenCredits is" in second
    assert as_json(outcome, is_dry_run=False)["retry_at"] == "2026-11-01T12:30:00+00:00"


@pytest.mark.parametrize(
    ("requests", "points", "said"),
    [
        (1, 1, "  It took 1 request."),
        (1200, 3400, "  It took 1,200 requests, 3,400 points of the forge's limit."),
        (2, 1, "  It took 2 requests, 1 point of the forge's limit."),
    ],
)
def test_what_a_harvest_took_is_told(requests, points, said):
    report = HarvestReport(SOURCE, requests=requests, points=points, is_complete=True)
    outcome = Outcome(SOURCE, ExitCode.DONE, report)

    assert [*lines_of(outcome, is_dry_run=False)][1:] == [said]
    told = as_json(outcome, is_dry_run=False)
    assert (told["requests"], told["points"]) == (requests, points)


def test_what_went_well_says_no_more():
    outcome = Outcome(SOURCE, ExitCode.DONE, HarvestReport(SOURCE, is_complete=True))

    assert list(trouble_of(outcome)) == []
