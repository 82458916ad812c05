"""A student shows a part of a certificate, a stranger sees it, and then does not any more."""

import pytest

from tests.e2e.inspection import violations, width

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]


NOWHERE = "postgres://nobody@127.0.0.1:1/nowhere"


def test_anyone_computes_the_points_again_from_the_address_alone(site, certificate):
    done = site.run("verify", site.url + certificate.path, "--recompute", DATABASE_URL=NOWHERE)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "every point follows from the facts and the rules" in done.stdout


def test_a_part_is_shown_until_it_is_withdrawn(visitors, site):
    page = visitors.signed_in("student", viewport={"width": 390, "height": 800})
    page.goto("/me/certificates")
    page.locator("table.data th a").first.click()
    page.get_by_role("link", name="Show a part").click()
    page.get_by_label("All its").first.wait_for()
    assert not violations(page)
    assert width(page) <= 390
    page.get_by_label("All its").first.check()
    page.get_by_role("button", name="Make a link").click()
    page.locator("main details summary").first.click()
    link = page.locator("aside p a").first.get_attribute("href")
    assert width(page) <= 390

    stranger = visitors.stranger(color_scheme="dark")
    stranger.goto(link)
    assert not violations(stranger)
    assert "hidden by the holder" in stranger.locator("main").inner_text()

    done = site.run("verify", link, DATABASE_URL=NOWHERE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hidden by the holder" in done.stdout

    page.get_by_role("button", name="Withdraw").first.click()
    assert stranger.goto(link).status == 410
    assert site.run("verify", link, DATABASE_URL=NOWHERE).returncode == 2
    assert not violations(stranger)
