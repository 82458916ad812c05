"""Days, weeks and months lie within each other."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.periods import (
    day_name,
    day_of,
    month_at,
    month_name,
    month_of,
    week_name,
    week_of,
)

DAYS = st.integers(8, date(9999, 12, 26).toordinal())
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a time zone


@given(DAYS)
def test_a_day_is_named_as_iso_8601_names_it(day):
    assert day_name(day) == date.fromordinal(day).isoformat()


@given(DAYS)
def test_a_week_is_that_of_iso_8601(day):
    year, week, _ = date.fromordinal(day).isocalendar()

    assert week_name(week_of(day)) == f"{year}-W{week:02}"


@given(DAYS)
def test_a_week_lies_in_one_month_that_of_its_thursday(day):
    monday = date.fromordinal(day) - timedelta(days=date.fromordinal(day).weekday())
    thursday = monday + timedelta(days=3)

    assert month_name(month_of(week_of(day))) == f"{thursday.year}-{thursday.month:02}"
    assert week_of(monday.toordinal()) == week_of(monday.toordinal() + 6) == week_of(day)


@given(DAYS)
def test_time_never_goes_back(day):
    assert week_of(day) <= week_of(day + 1) <= week_of(day) + 1
    assert month_of(week_of(day)) <= month_of(week_of(day) + 1) <= month_of(week_of(day)) + 1


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_moment_lies_in_the_same_day_whatever_zone_tells_it(moment, minutes):
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))

    assert day_of(elsewhere) == day_of(moment) == moment.toordinal()
    assert month_at(elsewhere) == month_at(moment)


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2026-08-30", "2026-08"),
        ("2026-08-31", "2026-09"),
        ("2027-01-03", "2026-12"),
        ("2027-01-04", "2027-01"),
        ("2026-01-01", "2026-01"),
        ("2025-12-29", "2026-01"),
    ],
)
def test_the_edges_of_a_month_are_those_of_a_week(day, month):
    moment = datetime.fromisoformat(f"{day}T12:00:00+00:00")

    assert month_name(month_at(moment)) == month
