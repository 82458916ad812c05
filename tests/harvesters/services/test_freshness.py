"""Sources at rest are asked together whether anything is new: one request for a hundred."""

from datetime import timedelta

import pytest

from harvesters.forge import RepositoryRecord
from harvesters.forges.github.queries import queries
from harvesters.models import Contribution, HarvestCursor
from harvesters.services.freshness import take_due
from harvesters.services.harvesting import harvest_source, register_source
from harvesters.services.leasing import SWEEP_EVERY, lease_source
from harvesters.services.storing import LEASE
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.github_many import LI, Many
from tests.github_nodes import Change
from tests.github_played import NOW
from tests.github_world import document
from tests.simulator import ForgeSimulator, status

pytestmark = pytest.mark.django_db

COUNT = 5
LATER = NOW + SWEEP_EVERY


@pytest.fixture
def simulator(settings):
    document(queries())
    with ForgeSimulator(Many(COUNT)).serving() as serving:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = serving.url, "ghp_0123456789"
        yield serving


def registered(number, now=NOW):
    record = RepositoryRecord("github.com", str(number), f"lab/r{number}")
    return register_source(f"github:lab/r{number}", record, now=now)


def harvested(number, now=NOW):
    return harvest_source(lease_source(registered(number), now=now), clock=lambda: now)


@pytest.fixture
def resting(simulator):
    """Every repository, read to its end an hour ago."""
    for number in range(1, COUNT + 1):
        harvested(number)
    simulator.requests.clear()
    return HarvestCursor.objects.order_by("pk")


def update(simulator, number):
    """Let something happen in a repository."""
    world = simulator.world.worlds[number - 1]
    world.changes.append(Change(2, LI, updated=LATER.isoformat()))


def taken(now=LATER, limit=20):
    return [one.source for one in take_due(now=now, limit=limit, clock=lambda: now)]


def test_sources_without_news_are_swept_by_one_request_and_no_harvest(resting, simulator):
    told = list(Contribution.objects.values_list("pk", "harvested_at"))

    assert taken() == []

    assert len(simulator.requests) == 1
    assert len(simulator.requests[0].body["variables"]["ids"]) == COUNT
    for cursor in resting:
        assert (cursor.swept_at, cursor.next_at) == (LATER, LATER + SWEEP_EVERY)
        assert (cursor.lease_until, cursor.spent_requests) == (None, 0)
    assert list(Contribution.objects.values_list("pk", "harvested_at")) == told
    assert taken(LATER + timedelta(minutes=1)) == []
    assert len(simulator.requests) == 1


def test_only_a_source_with_news_is_harvested(resting, simulator):
    update(simulator, 3)

    assert taken() == ["github:lab/r3"]

    leased = HarvestCursor.objects.get(lease_until__isnull=False)
    assert leased.lease_until == LATER + LEASE
    assert harvest_source(leased, clock=lambda: LATER).new == 1


def test_what_was_not_read_to_its_end_or_waits_for_nothing_new_is_harvested_at_once(
    resting, simulator
):
    begun, broken, gone, *_ = resting
    HarvestCursor.objects.filter(pk=begun.pk).update(reading_since=NOW)
    HarvestCursor.objects.filter(pk=broken.pk).update(error="It failed.")
    HarvestCursor.objects.filter(pk=gone.pk).update(gone_at=NOW)

    assert set(taken()) == {begun.source, broken.source, gone.source}
    assert [len(one.body["variables"]["ids"]) for one in simulator.requests] == [COUNT - 3]


@pytest.mark.parametrize("fault", [status(500), status(403)], ids=["broken", "refused"])
def test_where_that_request_fails_each_source_is_harvested_by_itself(resting, simulator, fault):
    simulator.faults = [fault] * 20

    assert len(taken()) == COUNT


def test_what_is_too_much_for_this_tick_is_given_back_and_stays_due(resting, simulator):
    for number, cursor in enumerate(resting):
        update(simulator, number + 1)
        HarvestCursor.objects.filter(pk=cursor.pk).update(next_at=LATER - timedelta(seconds=number))

    assert taken(limit=2) == ["github:lab/r5", "github:lab/r4"]
    assert HarvestCursor.objects.due(LATER).count() == 3
    assert taken(limit=2) == ["github:lab/r3", "github:lab/r2"]


def test_those_that_wait_longest_come_first_whichever_forge_they_are_of(resting, simulator):
    update(simulator, 1)
    record = RepositoryRecord("git", "7", "lab/vision")
    register_source("git:/lab/old", record, now=NOW)
    register_source("git:/lab/new", record, now=LATER)

    assert taken(limit=2) == ["git:/lab/old", "github:lab/r1"]


def test_two_sources_of_one_repository_never_speak_for_each_other(resting, simulator):
    behind = HarvestCursor.objects.get(source="github:lab/r1")
    update(simulator, 1)
    told = register_source(
        "github:lab/R1", RepositoryRecord("github.com", "1", "lab/r1"), now=LATER
    )
    harvest_source(lease_source(told, now=LATER), clock=lambda: LATER)
    HarvestCursor.objects.update(next_at=LATER)

    assert behind.source in taken()


def test_a_hint_that_comes_meanwhile_makes_its_source_due_again(resting, simulator):
    hinted = LATER + timedelta(seconds=3)
    cursor = resting[1]
    HarvestCursor.objects.filter(pk=cursor.pk).update(hinted_at=hinted)

    assert taken() == []

    cursor.refresh_from_db()
    assert cursor.next_at == hinted


def test_more_than_a_hundred_take_a_request_for_each_hundred(resting, simulator):
    pattern = resting[0]
    HarvestCursor.objects.exclude(pk=pattern.pk).delete()
    for number in range(1001, 1121):
        told = registered(number)
        HarvestCursor.objects.filter(pk=told.pk).update(
            cursor=pattern.cursor, swept_at=NOW, next_at=NOW
        )

    # They share the id of one that is known, which is another one's: each is harvested.
    assert len(taken(limit=200)) == 120
    assert [len(one.body["variables"]["ids"]) for one in simulator.requests] == [100, 21]


@pytest.mark.usefixtures("committed_db")
def test_two_ticks_at_once_ask_once(resting, simulator):
    found = at_once(taken, taken)

    assert found == [[], []]
    asked = [one.body["variables"]["ids"] for one in simulator.requests]
    assert sum(len(ids) for ids in asked) == COUNT
