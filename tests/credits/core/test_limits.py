"""Each kind of limit takes what it says, and no more."""

from datetime import timedelta

import pytest

from credits.core.limits import Entry, Part, apply_limits
from credits.core.periods import day_of
from credits.core.rules import Limit, LimitKind, Period
from credits.core.texts import Text
from tests.scored_histories import CHEN, LI, START, WANG

MONDAY = START + timedelta(days=6)
TEXT = Text("Limited", "上限")


def limit(kind, per="month", **numbers):
    return Limit("cut", LimitKind(kind), Period(per), TEXT, "reasoned", **numbers)


def entry(*points, day=0, order=1, person=LI, category="code", rules=("code",), counterpart=0):
    moment = MONDAY + timedelta(days=day)
    parts = [Part(order * 10 + n, given, []) for n, given in enumerate(points)]
    return Entry(person, day_of(moment), moment, order, category, rules, counterpart, parts)


def left(entries, *limits):
    apply_limits(entries, limits)
    return [[part.points for part in one.parts] for one in entries]


DECAY = {"steps": ((1, 100), (2, 50)), "rest": 10}


def test_decay_lets_the_largest_keep_the_most():
    entries = [entry(points, day=n, order=n) for n, points in enumerate([100, 400, 300, 200])]

    assert left(entries, limit("decay", **DECAY)) == [[10], [400], [150], [100]]
    (reason,) = entries[0].parts[0].reasons
    assert reason == ("cut", -90, {"place": 4, "percent": 10, "period": "2026-09"})


def test_among_equals_the_earlier_comes_first():
    entries = [entry(100, day=1, order=1), entry(100, order=3), entry(100, order=2)]

    assert left(entries, limit("decay", steps=((1, 100),), rest=0)) == [[0], [0], [100]]


def test_decay_looks_at_each_category_apart():
    entries = [entry(100), entry(100, order=2, category="docs")]

    assert left(entries, limit("decay", **DECAY)) == [[100], [100]]


def test_decay_cuts_a_work_item_once_and_not_each_of_its_parts():
    entries = [entry(9_000), entry(3, 3, 3, order=2)]

    assert left(entries, limit("decay", **DECAY)) == [[9_000], [2, 1, 1]]


def test_a_first_step_below_a_hundred_takes_from_a_single_item():
    assert left([entry(100)], limit("decay", steps=((1, 80),), rest=0)) == [[80]]


def test_items_beyond_the_most_do_not_count():
    entries = [entry(points, order=n) for n, points in enumerate([100, 50, 50, 400])]

    assert left(entries, limit("items", "day", most=2)) == [[100], [0], [0], [400]]
    assert entries[1].parts[0].reasons == [
        ("cut", -50, {"place": 3, "most": 2, "period": "2026-09-07"})
    ]


def test_points_are_spent_in_the_order_of_time():
    entries = [entry(300, day=2), entry(200, 100, day=1, order=2), entry(250, day=0, order=3)]

    assert left(entries, limit("points", "week", most=500)) == [[0], [200, 50], [250]]
    assert entries[0].parts[0].reasons == [
        ("cut", -300, {"most": "0.5", "sum": "0.85", "period": "2026-W37"})
    ]


def test_points_below_the_most_are_left_alone():
    entries = [entry(300), entry(200, order=2)]

    assert left(entries, limit("points", most=500)) == [[300], [200]]
    assert not entries[0].parts[0].reasons


def test_what_is_earned_with_one_other_person_is_a_share_of_the_whole():
    entries = [
        entry(6_000, counterpart=WANG),
        entry(2_000, day=1, order=2, counterpart=WANG),
        entry(2_000, day=2, order=3, counterpart=CHEN),
    ]

    assert left(entries, limit("share", most=30, above=1_000)) == [[3_000], [0], [2_000]]
    assert entries[0].parts[0].reasons[0].inputs == {
        "percent": 30,
        "most": "3",
        "sum": "8",
        "whole": "10",
        "period": "2026-09",
    }


def test_a_share_leaves_a_few_points_in_any_case():
    entries = [entry(6_000, counterpart=WANG)]

    assert left(entries, limit("share", most=30, above=4_000)) == [[4_000]]


def test_what_has_no_counterpart_is_no_share():
    assert left([entry(9_000)], limit("share", most=30, above=1_000)) == [[9_000]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"of": frozenset({"code"})}, [[0], [100]]),
        ({"rules": frozenset({"small"})}, [[100], [0]]),
        ({"of": frozenset({"code"}), "rules": frozenset({"small"})}, [[100], [100]]),
        ({}, [[0], [0]]),
    ],
    ids=["category", "rule", "both", "all"],
)
def test_a_limit_looks_at_what_it_names(names, expected):
    entries = [entry(100), entry(100, order=2, category="docs", rules=("docs", "small"))]

    assert left(entries, limit("items", most=0, **names)) == expected


@pytest.mark.parametrize(("per", "days"), [("day", 1), ("week", 7), ("month", 21)])
def test_the_next_period_is_counted_apart(per, days):
    entries = [entry(100), entry(100, day=days, order=2)]

    assert left(entries, limit("items", per, most=1)) == [[100], [100]]


def test_people_are_counted_apart():
    assert left([entry(100), entry(100, person=WANG)], limit("items", most=1)) == [[100], [100]]


def test_each_limit_looks_at_what_the_former_left():
    entries = [entry(100), entry(100, order=2), entry(100, order=3)]

    first, second = limit("items", most=2), limit("points", most=150)

    assert left(entries, first, second) == [[100], [50], [0]]
    assert [len(one.parts[0].reasons) for one in entries] == [0, 1, 1]


def test_what_takes_points_is_neither_limited_nor_counted_against_the_others():
    entries = [entry(-500), entry(300, order=2), entry(300, order=3)]

    assert left(entries, limit("points", most=400)) == [[-500], [300], [100]]
