"""What a page remembers of its reader, and what it does without scripts."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import requests
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]


def test_the_language_changes_by_one_click_and_stays(visitors):
    page = visitors.stranger(locale="en-GB")
    page.goto("/log")

    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("公开日志")
    page.goto("/verify")

    expect(page.get_by_role("heading", level=1)).to_have_text("验证证书")


def test_the_colours_change_by_one_click_and_stay(visitors):
    page = visitors.stranger(color_scheme="light")
    page.goto("/")
    by_day = background(page)

    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()

    assert background(page) != by_day


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
def test_times_are_in_the_zone_of_the_reader(visitors, zone):
    page = visitors.stranger(locale="en-GB", timezone_id=zone)
    page.goto("/log")

    shown = page.locator("time[data-local=moment]").first

    moment = datetime.fromisoformat(shown.get_attribute("datetime")).astimezone(ZoneInfo(zone))
    expect(shown).to_contain_text(moment.strftime("%H:%M"))
    expect(shown).to_contain_text(f"{moment.day} ")


def test_the_zone_that_a_person_chose_wins(visitors):
    page = visitors.signed_in("registrar", timezone_id="America/New_York")
    page.goto("/registrar/applications/3")

    shown = page.locator(".head time")

    there = datetime.fromisoformat(shown.get_attribute("datetime"))
    chosen = page.locator("html").get_attribute("data-time-zone")
    assert chosen == "Asia/Shanghai"
    expect(shown).to_contain_text(there.astimezone(ZoneInfo(chosen)).strftime("%H:%M"))


def test_long_lists_have_pages(visitors):
    page = visitors.signed_in("student")
    page.goto("/me/contributions")
    newest = page.locator("ul.list .ttl").all_inner_texts()

    page.get_by_role("link", name="Older").click()
    older = page.locator("ul.list .ttl").all_inner_texts()
    page.get_by_role("link", name="Newest").click()

    assert older
    assert older != newest
    assert page.locator("ul.list .ttl").all_inner_texts() == newest


def test_a_certificate_is_verified_without_scripts(visitors, certificate):
    page = visitors.stranger(java_script_enabled=False)
    page.goto("/verify")

    page.get_by_label("Got a file?").set_input_files(certificate.file)
    page.get_by_role("button", name="Verify").click()

    expect(page.get_by_role("heading", name="This certificate is valid")).to_be_visible()


def test_an_empty_form_says_what_to_give(visitors):
    page = visitors.stranger()
    page.goto("/verify")

    page.get_by_role("button", name="Verify").click()

    expect(page.locator("main")).to_contain_text("Give a code, a link, a text or a file.")


def test_a_preview_issues_nothing_and_puts_no_secret_into_an_address(visitors):
    page = visitors.signed_in("student")
    page.goto("/me/certificates")
    before = page.locator("tbody tr").count()

    page.goto("/me/certificates/new")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("Total")

    assert "csrf" not in page.url
    page.goto("/me/certificates")
    expect(page.locator("tbody tr")).to_have_count(before)


def test_a_form_without_its_cookie_changes_nothing_and_says_why(site):
    answer = requests.post(f"{site.url}/accounts/login/", {"login": "li"}, timeout=10)

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")
