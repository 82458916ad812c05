"""A burst is far more than a person's own days, and than everybody's day."""

import pytest

from credits.core.signals import find_signals, survey_of
from credits.core.signals.bursts import _chance
from tests.accepted_items import NAMES, item, items, others


def burst(history):
    signals = find_signals(1, survey_of(history), NAMES)
    return next((signal for signal in signals if signal.name == "burst"), None)


def test_fourteen_in_a_day_after_quiet_months_are_a_burst():
    signal = burst([*items(3, 1, 9), *(item(1, 9, day=60) for _ in range(14))])

    assert (signal.value, signal.hits, signal.count) == (14.0, 14, 17)
    assert signal.en == (
        "14 contributions were accepted on 2026-07-31, when a usual day of yours has 0"
    )
    assert signal.zh == "2026-07-31 一天有 14 项贡献被接受，而你平时一天为 0 项"


def test_nine_in_a_day_are_none():
    assert burst([*items(3, 1, 9), *(item(1, 9, day=60) for _ in range(9))]) is None


def test_who_does_as_much_every_day_has_none():
    history = [item(1, 9, day=day) for day in range(100) for _ in range(6)]

    assert burst([*history, *(item(1, 9, day=101) for _ in range(11))]) is None


def test_a_sprint_of_everybody_is_nobodys_burst():
    sprint = [item(100 + who, 9, day=60) for who in range(8) for _ in range(3)]

    assert burst([*(item(1, 9, day=60) for _ in range(14)), *sprint]) is None


def test_an_evening_of_those_who_accept_one_another_excuses_none_of_them():
    evening = [item(who, 3 - who, day=60) for who in (1, 2) for _ in range(14)]

    assert burst([*evening, *others()]) is not None


def test_several_days_are_told():
    days = [item(1, 9, day=day) for day in (20, 60, 70) for _ in range(12)]

    assert "and 2 more such days" in burst(days).en
    assert "and one more such day" in burst(days[:24]).en


@pytest.mark.parametrize(
    ("found", "expected", "chance"), [(10, 1.0, 1.114e-7), (10, 2.0, 4.65e-5), (13, 3.0, 1.6e-5)]
)
def test_the_chance_is_that_of_poisson(found, expected, chance):
    assert _chance(found, expected) == pytest.approx(chance, rel=0.05)


def test_what_is_expected_is_no_surprise():
    assert _chance(5, 5.0) == 1.0
    assert _chance(2_000, 1_000.0) < 1e-100
