"""A talk that no forge shows: claimed on a page, confirmed by keys, seen as confirmed."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.e2e.inspection import violations

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

TITLE = "Talk on streaming decoders"


def test_a_claim_is_made_confirmed_and_withdrawn(visitors):
    student = visitors.signed_in("student")
    student.goto("/me/claims/new")
    student.get_by_label("Project").select_option(label="Vision Toolkit")
    student.get_by_label("Kind of work").select_option(label="talk")
    student.get_by_label("What was done").fill(TITLE)
    student.get_by_label("Day").fill(datetime.now(UTC).date().isoformat())
    student.get_by_label("Evidence").fill("https://talks.example/12")
    student.get_by_label("How much").fill("40")
    student.get_by_role("button", name="Send the claim").click()
    expect(student.get_by_text("40 hours")).to_be_visible()
    assert violations(student) == []

    maintainer = visitors.signed_in("maintainer")
    maintainer.goto("/maintain/vision-toolkit/claims")
    assert violations(maintainer) == []
    maintainer.reload()
    expect(maintainer.get_by_label("Leave").first).to_be_focused()
    maintainer.keyboard.press("e")
    maintainer.keyboard.press("Enter")
    expect(maintainer.get_by_role("button", name="Decide so")).to_be_focused()
    assert violations(maintainer) == []
    maintainer.keyboard.press("Enter")
    expect(maintainer.get_by_text("1 decision is made.")).to_be_visible()

    student.goto("/me/claims")
    expect(student.get_by_text("Confirmed", exact=True)).to_be_visible()
    student.get_by_role("button", name=f"Withdraw {TITLE}").click()
    expect(student.get_by_text("Withdrawn. It counts no more.")).to_be_visible()
