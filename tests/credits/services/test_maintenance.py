"""A month of merging, releasing and triage is a contribution of whoever looks after a project."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from credits.models import Score
from credits.services.maintenance import record_maintenance
from credits.services.scoring import score_project
from credits.tasks import record_months_of_maintenance
from harvesters.forge import Kind, Participant, Role
from harvesters.models import Contribution
from tests.histories import account, harvest, record
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, own, total
from tests.university import *  # noqa: F403

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.django_db


def merged(number, by="sun", author="li", **changes):
    """A change of ``author``, merged by ``by`` in October 2026."""
    parts = [Participant(account(author), Role.AUTHOR), Participant(account(by), Role.MERGER)]
    return record(number, parts, **changes)


def triaged(number, by="sun"):
    return record(number, [Participant(account(by), Role.TRIAGER)], kind=Kind.TRIAGE, state="done")


def released(number, by="sun"):
    parts = [Participant(account(by), Role.AUTHOR)]
    return record(number, parts, kind=Kind.RELEASE, state="published")


def months():
    return Contribution.objects.filter(kind="maintenance").order_by("occurred_at")


def test_a_month_of_eight_acts_is_a_contribution_and_scored(project, rules):
    acts = [merged(1), *(triaged(n) for n in range(2, 7)), released(7), released(8)]
    harvest(project, *acts, now=NOW)

    assert record_maintenance(now=NOW) == 1
    score_project(project, now=NOW)

    month = months().get()
    assert month.external_id == "forge.example:id of sun:2026-10"
    assert month.occurred_at == datetime(2026, 10, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert month.facts == {"acts": 8, "merges": 1, "releases": 2, "triage": 5}
    assert total("sun") == 6_000


def test_seven_acts_are_none(project, rules):
    harvest(project, *(merged(n) for n in range(7)), now=NOW)

    assert record_maintenance(now=NOW) == 0


def test_who_never_merged_work_of_others_only_triages(project, rules):
    harvest(project, *(triaged(n) for n in range(9)), now=NOW)
    harvest(project, *(merged(n, by="li") for n in range(20, 29)), now=NOW)

    assert record_maintenance(now=NOW) == 0


def test_merging_own_work_by_a_second_account_is_no_maintenance(project, rules):
    harvest(project, *(merged(n) for n in range(9)), now=NOW)
    person = User.objects.create_user("two-accounts")
    own(person, "li")
    own(person, "sun")

    assert record_maintenance(now=NOW) == 0


def test_a_bot_maintains_nothing(project, rules):
    parts = [Participant(account("helper", is_bot=True), Role.MERGER)]
    author = Participant(account("li"), Role.AUTHOR)
    harvest(project, *(record(n, [author, *parts]) for n in range(9)), now=NOW)

    assert record_maintenance(now=NOW) == 0


def test_the_month_that_is_on_waits_for_its_end(project, rules):
    harvest(project, *(merged(n) for n in range(9)), now=NOW)

    assert record_maintenance(now=datetime(2026, 10, 31, 23, tzinfo=UTC)) == 0
    assert record_maintenance(now=datetime(2026, 11, 1, tzinfo=UTC)) == 1


def test_twice_is_once_and_later_acts_are_added(project, rules):
    harvest(project, *(merged(n) for n in range(9)), now=NOW)
    record_maintenance(now=NOW)

    assert record_maintenance(now=LATER) == 0
    harvest(project, merged(50), now=LATER)
    assert record_months_of_maintenance() == 1

    assert months().get().facts["acts"] == 10


def test_a_month_that_is_none_any_more_earns_nothing(project, rules):
    harvest(project, *(merged(n) for n in range(8)), now=NOW)
    record_maintenance(now=NOW)
    score_project(project, now=NOW)
    before = total("sun")
    harvest(project, merged(0, state="open"), now=LATER)

    assert record_maintenance(now=LATER) == 1
    assert record_maintenance(now=LATER) == 0
    score_project(project, now=LATER)

    assert (before, total("sun")) == (6_000, 0)
    assert Score.objects.in_force().get(participation__contribution=months().get()).points == 0
    harvest(project, merged(0), now=LATER)
    record_maintenance(now=LATER)
    score_project(project, now=LATER)
    assert total("sun") == 6_000


def test_the_number_of_queries_does_not_grow_with_the_months(project, rules):
    counts = []
    for months_count in (1, 5):
        acts = [
            merged(month * 1_000 - 7_000 + n) for month in range(months_count) for n in range(9)
        ]
        harvest(project, *acts, now=NOW)
        record_maintenance(now=NOW)
        with CaptureQueriesContext(connection) as queries:
            record_maintenance(now=LATER)
        counts.append(len(queries))

    assert counts[0] == counts[1]
