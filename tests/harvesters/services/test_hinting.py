"""Hints make a sweep due, once, and nothing else."""

from datetime import timedelta

import pytest

from harvesters.forge import RepositoryRecord
from harvesters.models import HarvestCursor, WebhookDelivery
from harvesters.services.harvesting import register_source
from harvesters.services.hinting import (
    REMEMBERED_FOR,
    SPACING,
    forget_deliveries,
    take_hint,
)
from harvesters.services.leasing import SWEEP_EVERY, lease_source
from harvesters.webhooks import Hint, Subject
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.deliveries import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=40)
VISION = Subject("github.com", "7")


def hint(number: int, subject: Subject | None = VISION, digest: str = "") -> Hint:
    return Hint(f"delivery-{number}", digest or f"{number:064x}", subject)


@pytest.fixture
def cursor():
    """A source that was swept just now and sleeps for forty minutes."""
    return asleep("github:lab/vision", RepositoryRecord("github.com", "7", "lab/vision"))


def asleep(source, record):
    found = register_source(source, record, now=NOW)
    HarvestCursor.objects.filter(pk=found.pk).update(next_at=LATER, swept_at=NOW)
    found.refresh_from_db()
    return found


def next_at(cursor):
    cursor.refresh_from_db()
    return cursor.next_at


def test_a_hint_makes_the_source_due_and_changes_nothing_else(cursor):
    before = HarvestCursor.objects.values().get()

    assert take_hint("github", hint(1), now=NOW)

    assert HarvestCursor.objects.values().get() == {**before, "next_at": NOW, "hinted_at": NOW}


def test_a_repetition_does_nothing(cursor):
    take_hint("github", hint(1), now=NOW)
    HarvestCursor.objects.update(next_at=LATER, hinted_at=None)

    assert not take_hint("github", hint(1), now=NOW)
    assert not take_hint("github", hint(1, digest="f" * 64), now=NOW)
    assert not take_hint("github", hint(2, digest=f"{1:064x}"), now=NOW), "under another id"
    assert next_at(cursor) == LATER


def test_two_forges_may_give_the_same_id(cursor):
    take_hint("gitea", hint(1, None), now=NOW)

    assert take_hint("github", hint(1), now=NOW)


@pytest.mark.parametrize(
    "subject",
    [None, Subject("github.com", "8"), Subject("gitlab.com", "7"), Subject("", "", ())],
    ids=["none", "another repository", "another host", "nothing"],
)
def test_what_is_not_ours_wakes_nobody_and_is_remembered(cursor, subject):
    assert not take_hint("github", hint(1, subject), now=NOW)

    assert next_at(cursor) == LATER
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.parametrize("path", ["lab/gpt2", "models/lab/gpt2"])
def test_a_repository_on_hugging_face_is_found_by_its_name_also(path):
    cursor = asleep("huggingface:lab/gpt2", RepositoryRecord("huggingface.co", path, path))
    named = Subject("huggingface.co", "6" * 24, ("lab/gpt2", "models/lab/gpt2"))

    assert take_hint("huggingface", hint(1, named), now=NOW)

    assert next_at(cursor) == NOW


def test_a_flood_makes_one_sweep_due_and_the_next_a_minute_later(cursor):
    numbers = iter(range(1_000))
    woken = [take_hint("github", hint(next(numbers)), now=NOW) for _ in range(50)]
    assert woken == [True] + [False] * 49

    HarvestCursor.objects.update(next_at=NOW + SWEEP_EVERY)
    moments = [NOW + timedelta(seconds=second) for second in range(1, 50)]
    assert not any(take_hint("github", hint(next(numbers)), now=moment) for moment in moments)
    assert next_at(cursor) == NOW + SPACING

    HarvestCursor.objects.update(next_at=NOW + SWEEP_EVERY)
    assert take_hint("github", hint(next(numbers)), now=NOW + 2 * SPACING)


def test_a_source_that_is_due_already_stays_as_due_as_it_is(cursor):
    earlier = NOW - timedelta(minutes=3)
    HarvestCursor.objects.update(next_at=earlier)

    take_hint("github", hint(1), now=NOW)

    assert next_at(cursor) == earlier


def test_a_source_that_is_never_read_is_not_woken(cursor):
    HarvestCursor.objects.update(next_at=None)

    assert not take_hint("github", hint(1), now=NOW)
    assert next_at(cursor) is None


def test_a_source_that_failed_is_not_tried_more_often_than_every_minute(cursor):
    tries = set()
    for second in range(0, 300, 3):
        take_hint("github", hint(second), now=NOW + timedelta(seconds=second))
        if next_at(cursor) <= NOW + timedelta(seconds=second):
            tries.add(second)
            HarvestCursor.objects.update(next_at=NOW + timedelta(hours=9))

    assert sorted(tries) == [0, 60, 120, 180, 240]


def test_a_source_whose_forge_asked_us_to_wait_goes_on_waiting(cursor):
    HarvestCursor.objects.update(is_waiting=True)

    assert not take_hint("github", hint(1), now=NOW)
    assert next_at(cursor) == LATER


def test_a_source_that_is_being_read_keeps_its_lease(cursor):
    leased = lease_source(cursor, now=NOW)

    take_hint("github", hint(1), now=NOW)

    cursor.refresh_from_db()
    assert (cursor.fence, cursor.lease_until) == (leased.fence, leased.lease_until)


def test_every_source_of_the_repository_is_woken(cursor):
    other = asleep("github:lab/eyes", RepositoryRecord("github.com", "7", "lab/eyes"))

    take_hint("github", hint(1), now=NOW)

    assert [next_at(cursor), next_at(other)] == [NOW, NOW]


def test_deliveries_are_forgotten_after_thirty_days():
    take_hint("github", hint(1), now=NOW)
    take_hint("github", hint(2), now=NOW + timedelta(days=1))

    assert forget_deliveries(now=NOW + REMEMBERED_FOR) == 0
    assert forget_deliveries(now=NOW + REMEMBERED_FOR + timedelta(seconds=1)) == 1
    assert WebhookDelivery.objects.get().delivery_id == "delivery-2"


def test_the_same_delivery_eight_times_at_once_counts_once(committed_db):
    cursor = asleep("github:lab/vision", RepositoryRecord("github.com", "7", "lab/vision"))

    told = at_once(*[lambda: take_hint("github", hint(1), now=NOW)] * 8)

    assert sorted(told) == [False] * 7 + [True]
    assert next_at(cursor) == NOW


def test_eight_deliveries_at_once_make_one_sweep_due(committed_db):
    cursor = asleep("github:lab/vision", RepositoryRecord("github.com", "7", "lab/vision"))
    moments = [NOW + timedelta(milliseconds=number) for number in range(8)]

    at_once(
        *[
            lambda number=number, moment=moment: take_hint("github", hint(number), now=moment)
            for number, moment in enumerate(moments)
        ]
    )

    assert next_at(cursor) in moments
    assert WebhookDelivery.objects.count() == 8
