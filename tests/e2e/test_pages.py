"""Every page for everybody: by day and by night, in two languages, at a desk and on a phone."""

import pytest

from tests.e2e.inspection import english_words, violations, width

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

PAGES = {
    "nobody": (
        "/",
        "/verify",
        "/log",
        "/projects/vision-toolkit",
        "/rules/ai-open-source/v1.0",
        "/rules/reference",
        "/wallet",
        "/c/OC-0000",
        "/no/such/page",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/demo/student",
    ),
    "student": (
        "/me",
        "/me/contributions",
        "/me/contributions/missing?link=https://forge.example/example-lab/vision-toolkit/pull/1",
        "/me/claims",
        "/me/claims/new",
        "/me/certificates",
        "/me/certificates/new",
        "/me/applications",
        "/me/applications/1",
        "/me/applications/new",
        "/me/accounts",
        "/me/programs",
        "/me/reviews",
        "/me/disputes",
        "/me/preferences",
        "/accounts/email/",
        "/accounts/2fa/",
    ),
    "teacher": (
        "/teacher",
        "/teacher/coursework",
        "/teacher/coursework/projects/pocket-lm",
        "/teacher/coursework/projects/speech-lab",
        "/teacher/coursework/requests",
    ),
    "maintainer": (
        "/maintain",
        "/maintain/vision-toolkit",
        "/maintain/vision-toolkit/rules",
        "/maintain/vision-toolkit/reviews",
        "/maintain/vision-toolkit/bots",
        "/disputes",
        "/disputes?state=decided",
        "/maintain/pocket-lm/coursework",
        "/maintain/pocket-lm/coursework?state=all",
        "/maintain/vision-toolkit/endorse",
        "/maintain/vision-toolkit/claims",
        "/maintain/vision-toolkit/claims/nominate",
        "/maintain/vision-toolkit/claims/import",
    ),
    "registrar": (
        "/registrar?state=all",
        "/registrar/applications/1",
        "/registrar/applications/3",
        "/registrar/recognitions",
        "/registrar/policy",
    ),
    "operator": ("/operate",),
}
DESK = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", "locale": "en-GB"}
PHONE = {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark", "locale": "zh-CN"}


@pytest.mark.parametrize("role", PAGES)
def test_every_page_can_be_used_at_a_desk(visitors, role):
    page = open_as(visitors, role, **DESK)

    for path in PAGES[role]:
        page.goto(path)
        assert_fits(page)
        page.set_viewport_size(PHONE["viewport"])
        assert_fits(page)
        page.set_viewport_size(DESK["viewport"])
        assert violations(page) == [], page.url


@pytest.mark.parametrize("role", PAGES)
def test_every_page_can_be_used_on_a_phone_at_night_in_chinese(visitors, role):
    page = open_as(visitors, role, **PHONE)

    for path in PAGES[role]:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        assert english_words(page) == set(), page.url
        assert_fits(page)
        assert violations(page) == [], page.url


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_everybody_can_use_the_page_of_the_api(visitors, look):
    page = visitors.stranger(**look)

    page.goto("/api/docs/")
    page.wait_for_selector("#operations[role=group]")

    assert_fits(page)
    assert violations(page) == []


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_everybody_can_use_the_page_of_a_certificate(visitors, certificate, look):
    page = visitors.stranger(**look)

    page.goto(certificate.path)

    assert_fits(page)
    assert violations(page) == []


def assert_fits(page):
    assert width(page) <= page.viewport_size["width"], page.url


def open_as(visitors, role, **options):
    return visitors.stranger(**options) if role == "nobody" else visitors.signed_in(role, **options)
