"""Pages that say why a contribution has its points, and where a missing one is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from credits.core.rules import WAITING
from credits.models import Score
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from harvesters.models import Contribution
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.rule_sets import SMALL
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


def page_of(number):
    return reverse("contribution", args=[Contribution.objects.get(external_id=number).pk])


def test_the_page_says_why_and_what_would_change_it(li, worked):
    words = words_of(li.get(page_of("3")))

    assert "li, author" in words
    assert "Merged code, 100 effective lines + 8.0" in words
    assert "Shared with others: your part is 1 of 2 − 4.0" in words
    assert "Sum 4.0" in words
    assert "If its lines of code were 191 (now 100): 16 points instead of 8" in words
    assert "wu" not in words.split()


def test_the_page_speaks_chinese(li, worked):
    words = words_of(li.get(page_of("0"), headers={"accept-language": "zh-hans"}))

    assert "已合并的代码，有效 100 行" in words
    assert "若代码行数为 191（现为 100）：计 16 分，而非 8 分" in words


def test_a_maintainer_sees_every_part(client, worked):
    chen = User.objects.create_user("chen.m")
    worked.maintainers.add(chen)
    client.force_login(chen)

    words = words_of(client.get(page_of("3")))

    assert "li, author" in words
    assert "wu, co-author" in words


def test_nobody_else_is_told_that_there_is_such_a_page(client, registrar, worked):
    assert client.get(page_of("3")).status_code == 302
    client.force_login(registrar)

    assert client.get(page_of("3")).status_code == 404
    assert client.get("/contributions/99999999999999999999/").status_code == 404


def test_what_waits_says_until_when_in_the_readers_zone(li, worked, student):
    student.time_zone = "Asia/Shanghai"
    student.save()
    moment = SCORED + timedelta(hours=9)
    Score.objects.filter(participation__contribution__external_id="0").update(
        state=WAITING, points=0, waits_until=moment
    )

    assert "Waiting until 11 Nov 2026, 01:00 ." in words_of(li.get(page_of("0")))
    assert "Waiting until 11 Nov " in words_of(li.get(reverse("contributions")))


def test_earlier_scores_stay_on_the_page(li, worked):
    publish_rule_set(create_draft(SMALL, project=worked), active_from=SCORED, now=SCORED)
    score_project(worked, now=SCORED)

    words = words_of(li.get(page_of("0")))

    assert "by rule set small 1.0" in words
    assert "ai-open-source 1.0 counted" in words


def test_the_list_leads_to_the_page(li, worked):
    assert page_of("3") in li.get(reverse("contributions")).content.decode()


def test_what_was_just_read_has_a_page(li, worked):
    harvest(worked, change(9), now=SCORED)

    assert "Not looked at yet" in words_of(li.get(page_of("9")))


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://forge.example/lab/vision/pull/3", "Found, and it is yours"),
        ("https://forge.example/lab/vision/pull/99", "nothing was read at this address yet"),
        ("https://forge.example/lab/other/pull/3", "not registered here"),
        ("hello", "This is no address of a contribution"),
        ("", "This field is required"),
    ],
)
def test_a_missing_contribution_is_looked_up(li, worked, link, said):
    assert said in words_of(li.get(reverse("missing"), {"link": link}))


def test_work_under_another_account_is_not_listed_but_explained(client, registrar, worked):
    client.force_login(registrar)

    words = words_of(client.get(reverse("missing"), {"link": "forge.example/lab/vision/pull/3"}))

    assert "none of the accounts that did it is linked to you" in words
    assert "wu (forge.example)" in words


@pytest.mark.parametrize("value", HOSTILE)
def test_any_link_gets_an_answer(li, worked, value):
    assert li.get(reverse("missing"), {"link": sendable(value)}).status_code == 200


def test_pages_take_a_fixed_number_of_queries(li, worked, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        li.get(page_of("3"))
