"""How long a harvest will still take, by how fast it was until now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.pace import FEWEST, LONGEST, SHORTEST, time_left

BEGAN = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def left(done, total, passed=MINUTE, begun_at=0):
    return time_left(done, total, since=BEGAN, begun_at=begun_at, now=BEGAN + passed)


@pytest.mark.parametrize(
    ("done", "total", "begun_at", "minutes"),
    [(100, 1_000, 0, 9), (500, 1_000, 400, 5), (999, 1_000, 0, 1 / 999)],
    ids=["from the start", "gone on with", "nearly done"],
)
def test_what_is_left_takes_as_long_as_what_was_read_since_it_went_on(
    done, total, begun_at, minutes
):
    assert left(done, total, begun_at=begun_at) == pytest.approx(
        minutes * MINUTE, abs=timedelta(seconds=1)
    )


@pytest.mark.parametrize(
    ("done", "total", "passed"),
    [
        (100, None, MINUTE),
        (1_000, 1_000, MINUTE),
        (1_001, 1_000, MINUTE),
        (FEWEST - 1, 1_000, MINUTE),
        (50, 10_000, MINUTE),
        (100, 1_000, SHORTEST - timedelta(seconds=1)),
        (100, 1_000, -MINUTE),
    ],
    ids=[
        "no total",
        "read",
        "more than all",
        "too few",
        "too small a part",
        "too soon",
        "a clock set back",
    ],
)
def test_where_nobody_can_tell_nothing_is_told(done, total, passed):
    assert left(done, total, passed) is None


def test_what_nobody_reads_has_no_end():
    assert time_left(100, 1_000, since=None, begun_at=0, now=BEGAN) is None


HUGE = st.integers(-(2**63), 2**63 - 1)


@given(HUGE, st.none() | HUGE, HUGE, st.timedeltas())
def test_whatever_is_stored_it_answers_within_reason(done, total, begun_at, passed):
    try:
        now = BEGAN + passed
    except OverflowError:
        return
    told = time_left(done, total, since=BEGAN, begun_at=begun_at, now=now)

    assert told is None or timedelta(0) <= told <= LONGEST


@given(st.integers(FEWEST, 99), st.integers(5, 10**6))
def test_the_more_is_read_the_sooner_it_ends(done, seconds):
    passed = timedelta(seconds=seconds)

    assert left(done + 1, 101, passed) < left(done, 101, passed) <= LONGEST
