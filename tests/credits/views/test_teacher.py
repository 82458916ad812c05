"""The page of a teacher: the own work of a period, to show and to print."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from credits.services.scoring import score_project
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

PERIOD = {"start": "2026-10-01", "end": "2026-10-31"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def portfolio():
    return reverse("portfolio")


def test_a_visitor_is_asked_to_sign_in(client, portfolio):
    assert client.get(portfolio).status_code == 302


def test_somebody_new_sees_an_empty_portfolio(client, portfolio):
    client.force_login(User.objects.create_user("new"))

    assert client.get(portfolio).status_code == 200


def test_it_adds_up_the_work_of_the_period(li, worked, portfolio):
    answer = li.get(portfolio, PERIOD)

    assert answer.context["totals"].points == 28_000
    assert [project.points for project in answer.context["projects"]] == [28_000]
    assert answer.context["largest"][0].points == 8_000
    assert "First-University" in words_of(answer)


def test_work_of_another_time_is_not_in_it(li, worked, portfolio):
    answer = li.get(portfolio, {"start": "2026-10-02", "end": "2026-10-31"})

    assert answer.context["totals"].points == 0


def test_certificates_of_the_period_are_named(li, issued, portfolio):
    then, long_before = (
        li.get(portfolio, {"start": f"{year}-09-01", "end": f"{year}-09-30"}).content.decode()
        for year in (2026, 2020)
    )

    assert issued.code in then
    assert issued.code not in long_before


def test_another_persons_work_is_not_in_it(client, registrar, worked, portfolio):
    client.force_login(registrar)

    assert client.get(portfolio, PERIOD).context["totals"].points == 0


def test_a_title_and_an_address_from_a_forge_run_nothing(li, worked, portfolio):
    title = "<script>alert(1)</script>"
    harvest(
        worked, replace(change(0, lines=999), title=title, url="javascript:alert(1)"), now=SCORED
    )
    score_project(worked, now=SCORED)

    page = li.get(portfolio, PERIOD).content

    assert b"<script>alert(1)" not in page
    assert b"javascript:alert" not in page


@pytest.mark.parametrize("name", ["start", "end"])
def test_hostile_parameters_are_answered_in_words(li, worked, portfolio, name):
    for value in HOSTILE:
        assert li.get(portfolio, {**PERIOD, name: sendable(value)}).status_code == 200, value


def test_it_takes_as_many_queries_however_much_was_done(li, worked, portfolio):
    counts = []
    for size in (3, 30):
        harvest(worked, *(change(size * 10 + number) for number in range(size)), now=SCORED)
        score_project(worked, now=SCORED)
        with CaptureQueriesContext(connection) as queries:
            li.get(portfolio, PERIOD)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15
