"""Dry runs: what a harvest would bring where reading is free, what it would take elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forges.github.queries import queries
from harvesters.models import Contribution, HarvestCursor
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.services.previewing import forecast_source, preview_source
from harvesters.services.repositories import AnotherRepositoryError
from harvesters.sources import open_forge
from tests.github_played import world_of
from tests.github_world import document
from tests.shelf import NOW, REPOSITORY, SOURCE, THREE_PAGES, Shelf, harvest, registered
from tests.simulator import ForgeSimulator

pytestmark = pytest.mark.django_db

GITHUB = "github:lab/vision"
HOUR = timedelta(hours=1)


@pytest.fixture
def cursor():
    return lease_source(registered(), now=NOW)


def test_a_preview_reads_what_a_harvest_would_and_stores_nothing(cursor):
    harvest(cursor, Shelf(THREE_PAGES[:2]))
    told = []

    report = preview_source(
        SOURCE,
        Shelf(THREE_PAGES),
        REPOSITORY,
        on_page=lambda cursor, report: told.append(cursor.done_count),
    )

    assert (report.by_kind, report.is_complete) == ({"commit": 1}, True)
    assert told == [5]
    assert Contribution.objects.count() == 4
    assert HarvestCursor.objects.get().cursor == {"page": 2}


def test_a_preview_of_more_history_reads_from_the_start():
    had = datetime(2026, 10, 4, tzinfo=UTC)
    harvest(lease_source(registered(since=had), now=NOW), Shelf(THREE_PAGES))

    assert preview_source(SOURCE, Shelf(THREE_PAGES), REPOSITORY).by_kind.total() == 5
    assert preview_source(SOURCE, Shelf(THREE_PAGES), REPOSITORY, since=had).by_kind.total() == 0


class Limited:
    """A GitHub that tells its limit with each answer."""

    def __init__(self, world, left):
        self.world = world
        self.left = left

    def __call__(self, request):
        self.left -= 1
        reply = self.world(request)
        told = {"limit": 5000, "remaining": self.left, "reset": int((NOW + HOUR).timestamp())}
        reply.headers.update({f"x-ratelimit-{name}": str(count) for name, count in told.items()})
        return reply


@pytest.fixture
def github(settings):
    document(queries())
    with ForgeSimulator(Limited(world_of(), 5000)).serving() as simulator:
        simulator.clock = lambda: NOW
        settings.GITHUB_URL, settings.GITHUB_TOKEN = simulator.url, "ghp_0123456789"
        yield simulator


def forecast(now=NOW, **asked):
    forge, path = open_forge(GITHUB, now=now)
    return forecast_source(GITHUB, forge, forge.find_repository(path), now=now, **asked)


def test_what_reading_tells_for_free_needs_no_forecast():
    assert forecast_source(SOURCE, Shelf(THREE_PAGES), REPOSITORY, now=NOW) is None


def test_a_forecast_asks_little_stores_nothing_and_tells_what_is_left(github):
    told = forecast()

    assert len(github.requests) == 3
    assert told.estimate.requests < 20
    assert told.budget.limit == 5000
    assert 4997 <= told.budget.remaining < 5000, "not each answer is written down"
    assert timedelta(0) < told.duration < timedelta(minutes=1)
    assert not HarvestCursor.objects.exists()
    assert not Contribution.objects.exists()


def test_where_little_is_left_the_wait_is_a_part_of_the_time(github):
    github.world.left = 60

    assert forecast().duration > timedelta(minutes=50)


def test_a_forecast_goes_on_where_the_last_harvest_stopped(github):
    first = forecast()
    forge, path = open_forge(GITHUB, now=NOW)
    repository = forge.find_repository(path)
    cursor = register_source(GITHUB, repository, now=NOW)
    cursor.cursor = next(forge.harvest(repository, {})).cursor
    cursor.save()

    assert forecast().estimate.points < first.estimate.points
    assert forecast(since=NOW).estimate.points < first.estimate.points


def test_a_forecast_refuses_another_repository_as_a_harvest_would(github):
    registered(GITHUB)

    with pytest.raises(AnotherRepositoryError):
        forecast()
    assert forecast(replaces=True).estimate.requests
