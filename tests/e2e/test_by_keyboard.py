"""The site without a mouse: where the focus goes, and that it is seen."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

PAGES = {
    "nobody": "/verify",
    "student": "/me/certificates/new",
    "maintainer": "/maintain/pocket-lm",
    "registrar": "/registrar/applications/3",
}
# What the focus is on: a name to tell it by, and whether it can be seen there.
_FOCUS = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const seen = element.type === "file" ? element.labels[1] : element;
    const box = seen.getBoundingClientRect();
    const style = getComputedStyle(seen);
    return {
        number: [...document.querySelectorAll("*")].indexOf(element),
        what: element.outerHTML.slice(0, 160),
        isOutlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        isInWindow: box.width > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight,
    };
}"""
_REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
    .filter((each) => each.checkVisibility() && !each.disabled && each.type !== "hidden"
        && !(each.type === "radio" && !each.checked))
    .map((each) => [...document.querySelectorAll("*")].indexOf(each))"""


@pytest.mark.parametrize(("role", "path"), PAGES.items())
def test_everything_is_reached_and_the_focus_is_seen(visitors, role, path):
    page = visitors.stranger() if role == "nobody" else visitors.signed_in(role)
    page.goto(path)

    stops = list(walk_by_tab(page))

    assert set(page.evaluate(_REACHABLE)) <= {stop["number"] for stop in stops}
    assert [stop["what"] for stop in stops if not stop["isOutlined"]] == []
    assert [stop["what"] for stop in stops if not stop["isInWindow"]] == []


def test_the_first_stop_leads_past_the_menu(visitors):
    page = visitors.signed_in("student")
    page.goto("/me")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_the_account_menu_opens_and_closes_by_keys(visitors):
    page = visitors.signed_in("student")
    page.goto("/me")
    menu = page.locator("details.menu summary")

    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_reasons_of_a_score_open_by_keys(visitors):
    page = visitors.signed_in("student")
    page.goto("/me")
    first = page.locator("ul.list details").first

    first.locator("summary").focus()
    page.keyboard.press("Enter")

    expect(first.get_by_role("table")).to_be_visible()


def walk_by_tab(page):
    """Every stop of the focus until it leaves the page."""
    page.keyboard.press("Tab")
    while stop := page.evaluate(_FOCUS):
        yield stop
        page.keyboard.press("Tab")
