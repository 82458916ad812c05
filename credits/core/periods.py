"""Days, weeks and months in which limits count, all of them in UTC.

A month here is made of whole ISO weeks: a week belongs to the month in which its Thursday falls,
as ISO 8601 has it for years. So a day lies in one week and a week in one month, and what is
limited by day, by week and by month never reaches over the edge of a month.
"""

from datetime import UTC, date, datetime
from functools import lru_cache

MONTHS_A_YEAR = 12
DAYS_A_WEEK = 7
THURSDAY = 4


def day_of(moment: datetime) -> int:
    """The day's number since the first day of year 1, which was a Monday."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).toordinal()


def week_of(day: int) -> int:
    """The number of the ISO week that holds ``day``."""
    return (day - 1) // DAYS_A_WEEK


@lru_cache(maxsize=16_384)
def month_of(week: int) -> int:
    """The number of the month that holds ``week``: the year times twelve, and January is 0."""
    thursday = date.fromordinal(week * DAYS_A_WEEK + THURSDAY)
    return thursday.year * MONTHS_A_YEAR + thursday.month - 1


def month_at(moment: datetime) -> int:
    """The number of the month that holds ``moment``."""
    return month_of(week_of(day_of(moment)))


def day_name(day: int) -> str:
    """The day as ISO 8601 writes it: 2026-11-28."""
    return date.fromordinal(day).isoformat()


def week_name(week: int) -> str:
    """The week as ISO 8601 writes it: 2026-W48."""
    year, number, _ = date.fromordinal(week * DAYS_A_WEEK + THURSDAY).isocalendar()
    return f"{year}-W{number:02}"


def month_name(month: int) -> str:
    """The month as ISO 8601 writes it: 2026-11."""
    year, number = divmod(month, MONTHS_A_YEAR)
    return f"{year}-{number + 1:02}"
