"""Harvesting: leases that one worker holds, pages that stand, and what happens when it stops."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from harvesters.forge import (
    ForgeBusyError,
    ForgeError,
    Gap,
    SourceNotFoundError,
)
from harvesters.models import Contribution, HarvestCursor, HarvestGap, Participation
from harvesters.services.harvesting import harvest_repository, harvest_source
from harvesters.services.leasing import (
    RETRY_AFTER,
    SWEEP_EVERY,
    SourceBusyError,
    lease_due,
    lease_source,
)
from harvesters.services.storing import LEASE, LeaseLostError
from tests.committing import *  # noqa: F403
from tests.committing import at_once, crash_while_waiting
from tests.shelf import NOW, SOURCE, THREE_PAGES, Shelf, commit, harvest, registered

pytestmark = pytest.mark.django_db


def stopped_by(error: BaseException) -> Shelf:
    """A forge that stands on two pages of three, and stops at the last."""
    return Shelf([*THREE_PAGES[:2], error])


@pytest.fixture
def cursor():
    return lease_source(registered(), now=NOW)


def test_a_harvest_reads_to_the_end_and_rests_for_an_hour(cursor):
    report = harvest(cursor, Shelf(THREE_PAGES))

    cursor.refresh_from_db()
    assert (report.new, report.changed, report.is_complete) == (5, 0, True)
    assert report.by_kind == {"commit": 5}
    assert (cursor.done_count, cursor.total_count) == (5, 5)
    assert (cursor.swept_at, cursor.next_at) == (NOW, NOW + SWEEP_EVERY)
    assert cursor.lease_until is None


def test_a_hint_that_came_while_a_source_was_read_makes_it_due_again(cursor):
    hinted = NOW + timedelta(seconds=30)

    def hint(*_):
        HarvestCursor.objects.update(hinted_at=hinted)

    harvest(cursor, Shelf(THREE_PAGES), on_page=hint)

    cursor.refresh_from_db()
    assert cursor.next_at == hinted


def test_a_hint_that_came_before_a_source_was_read_is_done_with(cursor):
    HarvestCursor.objects.update(hinted_at=NOW)

    harvest(cursor, Shelf(THREE_PAGES))

    cursor.refresh_from_db()
    assert cursor.next_at == NOW + SWEEP_EVERY


def test_the_next_harvest_begins_where_the_last_one_ended(cursor):
    harvest(cursor, Shelf(THREE_PAGES))
    forge = Shelf([*THREE_PAGES, [commit(6)]])

    report = harvest(lease_source(cursor, now=NOW), forge)

    assert forge.asked == [{"page": 3}]
    assert report.new == 1


def test_every_page_prolongs_the_lease(cursor):
    hours = iter(NOW + timedelta(hours=number) for number in range(9))
    leases = []

    harvest_repository(
        cursor,
        Shelf(THREE_PAGES),
        clock=lambda: next(hours),
        on_page=lambda cursor, report: leases.append(cursor.lease_until),
    )

    assert leases == [NOW + LEASE + timedelta(hours=number) for number in range(1, 4)]


def test_after_each_page_it_is_told_how_far_the_harvest_is(cursor):
    told = []

    harvest(
        cursor,
        Shelf(THREE_PAGES),
        on_page=lambda cursor, report: told.append((cursor.done_count, report.new)),
    )

    assert told == [(2, 2), (4, 4), (5, 5)]


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(1)])
def test_a_stop_keeps_the_pages_that_are_stored_and_gives_the_lease_back(cursor, stop):
    with pytest.raises(type(stop)):
        harvest(cursor, stopped_by(stop))

    cursor.refresh_from_db()
    assert Contribution.objects.count() == 4
    assert (cursor.lease_until, cursor.next_at, cursor.error) == (None, NOW, "")
    assert cursor.swept_at is None
    assert harvest(lease_source(cursor, now=NOW), Shelf(THREE_PAGES)).new == 1


def test_a_fault_of_ours_is_named_and_tried_again_after_a_while(cursor):
    with pytest.raises(ZeroDivisionError):
        harvest(cursor, stopped_by(ZeroDivisionError("secret")))

    cursor.refresh_from_db()
    assert (
        cursor.error == "An unexpected ZeroDivisionError stopped this harvest; it is tried again."
    )
    assert (cursor.lease_until, cursor.next_at) == (None, NOW + RETRY_AFTER)
    assert Contribution.objects.count() == 4


@pytest.mark.parametrize(
    ("told", "next_at"),
    [(NOW + timedelta(minutes=42), NOW + timedelta(minutes=42)), (None, NOW + RETRY_AFTER)],
)
def test_a_forge_that_asks_us_to_wait_is_asked_again_then(cursor, told, next_at):
    report = harvest(cursor, stopped_by(ForgeBusyError("Rate limit.", retry_at=told)))

    cursor.refresh_from_db()
    assert (report.is_complete, report.new) == (False, 4)
    assert (report.message, report.retry_at) == ("Rate limit.", next_at)
    assert (cursor.next_at, cursor.error) == (next_at, "Rate limit.")
    assert (cursor.lease_until, cursor.swept_at) == (None, None)


def test_what_the_forge_refuses_is_kept_on_the_cursor_and_raised(cursor):
    with pytest.raises(SourceNotFoundError):
        harvest(cursor, stopped_by(SourceNotFoundError("Gone\0.")))

    cursor.refresh_from_db()
    assert cursor.error == "Gone."
    assert (cursor.lease_until, cursor.next_at) == (None, NOW + SWEEP_EVERY)


def test_a_harvest_that_goes_well_again_forgets_the_error(cursor):
    with pytest.raises(ForgeError):
        harvest(cursor, stopped_by(ForgeError("Once.")))

    harvest(lease_source(cursor, now=NOW), Shelf(THREE_PAGES))

    cursor.refresh_from_db()
    assert cursor.error == ""


def test_a_source_that_cannot_be_opened_says_so_on_its_cursor(tmp_path):
    leased = lease_source(registered(f"git:{tmp_path / 'gone'}"), now=NOW)

    with pytest.raises(SourceNotFoundError):
        harvest_source(leased, clock=lambda: NOW)

    leased.refresh_from_db()
    assert "There is no folder" in leased.error
    assert leased.lease_until is None


def test_a_source_without_a_repository_asks_to_be_registered_again():
    bare = HarvestCursor.objects.create(source=SOURCE, next_at=NOW)

    with pytest.raises(ForgeError, match="register it again"):
        harvest(lease_source(bare, now=NOW), Shelf(THREE_PAGES))


def test_a_gap_is_kept_once(cursor):
    gap = Gap("commit 0abc", "its date cannot be told")
    report = harvest(cursor, Shelf(THREE_PAGES, gaps=[gap]))

    assert report.gaps == [("commit 0abc", "its date cannot be told")] * 3
    assert HarvestGap.objects.get().subject == gap.subject


# Since when


def test_what_happened_before_the_asked_day_is_left_out_but_counted_as_read():
    cursor = lease_source(registered(since=datetime(2026, 10, 4, tzinfo=UTC)), now=NOW)

    report = harvest(cursor, Shelf(THREE_PAGES))

    assert report.new == 2
    assert (cursor.done_count, cursor.total_count) == (5, 5)


@pytest.mark.parametrize("since", [None, datetime(2026, 10, 2, tzinfo=UTC)])
def test_asking_for_more_history_reads_it_from_the_start_and_doubles_nothing(since):
    had = datetime(2026, 10, 4, tzinfo=UTC)
    harvest(lease_source(registered(since=had), now=NOW), Shelf(THREE_PAGES))

    again = registered(since=since)
    report = harvest(lease_source(again, now=NOW), Shelf(THREE_PAGES))

    first = 1 if since is None else 2
    assert (again.cursor, again.since) == ({}, since)
    assert report.new == 6 - first - 2
    assert Contribution.objects.count() == 6 - first


@pytest.mark.parametrize("since", [None, datetime(2026, 10, 2, tzinfo=UTC)])
def test_asking_for_less_or_as_much_changes_nothing(since):
    harvest(lease_source(registered(since=since), now=NOW), Shelf(THREE_PAGES))

    again = registered(since=since or datetime(2026, 10, 4, tzinfo=UTC))

    assert (again.cursor, again.since) == ({"page": 3}, since)


def test_asking_for_more_history_ends_the_lease_of_a_worker_that_is_at_less():
    worker = lease_source(registered(since=datetime(2026, 10, 4, tzinfo=UTC)), now=NOW)

    registered(since=None)

    with pytest.raises(LeaseLostError):
        harvest(worker, Shelf(THREE_PAGES))
    assert HarvestCursor.objects.get().cursor == {}


# Leases


def test_a_source_is_leased_when_its_time_has_come_and_nobody_holds_it():
    due, held, later = (registered(f"git:/lab/{name}") for name in ("due", "held", "later"))
    lease_source(held, now=NOW)
    HarvestCursor.objects.filter(pk=later.pk).update(next_at=NOW + timedelta(seconds=1))

    assert [one.pk for one in lease_due(now=NOW, limit=9)] == [due.pk]
    assert lease_due(now=NOW, limit=9) == []


def test_those_that_wait_longest_come_first_and_no_more_than_asked_for():
    for number in (2, 1, 3):
        waiting = registered(f"git:/lab/{number}")
        waiting.next_at = NOW - timedelta(hours=number)
        waiting.save()

    assert [one.source[-1] for one in lease_due(now=NOW, limit=2)] == ["3", "2"]


def test_a_source_that_is_held_is_refused_until_the_lease_ends(cursor):
    with pytest.raises(SourceBusyError, match="Another worker harvests this source"):
        lease_source(cursor, now=NOW + LEASE - timedelta(seconds=1))

    assert lease_source(cursor, now=NOW + LEASE).fence == cursor.fence + 1


def test_a_worker_whose_lease_was_taken_over_stores_nothing_more(cursor):
    successor = lease_source(cursor, now=NOW + LEASE)

    with pytest.raises(LeaseLostError):
        harvest(cursor, Shelf(THREE_PAGES))

    successor.refresh_from_db()
    assert not Contribution.objects.exists()
    assert successor.lease_until == NOW + LEASE + LEASE
    assert successor.error == ""


@pytest.mark.django_db(transaction=True)
def test_workers_that_wake_at_once_take_different_sources(committed_db):
    for number in range(6):
        registered(f"git:/lab/{number}")

    taken = at_once(*[lambda: lease_due(now=NOW, limit=2)] * 3)

    sources = [cursor.source for cursors in taken for cursor in cursors]
    assert len(sources) == len(set(sources)) == 6


@pytest.mark.django_db(transaction=True)
def test_one_source_goes_to_one_of_many_that_ask_at_once(committed_db):
    cursor = registered()

    outcomes = at_once(*[lambda: lease_source(cursor, now=NOW)] * 4)

    refused = [one for one in outcomes if isinstance(one, SourceBusyError)]
    assert (len(outcomes), len(refused)) == (4, 3)
    assert HarvestCursor.objects.get().fence == 1


@pytest.mark.django_db(transaction=True)
def test_a_harvest_that_dies_in_a_page_leaves_whole_pages_and_is_finished_by_another(
    committed_db,
):
    cursor = lease_source(registered(), now=NOW)
    harvest(cursor, Shelf(THREE_PAGES[:1]))
    doomed = lease_source(cursor, now=NOW)

    # The contributions of the second page are written when its people are waited for.
    crash_while_waiting(
        lambda: harvest(doomed, Shelf(THREE_PAGES)),
        lock=f"LOCK TABLE {Participation._meta.db_table} IN ACCESS EXCLUSIVE MODE",
    )

    left = HarvestCursor.objects.get()
    assert (left.cursor, left.done_count) == ({"page": 1}, 2)
    assert Contribution.objects.count() == Participation.objects.count() == 2
    successor = lease_source(left, now=NOW + LEASE)
    harvest_repository(successor, Shelf(THREE_PAGES), clock=lambda: NOW + LEASE)
    assert Contribution.objects.count() == Participation.objects.count() == 5


def test_a_page_costs_the_same_number_of_queries_whatever_its_size(cursor):
    pages = [[], [commit(1)], [commit(number) for number in range(2, 31)]]
    queries = []

    with CaptureQueriesContext(connection) as captured:
        harvest(cursor, Shelf(pages), on_page=lambda *_: queries.append(len(captured)))

    empty, one, many = queries
    assert one - empty == many - one
