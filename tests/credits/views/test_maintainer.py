"""Pages of a maintainer: how the harvest stands, which rules count, what was earned."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits.models import Project, Score
from credits.services.scoring import score_project
from harvesters.models import HarvestCursor, HarvestGap
from tests.histories import *  # noqa: F403
from tests.histories import change, harvest
from tests.pages import words_of
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PAGES = ["maintained-project", "maintained-sources"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def sun(client, project):
    """A maintainer of the project."""
    person = User.objects.create_user("sun")
    project.maintainers.add(person)
    client.force_login(person)
    return client


def test_a_visitor_is_asked_to_sign_in(client, project):
    assert client.get(reverse("maintained")).status_code == 302
    for page in (*PAGES, "maintained-harvest"):
        assert client.get(reverse(page, args=[project.slug])).status_code == 302


def test_who_maintains_nothing_is_told_so(client):
    client.force_login(User.objects.create_user("new"))

    assert client.get(reverse("maintained")).status_code == 200


def test_the_projects_that_one_looks_after_are_listed_and_no_others(sun, project):
    Project.objects.create(slug="other", name="Other", registered_at=NOW)

    words = words_of(sun.get(reverse("maintained")))

    assert "Vision" in words
    assert "Other" not in words


def test_a_project_shows_sources_gaps_rules_and_points_and_ranks_nobody(sun, worked):
    cursor = HarvestCursor.objects.get()
    HarvestGap.objects.create(
        cursor=cursor, subject="commit 12ab", reason="its date cannot be read", found_at=NOW
    )

    answer = sun.get(reverse("maintained-project", args=[worked.slug]))

    words = words_of(answer)
    assert answer.context["totals"].points == 32_000
    assert "its date cannot be read" in words
    assert "AI open source" in words or "ai-open-source" in words
    assert "Li Ming" not in words


@pytest.mark.parametrize("page", PAGES)
def test_a_source_that_is_gone_says_so_and_that_what_was_earned_stays(sun, worked, page):
    before = list(Score.objects.values_list("participation", "points", "rule_set"))
    HarvestCursor.objects.update(gone_at=NOW, error="lab/vision is another repository now.")
    score_project(worked, now=NOW)

    body = sun.get(reverse(page, args=[worked.slug])).content.decode()

    assert "lab/vision is another repository now." in body
    assert "Gone" in body
    assert "What was harvested stays and counts." in body
    assert list(Score.objects.values_list("participation", "points", "rule_set")) == before


def test_the_pages_of_anothers_project_do_not_exist(client, worked, student):
    client.force_login(student)

    for page in PAGES:
        assert client.get(reverse(page, args=[worked.slug])).status_code == 404
    assert client.post(reverse("maintained-harvest", args=[worked.slug])).status_code == 404


def test_reading_now_makes_the_sources_due(sun, worked):
    HarvestCursor.objects.update(next_at=datetime(2999, 1, 1, tzinfo=UTC))
    address = reverse("maintained-harvest", args=[worked.slug])

    first, second = (words_of(sun.post(address, follow=True)) for _ in range(2))

    assert "The next free worker reads it." in first
    assert "Everything is being read already." in second
    assert HarvestCursor.objects.get().next_at < datetime(2999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "is_waiting", "error", "said"),
    [
        (30, True, "No more before 11:00.", "Waits until 1 Jan 2999, 08:00"),
        (-1, True, "No more before 11:00.", "In the queue"),
        (30, False, "The token is refused.", "Stopped"),
        (30, False, "", "Up to date"),
    ],
    ids=["waiting", "waited", "stopped", "good"],
)
def test_a_source_says_whether_it_waits_and_until_when(
    sun, worked, minutes, is_waiting, error, said
):
    far = datetime(2999, 1, 1, 8, tzinfo=UTC)
    next_at = far if minutes > 0 else timezone.now() + timedelta(minutes=minutes)
    HarvestCursor.objects.update(
        next_at=next_at, is_waiting=is_waiting, error=error, lease_until=None
    )

    words = words_of(sun.get(reverse("maintained-sources", args=[worked.slug])))

    assert said in words
    assert error in words
    assert ("Stopped" in words) is (said == "Stopped")


@pytest.mark.parametrize(
    ("since", "requests", "said"),
    [
        (None, 12, "last harvest: 12 requests, 34 points of the forge's limit"),
        (NOW, 12, "this harvest: 12 requests, 34 points of the forge's limit"),
        (None, 34, "last harvest: 34 requests"),
    ],
    ids=["ended", "running", "requests only"],
)
def test_a_source_says_what_its_harvest_took(sun, worked, since, requests, said):
    HarvestCursor.objects.update(spent_requests=requests, spent_points=34, reading_since=since)

    assert said in words_of(sun.get(reverse("maintained-sources", args=[worked.slug])))


@pytest.mark.parametrize("page", PAGES)
def test_a_source_that_is_read_says_how_long_it_will_still_take(sun, worked, page):
    now = timezone.now()
    HarvestCursor.objects.update(
        lease_until=now + timedelta(minutes=5),
        done_count=500,
        total_count=1_500,
        reading_since=now - timedelta(minutes=3),
    )

    answer = sun.get(reverse(page, args=[worked.slug]))

    assert "about 6 minutes left" in words_of(answer)
    assert 'aria-valuetext="500 of about 1,500 items, about 6 minutes left"' in str(
        answer.content, "utf-8"
    )


def test_reading_is_not_started_by_a_link(sun, worked):
    assert sun.get(reverse("maintained-harvest", args=[worked.slug])).status_code == 405


@pytest.mark.parametrize("page", PAGES)
def test_pages_take_as_many_queries_however_many_sources_there_are(sun, worked, page):
    counts = []
    for size in (3, 30):
        for number in range(size):
            harvest(worked, change(number), now=NOW, path=f"lab/{size}-{number}")
        with CaptureQueriesContext(connection) as queries:
            sun.get(reverse(page, args=[worked.slug]))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 19
