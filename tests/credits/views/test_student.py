"""Pages of a person who contributes: everything found, with points and reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Identity, User
from accounts.services import prove_identity, withdraw_identity
from credits.services.scoring import score_project
from harvesters.models import HarvestCursor, HarvestGap
from tests.histories import *  # noqa: F403
from tests.histories import actor, change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PAGES = ["overview", "contributions", "accounts", "overview-harvest"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


def titles(answer):
    return [row.contribution.title for row in answer.context["page"].rows]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, page):
    answer = client.get(reverse(page))

    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_somebody_new_is_told_what_to_do_first(client, page):
    client.force_login(User.objects.create_user("new"))

    assert client.get(reverse(page)).status_code in {200, 286}


def test_the_overview_adds_up_what_counts(li, worked):
    answer = li.get(reverse("overview"))

    assert answer.context["totals"].points == 28_000
    assert answer.context["totals"].count == 4
    assert "28" in words_of(answer)


def test_contributions_are_listed_newest_first_with_points_and_reasons(li, worked):
    answer = li.get(reverse("contributions"))

    assert titles(answer) == ["Change 3", "Change 2", "Change 1", "Change 0"]
    words = words_of(answer)
    assert "Merged code, 100 effective lines" in words
    assert "your part is 1 of 2" in words


def test_the_reasons_are_read_in_chinese_too(li, worked):
    words = words_of(li.get(reverse("contributions"), headers={"accept-language": "zh-hans"}))

    assert "已合并的代码，有效 100 行" in words


def test_what_scores_nothing_is_listed_with_its_reason(li, worked):
    harvest(worked, replace(change(0), state="reverted"), now=NOW)
    score_project(worked, now=NOW)

    words = words_of(li.get(reverse("contributions"), {"state": "not_counted"}))

    assert "Change 0" in words
    assert "this was taken back within 180 days" in words
    assert "Change 1" not in words


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "change 2"}, ["Change 2"]),
        ({"q": "100%"}, []),
        ({"category": "code"}, ["Change 3", "Change 2", "Change 1", "Change 0"]),
        ({"category": "docs"}, []),
        ({"project": "vision", "q": "3"}, ["Change 3"]),
        ({"state": "waiting"}, []),
        ({"state": "unscored"}, []),
        ({"project": "unknown"}, ["Change 3", "Change 2", "Change 1", "Change 0"]),
    ],
)
def test_the_list_is_filtered(li, worked, asked, found):
    assert titles(li.get(reverse("contributions"), asked)) == found


def test_another_persons_contributions_are_nobody_elses(client, registrar, worked):
    client.force_login(registrar)

    assert titles(client.get(reverse("contributions"))) == []
    assert client.get(reverse("overview")).context["totals"].points == 0


def test_an_account_that_was_given_up_shows_no_more(li, student, worked):
    withdraw_identity(student.identities.get(), now=NOW)

    assert titles(li.get(reverse("contributions"))) == []
    assert "li" not in words_of(li.get(reverse("accounts"))).split()


def test_linked_accounts_are_listed_with_how_they_were_proved(li, student, worked):
    prove_identity(student, actor("wu"), method=Identity.Method.OAUTH, now=NOW)

    words = words_of(li.get(reverse("accounts")))

    assert "wu" in words.split()
    assert "signed in at the forge" in words.lower()


def test_pages_of_the_list_join_without_a_gap_or_a_double(li, worked):
    harvest(worked, *(change(100 + number) for number in range(65)), now=NOW)
    seen, address = [], reverse("contributions")
    while address:
        answer = li.get(address)
        seen += titles(answer)
        older = answer.context["page"].older_url
        address = reverse("contributions") + older if older else ""

    assert len(seen) == len(set(seen)) == 69


def test_a_harvest_that_runs_is_shown_and_polled_until_it_ends(li, worked):
    HarvestCursor.objects.update(lease_until=datetime(2999, 1, 1, tzinfo=UTC))
    running = li.get(reverse("overview-harvest"))
    HarvestCursor.objects.update(lease_until=None)
    ended = li.get(reverse("overview-harvest"))

    assert (running.status_code, ended.status_code) == (200, 286)
    assert "lab/vision" in words_of(running)


def test_a_harvest_says_how_long_it_will_still_take(li, worked):
    now = timezone.now()
    HarvestCursor.objects.update(
        lease_until=now + timedelta(minutes=5),
        done_count=500,
        total_count=1_500,
        reading_since=now - timedelta(minutes=3),
        reading_from=0,
    )

    for page in ("overview", "overview-harvest"):
        answer = li.get(reverse(page))
        assert "500 of about 1,500 items · about 6 minutes left" in words_of(answer)
        assert 'aria-valuetext="500 of about 1,500 items, about 6 minutes left"' in str(
            answer.content, "utf-8"
        )


def test_a_first_harvest_that_waits_says_until_when_and_is_not_polled(li, worked):
    HarvestCursor.objects.update(
        is_waiting=True, next_at=datetime(2999, 1, 1, 8, tzinfo=UTC), swept_at=None
    )

    answer = li.get(reverse("overview-harvest"))

    assert answer.status_code == 286
    assert "The forge asks us to wait until 1 Jan 2999, 08:00" in words_of(answer)
    assert "left" not in words_of(answer)


def gap_of(login, subject="size of pull request 7"):
    told = actor(login)
    return HarvestGap.objects.create(
        cursor=HarvestCursor.objects.get(),
        subject=subject,
        reason="GitHub does not list all of its files",
        concerns=[HarvestGap.name_of(told.host, told.external_id)],
        found_at=NOW,
    )


def test_what_could_not_be_read_of_ones_work_is_told_with_its_reason(li, worked):
    gap_of("li")

    words = words_of(li.get(reverse("contributions")))

    assert "size of pull request 7" in words
    assert "GitHub does not list all of its files" in words
    assert "Nothing that we know of is missing" not in words


def test_it_is_told_in_the_readers_language(li, worked):
    gap_of("li")

    words = words_of(li.get(reverse("contributions"), headers={"accept-language": "zh-hans"}))

    assert "合并请求 7 的大小" in words
    assert "does not list" not in words


def test_gaps_in_the_work_of_others_are_not_shown(li, worked):
    gap_of("wu")

    words = words_of(li.get(reverse("contributions")))

    assert "size of pull request 7" not in words
    assert "Nothing that we know of is missing" in words


def test_gaps_of_an_account_that_was_withdrawn_are_shown_no_more(li, worked, student):
    gap_of("li")
    withdraw_identity(Identity.objects.get(user=student, actor=actor("li")), now=NOW)

    assert "size of pull request 7" not in words_of(li.get(reverse("contributions")))


def test_of_many_gaps_the_newest_are_shown_and_the_others_counted(li, worked):
    for number in range(23):
        gap_of("li", f"size of pull request {number}")

    answer = li.get(reverse("contributions"))

    assert len(answer.context["gaps"]) == 20
    assert "and 3 more" in words_of(answer)


@pytest.mark.parametrize("name", ["q", "category", "project", "state", "before"])
def test_hostile_parameters_are_answered_in_words(li, worked, name):
    for value in (*HOSTILE, "1-" + "9" * 30, "9" * 17 + "-1", "-" * 9 + "1-1"):
        answer = li.get(reverse("contributions"), {name: sendable(value)})
        assert answer.status_code == 200, value


def test_a_title_from_a_forge_is_shown_and_not_run(li, worked):
    title = '"><script>alert(1)</script>'
    harvest(worked, replace(change(0), title=title), now=NOW)

    assert b"<script>alert(1)" not in li.get(reverse("contributions")).content


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_an_address_from_a_forge_is_no_way_to_run_something(li, worked, url):
    harvest(worked, replace(change(0), url=url), now=NOW)

    assert f'href="{url}"'.encode() not in li.get(reverse("contributions")).content


@pytest.mark.parametrize("page", ["overview", "contributions"])
def test_pages_take_as_many_queries_however_much_was_done(li, worked, page):
    counts = []
    for size in (3, 30):
        harvest(worked, *(change(size * 100 + number) for number in range(size)), now=NOW)
        score_project(worked, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            li.get(reverse(page))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 25
