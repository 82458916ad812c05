"""Working days are Monday to Friday, and an answer is due at the end of one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.working_days import add_working_days, due_at, is_working_day

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
COUNTS = st.integers(0, 300)


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 23), 10, date(2026, 12, 7)),  # Monday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # Saturday
        (date(2026, 11, 29), 10, date(2026, 12, 11)),  # Sunday
        (date(2026, 11, 25), 3, date(2026, 11, 30)),  # Wednesday
    ],
)
def test_days_of_the_calendar(day, count, due):
    assert add_working_days(day, count) == due


@given(DAYS, st.integers(1, 300))
def test_as_many_working_days_lie_between_as_were_asked_for(day, count):
    due = add_working_days(day, count)
    between = [day + timedelta(days=step) for step in range(1, (due - day).days + 1)]

    assert is_working_day(due)
    assert sum(map(is_working_day, between)) == count


@given(DAYS, COUNTS, COUNTS)
def test_days_add_up_in_two_steps_as_in_one(day, first, second):
    assert add_working_days(add_working_days(day, first), second) == add_working_days(
        day, first + second
    )


@given(DAYS, st.integers(1, 300))
def test_who_comes_later_is_never_due_earlier(day, count):
    assert add_working_days(day, count) <= add_working_days(day + timedelta(days=1), count)


def test_an_answer_is_due_at_the_end_of_the_day_in_the_zone_that_is_told():
    since = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # Thursday; Friday in Shanghai.

    assert due_at(since, 1) == datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC)
    shanghai = due_at(since, 1, ZoneInfo("Asia/Shanghai"))
    assert shanghai.isoformat() == "2026-11-30T23:59:59+08:00"
