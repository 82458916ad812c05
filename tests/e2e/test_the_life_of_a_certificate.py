"""A certificate is issued, suspended, reinstated and revoked; everybody sees each step."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.inspection import violations, width

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 780}


def assert_usable(page: Page) -> None:
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert width(page) <= size["width"], page.url
    assert violations(page) == [], page.url


def test_everybody_sees_each_step(visitors):
    li, operator, stranger = (
        visitors.signed_in("student"),
        visitors.signed_in("operator"),
        visitors.stranger(),
    )
    today = datetime.now(UTC).date()
    li.goto("/me/certificates/new")
    li.get_by_label("First day").fill((today - timedelta(days=100)).isoformat())
    li.get_by_label("Last day").fill(today.isoformat())
    li.get_by_role("button", name="Issue the certificate").click()
    li.wait_for_url("**/c/OC-*")
    code = li.url.rpartition("/c/")[2]

    for act, reason, title in (
        ("Suspend it", "A maintainer looks into it", "This certificate is suspended"),
        ("Reinstate it", "", "This certificate is valid"),
        ("Revoke it", "Copied from another project", "This certificate was revoked"),
    ):
        operator.goto(f"/operate/certificates/{code}")
        assert_usable(operator)
        operator.get_by_text(act).click()
        operator.get_by_label("Reason").fill(reason)
        operator.get_by_label("I have looked").check()
        operator.get_by_role("button", name="Do it").click()
        operator.wait_for_url(f"**/c/{code}")

        stranger.goto(f"/c/{code}")
        expect(stranger.get_by_role("heading", level=1)).to_have_text(title)
        assert reason in stranger.content()
        assert_usable(stranger)

    li.goto("/me/notices")
    expect(li.get_by_text("was revoked").first).to_be_visible()
    assert_usable(li)
    li.get_by_role("button", name="Mark all as read").click()
    expect(li.get_by_role("button", name="Mark all as read")).to_have_count(0)
