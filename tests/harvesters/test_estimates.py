"""What a harvest would take, told from the first page of each list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.budget import Budget
from harvesters.estimates import (
    Estimate,
    ListEstimate,
    estimate_streams,
    time_needed,
)
from harvesters.streams import Listing, Order, Reading, Stream
from harvesters.sweep import walk

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
UP, DOWN, BY_CREATION = Order


class Played:
    """A list of items, the first of which were updated a minute apart from ``BEGUN`` on."""

    def __init__(self, count, order=UP, *, counts=True):
        self.moments = [BEGUN + timedelta(minutes=number) for number in range(count)]
        self.order = order
        self.counts = counts
        self.asked = 0

    def list(self, asked):
        self.asked += 1
        kept = self.moments
        if self.order is not DOWN and asked.since:
            kept = [moment for moment in kept if moment >= asked.since]
        kept = sorted(kept, reverse=self.order is not UP)
        start = (asked.number - 1) * asked.size
        page = kept[start : start + asked.size]
        has_more = start + asked.size < len(kept)
        return Listing(page, has_more, len(kept) if self.counts else None, seconds=0.5)

    def stream(self, name="changes", **told):
        return Stream(
            name,
            self.order,
            self.list,
            lambda _: Reading(),
            key=lambda moment: moment.isoformat(),
            updated_at=lambda moment: moment,
            created_at=(lambda moment: moment) if self.order is BY_CREATION else None,
            **told,
        )


ORDERS = pytest.mark.parametrize(
    "order", [UP, DOWN, BY_CREATION], ids=["upwards", "downwards", "by creation"]
)


@ORDERS
def test_a_list_that_counts_tells_all_by_one_request(order):
    played = Played(130, order)

    (told,) = estimate_streams([played.stream()], {}, NOW)

    assert (told.name, told.items, told.requests, told.points) == ("changes", 130, 3, 3)
    assert (told.seconds, told.is_least, played.asked) == (0.5, False, 1)


@ORDERS
def test_a_list_that_does_not_count_tells_how_many_there_are_at_least(order):
    long, short = Played(130, order, counts=False), Played(30, order, counts=False)

    streams = [long.stream("issues"), short.stream("releases")]
    told = estimate_streams(streams, {}, NOW)

    assert [(one.items, one.is_least) for one in told] == [(50, True), (30, False)]


def test_items_that_take_requests_of_their_own_are_counted_by_those_listed_first():
    stream = Played(100).stream(details=lambda moment: 4 if moment.minute % 2 else 0)

    (told,) = estimate_streams([stream], {}, NOW)

    assert told.requests == 2 + 100 * 2


def test_an_item_that_does_not_tell_what_it_takes_is_left_out_of_that():
    stream = Played(10).stream(details=lambda moment: {5: 2}[moment.minute])

    assert estimate_streams([stream], {}, NOW)[0].requests == 1 + 10 * 2


def test_an_empty_list_takes_the_request_that_shows_it():
    assert [one.requests for one in estimate_streams([Played(0).stream()], {}, NOW)] == [1]


@ORDERS
def test_after_a_sweep_only_what_was_updated_since_is_counted(order):
    played = Played(130, order)
    *_, page = walk([played.stream()], {}, NOW - HOUR)
    played.moments[:3] = [NOW - timedelta(minutes=5)] * 3

    (told,) = estimate_streams([played.stream()], page.cursor, NOW)

    # Those of the last ten minutes that the sweep knew of are looked at again.
    assert 3 <= told.items <= 3 + 12
    assert (told.requests, told.is_least) == (1, False)


def test_where_more_than_a_page_is_new_there_may_be_any_number():
    played = Played(130, DOWN)
    *_, page = walk([played.stream()], {}, NOW - HOUR)
    played.moments = [NOW] * 130

    (told,) = estimate_streams([played.stream()], page.cursor, NOW)

    assert (told.items, told.is_least) == (50, True)


@ORDERS
def test_what_is_walked_already_is_not_counted_again(order):
    played, behind = Played(230, order), Played(10, order)
    streams = [Played(5, order).stream("first"), played.stream(), behind.stream("last")]
    pages = walk(streams, {}, NOW)
    next(pages)
    next(pages)
    cursor = next(pages).cursor

    here, last = estimate_streams(streams, cursor, NOW)

    assert (here.name, last.items) == ("changes", 10)
    assert 120 <= here.items <= 181


def estimate(requests=1, points=1, seconds=1.0):
    return Estimate([ListEstimate("changes", 0, requests, points, seconds)])


def left(remaining, limit=5000, wait_until=None):
    return Budget(NOW, limit, remaining, NOW + timedelta(minutes=20), wait_until)


@pytest.mark.parametrize(
    ("points", "budget", "minutes"),
    [
        (600, None, 10),
        (600, Budget(NOW), 10),
        (600, left(5000), 10),
        (600, replace(left(0), resets_at=NOW), 10),
        (600, left(5000, wait_until=NOW + timedelta(minutes=7)), 17),
        (600, left(0), 20 + 10),
        (600, left(350), 20 + 5),
        (4950 + 600, left(0), 20 + 60 + 10 * 600 / 5550),
        (4950, left(0), 20 + 10),
    ],
    ids=[
        "no limit",
        "no window",
        "enough",
        "a window that ended",
        "a wait",
        "none left",
        "half of it left",
        "two windows",
        "one window just",
    ],
)
def test_the_time_counts_the_waits_until_the_limit_is_filled_again(points, budget, minutes):
    asked = estimate(requests=600, points=points)

    assert time_needed(asked, budget, NOW) == pytest.approx(timedelta(minutes=minutes), abs=SECOND)


SECOND = timedelta(seconds=1)


@given(
    st.integers(1, 10**6),
    st.integers(0, 10**4),
    st.integers(1, 10**4),
    st.integers(-(10**4), 10**4),
)
def test_more_to_read_never_takes_less_time(points, remaining, limit, resets_in):
    budget = Budget(NOW, limit, min(remaining, limit), NOW + timedelta(seconds=resets_in))
    less, more = (
        time_needed(estimate(count, count), budget, NOW) for count in (points, points + 1)
    )

    assert timedelta(0) < less <= more + SECOND
