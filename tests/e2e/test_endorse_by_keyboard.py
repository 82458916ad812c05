"""A maintainer endorses a month's work without a mouse; without scripts it works as well."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

PAGE = "/maintain/vision-toolkit/endorse"
MONTHS_BACK = 24


def a_month_with_work(page, rows=3):
    """Go back until a month has at least so many ``rows`` to decide on."""
    page.goto(PAGE)
    for _ in range(MONTHS_BACK):
        if page.locator(".decide > li input[value=yes]").count() >= rows:
            return
        page.locator("a[rel=prev]").first.click()
    pytest.fail("no month has work to decide on")


def test_a_month_is_endorsed_denied_and_undone_by_keys_alone(visitors):
    page = visitors.signed_in("maintainer")
    a_month_with_work(page)
    rows = page.locator(".decide > li:has(input[type=radio])")
    key = page.keyboard
    expect(rows.nth(0).get_by_label("Leave")).to_be_focused()

    key.press("e")
    expect(rows.nth(0).get_by_label("Endorse")).to_be_checked()
    expect(rows.nth(1).get_by_label("Leave")).to_be_focused()
    key.press("d")
    expect(rows.nth(1).get_by_label("Why not")).to_be_focused()
    key.type("Copied from elsewhere, jude")
    key.press("Enter")
    expect(rows.nth(2).get_by_label("Leave")).to_be_focused()
    key.press("k")
    expect(rows.nth(1).get_by_label("Deny")).to_be_focused()
    key.press("j")
    key.press("e")
    key.press("k")
    key.press("u")
    expect(rows.nth(2).get_by_label("Leave")).to_be_checked()
    expect(page.get_by_role("status").last).to_have_text("1 to endorse, 1 to deny")
    key.press("Enter")

    expect(page.get_by_role("heading", name="Before you decide")).to_be_visible()
    expect(page.get_by_text("Copied from elsewhere, jude")).to_be_visible()
    expect(page.get_by_role("button", name="Decide so")).to_be_focused()
    key.press("Enter")
    expect(page.get_by_text("2 decisions are made.")).to_be_visible()
    expect(page.get_by_label("Endorse").and_(page.locator(":checked"))).to_have_count(1)

    page.get_by_role("button", name="Undo all of them").focus()
    key.press("Enter")
    expect(page.get_by_text("2 decisions were undone.")).to_be_visible()
    expect(page.get_by_label("Endorse").and_(page.locator(":checked"))).to_have_count(0)


def test_letters_in_a_reason_are_letters(visitors):
    page = visitors.signed_in("maintainer")
    a_month_with_work(page, rows=1)
    page.keyboard.press("d")

    page.keyboard.type("jkeduj")

    expect(page.locator(".decide > li input[data-because]").first).to_have_value("jkeduj")


def test_without_scripts_the_form_does_the_same(visitors):
    page = visitors.signed_in("maintainer", java_script_enabled=False)
    a_month_with_work(page, rows=1)
    row = page.locator(".decide > li:has(input[type=radio])").first
    expect(row.get_by_label("Why not")).to_be_hidden()

    row.get_by_label("Deny").check()
    row.get_by_label("Why not").fill("Unclear")
    page.get_by_role("button", name="Look at it first").click()

    expect(page.get_by_text("Unclear")).to_be_visible()
