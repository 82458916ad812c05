"""Every main page for everybody: by day and by night, in two languages, on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]

PAGES = {
    "nobody": ("/", "/verify", "/log", "/projects/vision-toolkit", "/rules/ai-open-source/v1.0"),
    "student": (
        "/me",
        "/me/contributions",
        "/me/certificates",
        "/me/certificates/new",
        "/me/applications",
        "/me/applications/new",
        "/me/accounts",
        "/me/preferences",
    ),
    "teacher": ("/teacher",),
    "maintainer": ("/maintain", "/maintain/vision-toolkit"),
    "registrar": ("/registrar", "/registrar/recognitions", "/registrar/policy"),
    "operator": ("/operate",),
}
LOOKS = [("en-GB", "light"), ("en-GB", "dark"), ("zh-CN", "light"), ("zh-CN", "dark")]
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_axe_finds_nothing_to_mend(visitors, role, language, theme):
    page = open_as(visitors, role, locale=language, color_scheme=theme)

    for path in PAGES[role]:
        page.goto(path)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_no_page_scrolls_sideways_on_a_phone(visitors, role, language):
    page = open_as(visitors, role, locale=language, viewport=PHONE, is_mobile=True)

    for path in PAGES[role]:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{path} is {width} px wide"


def test_the_page_of_a_certificate_suits_everybody(visitors, certificate):
    for language, theme in LOOKS:
        page = visitors.stranger(locale=language, color_scheme=theme, viewport=PHONE)
        page.goto(certificate.path)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_chinese_readers_find_no_english_menu(visitors):
    page = visitors.signed_in("student", locale="zh-CN")

    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert "贡献" in page.locator("header nav").inner_text()


def open_as(visitors, role, **options):
    return visitors.stranger(**options) if role == "nobody" else visitors.signed_in(role, **options)
