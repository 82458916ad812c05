"""What the worker does for harvests: wake what is due, and read what it is sent."""

from datetime import timedelta

import pytest
from celery.contrib.testing.app import TestApp, setup_default_app
from django.utils import timezone

from harvesters.budget import Budget
from harvesters.forge import RepositoryRecord
from harvesters.models import Contribution, HarvestCursor, Heartbeat, RateBudget, WebhookDelivery
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.shared_budget import SharedBudget
from harvesters.sources import open_forge
from harvesters.tasks import SOURCES_PER_TICK, forget_old, harvest, tick
from tests.repositories import GitRepository

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    """What the tasks send, in the memory of this process."""
    app = TestApp(broker="memory://")
    with setup_default_app(app), app.connection_for_read() as connection:
        app.set_current()
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        queue.clear()
        yield queue
        queue.close()


def sent(queue):
    """The arguments of the messages that wait, oldest first."""
    found = []
    while True:
        try:
            message = queue.get_nowait()
        except queue.Empty:
            return found
        message.ack()
        found.append(tuple(message.payload[0]))


def registered(source, now, external_id="7"):
    return register_source(source, RepositoryRecord("git", external_id, "lab/vision"), now=now)


@pytest.fixture
def cursor(tmp_path):
    """A registered repository of three commits."""
    repository = GitRepository.at(tmp_path / "vision")
    repository.grow(3)
    now = timezone.now()
    source = f"git:{repository.folder}"
    forge, path = open_forge(source, now=now)
    return register_source(source, forge.find_repository(path), now=now)


def test_a_tick_sends_each_due_source_once_with_its_lease(cursor, queue):
    assert tick() == 1
    assert tick() == 0

    cursor.refresh_from_db()
    assert sent(queue) == [(cursor.pk, cursor.fence)]
    assert cursor.lease_until > timezone.now()


def test_a_tick_proves_that_beat_and_worker_are_alive(queue):
    before = timezone.now()

    assert tick() == 0

    assert Heartbeat.objects.get(name="tick").beaten_at >= before


def test_a_tick_takes_no_more_than_workers_can_begin(queue):
    for number in range(SOURCES_PER_TICK + 5):
        registered(f"git:/lab/{number}", timezone.now())

    assert (tick(), tick()) == (SOURCES_PER_TICK, 5)


def test_a_lost_message_is_sent_again_when_the_lease_ends(cursor, queue):
    tick()
    lost = sent(queue)
    HarvestCursor.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    tick()

    assert sent(queue) == [(cursor.pk, lost[0][1] + 1)]


def test_a_message_harvests_its_source_and_says_how_much_was_written(cursor):
    leased = lease_source(cursor, now=timezone.now())

    assert harvest(leased.pk, leased.fence) == 3
    assert Contribution.objects.count() == 3


def test_a_message_of_a_lease_that_was_taken_over_does_nothing(cursor):
    leased = lease_source(cursor, now=timezone.now())

    assert harvest(leased.pk, leased.fence - 1) == 0
    assert harvest(leased.pk + 1, leased.fence) == 0
    assert not Contribution.objects.exists()


def test_a_message_twice_writes_once(cursor):
    leased = lease_source(cursor, now=timezone.now())

    assert [harvest(leased.pk, leased.fence) for _ in range(2)] == [3, 0]


def test_a_source_that_fails_leaves_its_message_and_the_worker_goes_on(tmp_path):
    now = timezone.now()
    leased = lease_source(registered(f"git:{tmp_path / 'gone'}", now), now=now)

    assert harvest(leased.pk, leased.fence) == 0

    leased.refresh_from_db()
    assert "There is no folder" in leased.error
    assert leased.lease_until is None


def test_deliveries_of_last_month_and_budgets_of_last_week_are_forgotten():
    for days in (7, 0):
        told = Budget(timezone.now() - timedelta(days=days))
        SharedBudget("api.github.com", f"token-{days}").note("rest", told)
    for days in (31, 29):
        received_at = timezone.now() - timedelta(days=days)
        WebhookDelivery.objects.create(
            forge="github", delivery_id=days, digest=days, received_at=received_at
        )

    assert forget_old() == 2
    assert WebhookDelivery.objects.get().delivery_id == "29"
    assert RateBudget.objects.count() == 1
