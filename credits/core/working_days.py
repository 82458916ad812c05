"""Working days: when an answer is due.

Saturdays and Sundays are free. Holidays are not known here: they differ by country and campus,
and China moves working days to weekends by a yearly notice.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

A_WEEK, WORKING = 7, 5
"""Days of a week, and how many of them are working days."""


def is_working_day(day: date) -> bool:
    """Whether ``day`` is one of Monday to Friday."""
    return day.weekday() < WORKING


def add_working_days(day: date, count: int) -> date:
    """The working day that comes ``count`` working days after ``day``, which is not counted.

    From a weekend on, Monday is the first.
    """
    weeks, rest = divmod(count, WORKING)
    if not is_working_day(day):
        day -= timedelta(days=day.weekday() - (WORKING - 1))
    beyond = day.weekday() + rest
    weekend = A_WEEK - WORKING if beyond >= WORKING else 0
    return day + timedelta(days=weeks * A_WEEK + rest + weekend)


def due_at(since: datetime, working_days: int, zone: tzinfo = UTC) -> datetime:
    """The last second of the day on which what came in at ``since`` is due.

    Days are those of ``zone``: UTC unless somebody's own is told.
    """
    day = add_working_days(since.astimezone(zone).date(), working_days)
    return datetime.combine(day, time(23, 59, 59), zone)
