"""Another's name in the commits is a signal of its own; a fixed pair is company."""

from credits.core.signals import Ground, find_signals, survey_of
from tests.accepted_items import NAMES, items


def found(history):
    return {signal.name: signal for signal in find_signals(1, survey_of(history), NAMES)}


def test_work_that_others_wrote_is_named():
    history = [*items(6, 1, 9, written_by=(4,)), *items(4, 1, 9), *items(1, 4, 9)]

    signal = found(history)["author_mismatch"]

    assert (signal.hits, signal.count, signal.value, signal.people) == (6, 10, 0.6, (4,))
    assert signal.en == "6 of 10 contributions hold commits of other accounts only: zhao"
    assert signal.zh == "10 项贡献中，6 项的提交全部出自其他账号：zhao"


def test_half_is_not_more_than_half():
    assert found([*items(5, 1, 9, written_by=(4, 5)), *items(5, 1, 9)]) == {}


def test_one_account_that_has_nothing_of_its_own_is_most_likely_a_second_one():
    assert found(items(10, 1, 9, written_by=(4,))) == {}
    two = [*items(5, 1, 9, written_by=(4,)), *items(5, 1, 9, written_by=(5,))]
    assert "author_mismatch" in found(two)


def test_who_wrote_a_part_wrote_it():
    assert found(items(10, 1, 9, written_by=(1, 4))) == {}


def test_the_same_co_authors_on_nearly_everything_are_company():
    signal = found([*items(8, 1, 9, co_authors=(3, 2)), *items(2, 1, 9)])["fixed_company"]

    assert (signal.hits, signal.people, signal.ground) == (8, (2, 3), Ground.COMPANY)


def test_changing_co_authors_are_not():
    assert found([*items(5, 1, 9, co_authors=(2,)), *items(5, 1, 9, co_authors=(3,))]) == {}
