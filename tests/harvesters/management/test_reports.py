"""What a harvest says at its end."""

from datetime import UTC, datetime

from harvesters.management.reports import ExitCode, Outcome, as_json, trouble_of
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


def test_what_went_well_says_no_more():
    outcome = Outcome(SOURCE, ExitCode.DONE, HarvestReport(SOURCE, is_complete=True))

    assert list(trouble_of(outcome)) == []
