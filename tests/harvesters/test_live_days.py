"""Live days follow from what was seen: in any order, however often, and never fewer later."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.forge import Sighting
from harvesters.live_days import VOUCHED, live_days

BEGUN = date(2026, 3, 2)

SIGHTINGS = st.lists(
    st.builds(
        lambda day, is_live: Sighting(BEGUN + timedelta(days=day), is_live),
        st.integers(0, 40),
        st.booleans(),
    ),
    max_size=40,
)


def seen(days: str) -> list[Sighting]:
    """One sign a day: ``o`` is live, ``x`` is down, and on a day of ``.`` nobody looked."""
    told = {"o": True, "x": False}
    return [
        Sighting(BEGUN + timedelta(days=number), told[sign])
        for number, sign in enumerate(days)
        if sign in told
    ]


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ("", 0),
        ("x", 0),
        ("o", 1),
        ("ooo", 3),
        ("o......o", 8),
        ("o.......o", 9),
        ("o........o", 2),
        ("o......o......o......o......o", 29),
        ("oxo", 2),
        ("o.x.o", 2),
        ("o.o.x.o.o", 6),
        ("xxooxxooxx", 4),
    ],
)
def test_days_that_are_near_each_other_vouch_for_those_between(days, count):
    assert live_days(seen(days)) == count


def as_said(sightings):
    """A day counts if it was seen live, or lies between two such days that are near each other."""
    live = {one.day for one in sightings if one.is_live}
    looked = {one.day for one in sightings}

    def counts(day):
        before = max((one for one in looked if one < day), default=None)
        behind = min((one for one in looked if one > day), default=None)
        if before is None or behind is None or day in looked:
            return day in live
        return {before, behind} <= live and behind - before <= VOUCHED

    return sum(counts(BEGUN + timedelta(days=number)) for number in range(41))


@given(SIGHTINGS)
def test_each_day_counts_that_was_seen_or_is_vouched_for(sightings):
    assert live_days(sightings) == as_said(sightings)


@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(sightings, chance):
    others = [*sightings, *chance.sample(sightings, len(sightings) // 2)]
    chance.shuffle(others)

    assert live_days(others) == live_days(sightings)


@given(SIGHTINGS)
def test_what_counts_is_never_taken_back(sightings):
    told = sorted(sightings, key=lambda one: one.day)
    counts = [live_days(told[:number]) for number in range(len(told) + 1)]

    assert counts == sorted(counts)
