"""How the harvest of a project stands, and how it is asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from credits.models import Project
from credits.services.harvests import harvest_now, newest_gaps, sources_of
from harvesters.models import HarvestCursor, HarvestGap
from tests.histories import change, harvest
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cursor(project):
    harvest(project, change(1), now=NOW)
    HarvestCursor.objects.update(next_at=NOW + HOUR)
    return HarvestCursor.objects.get()


def test_asking_makes_a_source_due_at_once(project, cursor):
    assert harvest_now(project, now=NOW) == 1

    assert list(HarvestCursor.objects.due(NOW)) == [cursor]


def test_asking_twice_asks_once(project, cursor):
    harvest_now(project, now=NOW)

    assert harvest_now(project, now=NOW) == 0


def test_a_source_that_is_being_read_is_left_alone(project, cursor):
    HarvestCursor.objects.update(lease_until=NOW + HOUR)

    assert harvest_now(project, now=NOW) == 0
    assert HarvestCursor.objects.get().next_at == NOW + HOUR


def test_sources_of_other_projects_are_left_alone(cursor):
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)

    assert harvest_now(other, now=NOW) == 0
    assert not sources_of(other).exists()


def test_sources_say_how_many_gaps_they_have(project, cursor):
    for number in range(3):
        HarvestGap.objects.create(
            cursor=cursor, subject=str(number), reason="no date", found_at=NOW + number * HOUR
        )

    assert sources_of(project).get().gaps_count == 3
    assert [gap.subject for gap in newest_gaps(project, limit=2)] == ["2", "1"]
