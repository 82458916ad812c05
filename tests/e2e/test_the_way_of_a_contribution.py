"""From a student's first click to booked credits, through real pages and a real stack."""

import json
import re
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("e2e")]


def test_a_student_signs_in_by_one_click_and_sees_points_with_their_reasons(visitors, site):
    page = visitors.stranger()
    page.goto(site.links["student"])

    page.get_by_role("link", name="Contributions", exact=True).first.click()
    first = page.locator("ul.list > li:not(.off) details").first
    first.locator("summary").click()

    expect(first.locator(".pts")).to_contain_text("points")
    expect(first.locator("tbody tr").first).to_contain_text(re.compile(r"\w+ .*\d"))
    shown = [_points(row) for row in first.locator("tbody tr td:last-child").all_inner_texts()]
    assert sum(shown) == pytest.approx(_points(first.locator("tfoot td:last-child").inner_text()))


def test_a_stranger_verifies_a_certificate_on_its_page(visitors, certificate):
    page = visitors.stranger()

    page.goto(certificate.path)

    assert_valid(page)
    expect(page.locator(".checks li")).not_to_have_count(0)


def test_a_stranger_verifies_the_downloaded_file_by_dropping_it(visitors, certificate):
    page = visitors.stranger()
    page.goto("/verify")

    drop(page, certificate.file.name, certificate.file.read_text())

    assert_valid(page)


def test_a_file_that_somebody_edited_is_refused(visitors, certificate):
    page = visitors.stranger()
    page.goto("/verify")
    edited = json.loads(certificate.file.read_text())
    edited["credentialSubject"]["achievement"]["name"] += "!"

    drop(page, "edited.json", json.dumps(edited))

    expect(page.locator(".verdict.bad")).to_be_visible()


def test_a_registrar_approves_and_books(visitors, application):
    page = visitors.signed_in("registrar")
    page.goto("/registrar")
    page.locator(f"a[href='/registrar/applications/{application}']").click()
    approve(page, "CS-OS-101")

    page.goto("/registrar/recognitions?state=approved")
    booking = page.locator("ul.list > li", has_text="CS-OS-101")
    booking.locator("summary").click()
    booking.get_by_label("Number in the student system").fill("SIS-E2E-1")
    booking.get_by_role("button", name="Mark as booked").click()

    student = visitors.signed_in("student")
    student.goto(f"/me/applications/{application}")
    expect(student.locator("main")).to_contain_text("SIS-E2E-1")


def test_a_machine_lists_certificates_and_posts_what_was_recognised(visitors, site):
    machine = Machine(site)
    asked = machine.get("/api/v1/applications?state=submitted")["results"]
    of_wu = next(each for each in asked if each["learner"]["name"] == "Wu Tong")

    listed = {each["code"] for each in machine.get("/api/v1/certificates")["results"]}
    said = machine.post("/api/v1/recognitions", decision_on(of_wu))

    assert listed >= set(of_wu["certificates"])
    assert (said["state"], said["application"]) == ("booked", of_wu["id"])
    page = visitors.signed_in("registrar")
    page.goto("/registrar/recognitions?state=booked")
    expect(page.locator("main")).to_contain_text("SIS-E2E-2")


def test_a_real_worker_harvests_what_a_maintainer_asks_for(visitors, harvested_before):
    page = visitors.signed_in("maintainer")

    page.goto("/maintain/pocket-lm")

    harvested = page.locator("time[data-local=moment]").first
    expect(harvested).not_to_have_attribute("datetime", harvested_before, timeout=30_000)
    expect(page.locator(".tag.ok", has_text="Up to date")).to_be_visible()


def test_a_certificate_of_the_command_verifies_offline_without_a_database(site, tmp_path):
    issued = site.run(
        "issue",
        "--holder",
        "wu.tong@stu.university.example",
        "--from",
        "2020-01-01",
        "--to",
        "2040-01-01",
        "--out",
        str(tmp_path / "wu.json"),
    )
    verified = site.run("verify", str(tmp_path / "wu.json"), "--offline", DATABASE_URL=NOWHERE)

    assert issued.returncode == 0, issued.stderr
    assert verified.returncode == 0, verified.stderr
    assert "valid" in verified.stdout.lower()


NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"


def approve(page: Page, course_code: str) -> None:
    """Approve what is open; the page then goes on to whoever waits next."""
    opened = page.url
    page.get_by_label("Course code").fill(course_code)
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url(lambda url: url != opened)
    page.goto(opened)
    expect(page.get_by_text("Decided by")).to_be_visible()


def decision_on(application: dict[str, Any]) -> dict[str, Any]:
    """What Zhao decided about it in the university's own system."""
    return {
        "certificates": application["certificates"],
        "decided_by": "zhao.min@university.example",
        "credits": application["proposed_credits"],
        "term": "2026-2027-1",
        "course_code": "CS-OS-102",
        "reference": "SIS-E2E-2",
    }


def assert_valid(page: Page) -> None:
    verdict = page.locator(".verdict")
    expect(verdict).to_be_visible()
    expect(verdict).not_to_have_class(re.compile("bad|unsure"))


def drop(page: Page, name: str, text: str) -> None:
    """Let a file fall on the drop area, as a mouse does."""
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const data = new DataTransfer();
            data.items.add(new File([text], name, {type: "application/json"}));
            return data;
        }""",
        [name, text],
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})


class Machine:
    """The student information system of the university."""

    def __init__(self, site):
        self._url = site.url
        answer = requests.post(
            f"{site.url}/identity/o/api/token",
            {"grant_type": "client_credentials"},
            auth=(site.client["client"], site.client["secret"]),
            timeout=10,
        )
        answer.raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path):
        answer = requests.get(self._url + path, headers=self._headers, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def post(self, path, body):
        answer = requests.post(self._url + path, json=body, headers=self._headers, timeout=10)
        assert answer.ok, answer.text
        return answer.json()


def _points(text: str) -> float:
    return float(text.replace("−", "-").replace("+", "").replace(",", "").strip())
