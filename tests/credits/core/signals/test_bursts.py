"""A burst is far more than a person's own days, and than everybody's day."""

import pytest

from credits.core.signals import find_signals, survey_of
from credits.core.signals.bursts import _chance
from tests.accepted_items import NAMES, item, items, others


def burst(history):
    signals = find_signals(1, survey_of(history), NAMES)
    return next((signal for signal in signals if signal.name == "burst"), None)


def days(*which, often=14):
    return [item(1, 9, day=day) for day in which for _ in range(often)]


def test_two_days_of_fourteen_in_quiet_months_are_a_burst():
    signal = burst([*items(3, 1, 9), *days(60, 70)])

    assert (signal.value, signal.hits, signal.count) == (14.0, 28, 31)
    assert signal.en == (
        "14 contributions were accepted on 2026-07-31, when a usual day of yours has 0, and one"
        " more such day"
    )
    assert signal.zh == (
        "2026-07-31 一天有 14 项贡献被接受，而你平时一天为 0 项；另有 1 天也是如此"
    )


def test_one_day_may_be_anything():
    assert burst([*items(3, 1, 9), *days(60)]) is None


def test_nine_in_a_day_are_none():
    assert burst([*items(3, 1, 9), *days(60, 70, often=9)]) is None


def test_who_does_as_much_every_day_has_none():
    usual = [item(1, 9, day=day) for day in range(100) for _ in range(6)]

    assert burst([*usual, *days(101, 102, often=11)]) is None


def test_what_was_before_the_first_day_is_not_known_rather_than_quiet():
    usual = [item(100 + day % 30, 9, day=day) for day in range(60) for _ in range(8)]

    assert burst([*usual, *days(3, 5)]) is not None


def test_sprints_of_everybody_are_nobodys_burst():
    sprints = [item(100 + who, 9, day=day) for day in (60, 70) for who in range(8) for _ in "abc"]

    assert burst([*days(60, 70), *sprints]) is None


def test_evenings_of_those_who_accept_one_another_excuse_none_of_them():
    trade = [item(who, 3 - who, day=day) for day in (60, 70) for who in (1, 2) for _ in range(14)]

    assert burst([*trade, *others()]) is not None


def test_several_days_are_told():
    assert "and 2 more such days" in burst(days(20, 60, 70)).en


@pytest.mark.parametrize(
    ("found", "expected", "chance"), [(10, 1.0, 1.114e-7), (10, 2.0, 4.65e-5), (13, 3.0, 1.6e-5)]
)
def test_the_chance_is_that_of_poisson(found, expected, chance):
    assert _chance(found, expected) == pytest.approx(chance, rel=0.05)


def test_what_is_expected_is_no_surprise():
    assert _chance(5, 5.0) == 1.0
    assert _chance(2_000, 1_000.0) < 1e-100
