"""A maintainer tries a change of the rules: by form, as text, on real history, on any screen."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.inspection import violations, width
from tests.e2e.test_pages import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

RULES = "/maintain/vision-toolkit/rules"


@pytest.fixture(scope="module")
def draft(walk):
    """The address of a draft that Chen begins, and throws away in the end."""
    page = walk.signed_in("maintainer")
    page.goto(RULES)
    page.get_by_role("button", name="New draft from the rules in force").click()
    page.wait_for_url(re.compile(r"/rules/\d+/form$"))
    address = page.url.removesuffix("/form")
    yield address
    page.goto(address)
    page.get_by_role("button", name="Throw the draft away").click()
    expect(page.get_by_text("The draft is thrown away.")).to_be_visible()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("ending", ["", "/form", "/text", "/preview"])
def test_every_page_of_a_draft_can_be_used(visitors, draft, ending, look):
    page = visitors.signed_in("maintainer", **look)

    page.goto(draft + ending)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")

    assert width(page) <= page.viewport_size["width"], page.url
    assert violations(page) == [], page.url


def test_a_rule_is_changed_in_the_form_and_tried_before_it_is_saved(visitors, draft):
    page = visitors.signed_in("maintainer", **DESK)
    page.goto(f"{draft}/form")
    code = page.get_by_role("group", name="Rule code", exact=True)

    code.locator("summary").click()
    code.get_by_label("Sentence in English").fill("Code of {lines_code} lines")
    page.get_by_role("button", name="Preview without saving").first.click()

    expect(page.get_by_role("heading", name=re.compile("Effect on"))).to_be_visible()
    expect(code.locator("summary")).to_contain_text("Code of {lines_code} lines")


def test_a_fault_is_told_beside_its_field(visitors, draft):
    page = visitors.signed_in("maintainer", **DESK)
    page.goto(f"{draft}/form")
    guard = page.get_by_role("group", name=re.compile("^Guard")).first

    guard.locator("summary").click()
    guard.get_by_label("When").fill("humens == 0")
    page.get_by_role("button", name="Save draft").first.click()

    expect(page.get_by_role("alert")).to_contain_text("nothing you wrote is lost")
    expect(page.get_by_text("did you mean 'humans'?").first).to_be_visible()


def test_rules_are_added_and_moved_without_scripts(visitors, draft):
    page = visitors.signed_in("maintainer", java_script_enabled=False, **DESK)
    page.goto(f"{draft}/form")
    groups = page.get_by_role("group", name=re.compile("^Rule"))
    before = groups.count()

    page.get_by_role("button", name="Add: Rule", exact=True).click()

    expect(groups).to_have_count(before + 1)
    second = groups.nth(1)
    name = second.locator("summary b").inner_text()
    second.get_by_role("button", name=re.compile("^Up")).click()
    expect(groups.first).to_have_accessible_name(f"Rule {name}")


def test_a_day_is_chosen_from_which_it_counts(visitors, draft):
    page = visitors.signed_in("maintainer", **DESK)
    page.goto(draft)

    page.get_by_label("In force from").fill(
        (datetime.now(UTC) - timedelta(days=9)).date().isoformat()
    )
    page.get_by_role("button", name="Publish", exact=True).click()

    expect(page.locator(".note.error")).to_contain_text("Choose a later date")
