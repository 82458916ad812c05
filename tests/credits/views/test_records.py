"""What a person did, as pages ask for it: totals, days, months."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from credits.models import Score
from credits.services.scoring import score_project
from credits.views.records import (
    CategoryTotal,
    counts_by_day,
    own_participations,
    own_scores,
    points_by_month,
    projects_of,
    states_of,
    totals_of,
)
from harvesters.forge import Participant, Role
from harvesters.models import Participation
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED, account, change, harvest, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_totals_are_the_sums_of_what_counts(student, worked):
    Score.objects.filter(points=4_000).update(state=Score.State.WAITING)

    totals = totals_of(own_scores(student))

    assert totals.categories == [CategoryTotal("code", 3, 24_000)]
    assert (totals.count, totals.points) == (3, 24_000)


def test_a_category_that_is_new_to_us_is_not_lost(student, worked):
    Score.objects.filter(points=4_000).update(category="research")

    assert [total.category for total in totals_of(own_scores(student)).categories] == [
        "code",
        "research",
    ]


def test_who_only_passed_work_on_did_not_do_it(student, worked):
    parts = [Participant(account("wu"), Role.AUTHOR), Participant(account("li"), Role.MERGER)]
    harvest(worked, record(50, parts, sizes={"code": [1, 0]}), now=SCORED)

    assert own_participations(student).count() == 4


def test_who_is_no_longer_named_did_not_do_it(student, worked):
    Participation.objects.filter(contribution__external_id="0").update(weight=0)

    assert own_participations(student).count() == 3


def test_days_are_days_of_the_reader(student, worked):
    evening = datetime(2026, 10, 20, 18, tzinfo=UTC)
    harvest(worked, replace(change(60), occurred_at=evening), now=SCORED)
    score_project(worked, now=SCORED)
    scores, today = own_scores(student), date(2026, 11, 1)

    assert counts_by_day(scores, UTC, today)[date(2026, 10, 20)] == 1
    assert counts_by_day(scores, ZoneInfo("Asia/Shanghai"), today)[date(2026, 10, 21)] == 1


def test_twelve_months_are_shown_the_empty_ones_too(student, worked):
    months = points_by_month(own_scores(student), NOW)

    assert [month.month for month in (months[0], months[-1])] == [
        date(2025, 12, 1),
        date(2026, 11, 1),
    ]
    assert len(months) == 12
    assert [sum(month.points.values()) for month in months[-2:]] == [28_000, 0]


def test_bounds_take_in_their_start_and_leave_out_their_end(student, worked):
    hour = timedelta(hours=1)

    assert own_scores(student, BEGUN, BEGUN + hour).count() == 1
    assert own_scores(student, BEGUN + hour).count() == 3
    assert own_scores(student, None, BEGUN).count() == 0


def test_states_add_up_to_everything_that_was_found(student, worked):
    harvest(worked, replace(change(70), state="open"), change(71), now=SCORED)

    before = states_of(own_participations(student))
    score_project(worked, now=SCORED)
    after = states_of(own_participations(student))

    assert before == {
        "all": 6,
        "counted": 4,
        "waiting": 0,
        "not_counted": 0,
        "withdrawn": 0,
        "disputed": 0,
        "unscored": 2,
    }
    assert after == {
        "all": 6,
        "counted": 5,
        "waiting": 1,
        "not_counted": 0,
        "withdrawn": 0,
        "disputed": 0,
        "unscored": 0,
    }


def test_projects_are_those_where_the_persons_work_counts(student, registrar, worked):
    assert list(projects_of(student)) == [worked]
    assert not projects_of(registrar).exists()
