"""Bursts: far more accepted in a day than a person's own days let expect."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median

from credits.core.signals.items import AcceptedItem, Ground, Names, Signal, listed
from credits.core.signals.survey import Survey

LEAST_A_DAY = 10
LEAST_DAYS = 2
"""One such day may be a sprint, or that on which a maintainer works off what waited."""

UNLIKELY = 1e-4
USUAL_DAYS = 90
TERMS = 500
"""The tail of a Poisson distribution beyond x + 500 is below any number that a double holds."""


def burst(
    person: int, items: Sequence[AcceptedItem], survey: Survey, _names: Names
) -> Signal | None:
    """Twice at least 10 in a day, which by one's own usual day has a chance below 1 in 10,000.

    A day on which the project accepted more of everybody, as after a sprint or when a maintainer
    works off what waited, lets expect more in proportion. Who accepts one another is not
    everybody: their evenings do not excuse each other's.
    """
    own = Counter(item.occurred_at.date() for item in items)
    busy = [day for day in sorted(own) if own[day] >= LEAST_A_DAY]
    if len(busy) < LEAST_DAYS:
        return None
    others, begin = _others_days(person, survey), min(survey.days)
    days = {day for day in busy if _chance(own[day], _expected(day, own, others, begin)) < UNLIKELY}
    if len(days) < LEAST_DAYS:
        return None
    most = max(sorted(days), key=lambda day: own[day])
    hit = [item for item in items if item.occurred_at.date() in days]
    usual = _usual(most, own, begin)
    again = len(days) - 1
    more = f"{again} more such days" if again > 1 else "one more such day"
    return Signal(
        "burst",
        Ground.TIME,
        float(own[most]),
        float(LEAST_A_DAY),
        len(hit),
        len(items),
        (),
        listed(hit),
        f"{own[most]} contributions were accepted on {most.isoformat()}, when a usual day of yours"
        f" has {usual:g}, and {more}",
        f"{most.isoformat()} 一天有 {own[most]} 项贡献被接受，而你平时一天为 {usual:g} 项"
        f"；另有 {again} 天也是如此",
    )


def _others_days(person: int, survey: Survey) -> Mapping[date, int]:
    """What was accepted on each day of people with whom ``person`` does not trade acceptance."""
    aside = {who for who in survey.items if survey.is_mutual(person, who)} | {person}
    return {
        day: sum(count for who, count in counts.items() if who not in aside)
        for day, counts in survey.days.items()
    }


def _expected(day: date, own: Mapping[date, int], others: Mapping[date, int], begin: date) -> float:
    swell = others.get(day, 0) / max(1.0, _usual(day, others, begin))
    return max(1.0, _usual(day, own, begin)) * max(1.0, swell)


def _usual(day: date, counts: Mapping[date, int], begin: date) -> float:
    """The median of the 90 days before ``day``, days without anything among them.

    What was before ``begin`` is not known; there the first 90 days that are stand for it.
    """
    first = max(begin, day - timedelta(days=USUAL_DAYS))
    period = (first + timedelta(days=after) for after in range(USUAL_DAYS + 1))
    return float(median(counts.get(known, 0) for known in period if known != day))


def _chance(found: int, expected: float) -> float:
    """How likely ``found`` or more are, where ``expected`` are usual (Poisson)."""
    if found <= expected:
        return 1.0
    return math.fsum(
        math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1))
        for k in range(found, found + TERMS)
    )
