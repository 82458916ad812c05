"""A space is harvested over weeks: its release tells for how many days it was seen live."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from harvesters.forge import Kind, Page, Sighting, SourceNotFoundError
from harvesters.forges.huggingface import HuggingFace
from harvesters.models import (
    ChangedContribution,
    Contribution,
    DemoSighting,
    HarvestCursor,
    Repository,
)
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import record_digest, store_page
from tests.huggingface_world import Direct, Discussion, HuggingFaceWorld, account, commit

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 7, 10, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
SOURCE, PATH = "huggingface:spaces/lab/vision", "spaces/lab/vision"
LI = account(101, "li")


@pytest.fixture
def world():
    question = Discussion(1, LI, "open", is_pull_request=False)
    return HuggingFaceWorld([commit(1, LI)], [question], kind="spaces")


@pytest.fixture
def harvest(world):
    """Harvest the space at a moment; what that asked for."""

    def once(now=NOW):
        direct = Direct(world)
        forge = HuggingFace(direct, "huggingface.co", now)
        cursor = HarvestCursor.objects.first() or register_source(
            SOURCE, forge.find_repository(PATH), now=now
        )
        harvest_repository(lease_source(cursor, now=now), forge, clock=lambda: now)
        return direct.asked

    return once


def release():
    return Contribution.objects.get(kind=Kind.RELEASE)


def days():
    return release().facts["live_days"]


def test_whoever_looks_once_a_week_counts_every_day(harvest):
    for week in range(5):
        harvest(NOW + week * WEEK)
        assert days() == 7 * week + 1

    assert DemoSighting.objects.count() == 5


def test_a_space_is_looked_at_every_hour_and_each_day_is_written_once(harvest):
    now = NOW
    harvest(now)
    for _ in range(50):
        cursor = HarvestCursor.objects.get()
        assert cursor.next_at - now <= WEEK
        now = cursor.next_at
        asked = harvest(now)
        assert asked == ["/spaces/lab/vision", "/spaces/lab/vision/discussions"]

    assert now - NOW == timedelta(hours=50)
    assert DemoSighting.objects.count() == days() == 3


def test_a_second_look_on_one_day_writes_nothing(harvest):
    harvest()
    ChangedContribution.objects.all().delete()
    before = release()

    harvest(NOW + timedelta(hours=2))

    assert release().harvested_at == before.harvested_at
    assert not ChangedContribution.objects.exists()


def test_scoring_is_told_of_each_day_that_counts(harvest):
    harvest()
    ChangedContribution.objects.all().delete()
    before = release()

    harvest(NOW + DAY)

    assert [one.contribution_id for one in ChangedContribution.objects.all()] == [before.pk]
    assert release().digest != before.digest


def test_asleep_is_live_and_down_is_not(world, harvest):
    stages = ["RUNNING", "SLEEPING", "RUNTIME_ERROR", "PAUSED", "RUNNING", "SLEEPING"]
    for number, stage in enumerate(stages):
        world.stage = stage
        harvest(NOW + number * DAY)

    assert days() == 4


def test_a_day_on_which_it_was_live_at_any_time_counts(world, harvest):
    for hour, stage in enumerate(["BUILDING", "RUNNING", "BUILDING"]):
        world.stage = stage
        harvest(NOW + timedelta(hours=hour))

    assert days() == 1


def test_a_demo_that_was_down_goes_on_where_it_was(world, harvest):
    harvest()
    harvest(NOW + WEEK)
    world.stage = "BUILD_ERROR"
    harvest(NOW + 2 * WEEK)
    assert days() == 8

    world.stage = "RUNNING"
    harvest(NOW + 3 * WEEK)

    assert days() == 9


def test_nobody_vouches_for_weeks_in_which_nobody_looked(harvest):
    harvest()
    harvest(NOW + 2 * WEEK)

    assert days() == 2


def test_a_demo_that_was_gone_in_between_was_not_live_then(world, harvest):
    harvest()
    world.path = "lab/elsewhere"
    with pytest.raises(SourceNotFoundError):
        harvest(NOW + 2 * DAY)
    world.path = "lab/vision"
    harvest(NOW + 4 * DAY)

    assert days() == 2


def test_a_harvest_from_the_beginning_keeps_the_days(world, harvest):
    for week in range(3):
        harvest(NOW + week * WEEK)
    before = release()
    HarvestCursor.objects.update(cursor={})

    harvest(NOW + 2 * WEEK + timedelta(hours=1))
    assert (release().facts, release().digest) == (before.facts, before.digest)
    assert release().harvested_at == before.harvested_at

    world.card = {"cardData": {"license": "apache-2.0"}}
    harvest(NOW + 2 * WEEK + timedelta(hours=2))
    assert days() == 15
    assert release().facts["licence"] == ["apache-2.0"]


def test_a_space_of_which_the_hub_tells_no_runtime_keeps_what_was_seen(world, harvest):
    harvest()
    world.card = {"runtime": None, "cardData": None}
    harvest(NOW + DAY)

    assert days() == 1
    assert DemoSighting.objects.count() == 1


def test_a_model_has_no_live_days(world):
    world.kind = "models"
    forge = HuggingFace(Direct(world), "huggingface.co", NOW)
    cursor = register_source("huggingface:lab/vision", forge.find_repository("lab/vision"), now=NOW)
    harvest_repository(lease_source(cursor, now=NOW), forge, clock=lambda: NOW)

    assert "live_days" not in release().facts


def pages_of(world):
    """The pages with a sighting of three days, and one that says the same again."""
    found = []
    for number, stage in enumerate(["RUNNING", "RUNNING", "BUILD_ERROR"]):
        world.stage = stage
        forge = HuggingFace(Direct(world), "huggingface.co", NOW + number * DAY)
        pages = forge.harvest(forge.find_repository(PATH), {})
        found += [page for page in pages if page.sighting]
    again = replace(found[2], sighting=Sighting(date(2026, 9, 9), is_live=True))
    return [*found, again]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_pages_come_the_facts_are_the_same(world, order):
    pages = pages_of(world)
    forge = HuggingFace(Direct(world), "huggingface.co", NOW)
    cursor = lease_source(register_source(SOURCE, forge.find_repository(PATH), now=NOW), now=NOW)

    for place in order:
        store_page(cursor, pages[place], now=NOW)

    assert days() == 3
    (told,) = pages[0].records
    assert release().digest == record_digest(replace(told, facts={**told.facts, "live_days": 3}))


def test_a_release_of_another_source_says_itself_for_how_long_it_was_live(world):
    forge = HuggingFace(Direct(world), "huggingface.co", NOW)
    cursor = lease_source(register_source(SOURCE, forge.find_repository(PATH), now=NOW), now=NOW)
    (told,) = pages_of(world)[0].records
    said = replace(told, facts={"live_days": 12})

    store_page(cursor, Page([said], {}), now=NOW)
    assert days() == 12

    repository = Repository.objects.get()
    DemoSighting.objects.create(repository=repository, day=NOW.date(), is_live=True)
    store_page(cursor, Page([said], {}), now=NOW)
    assert days() == 1
