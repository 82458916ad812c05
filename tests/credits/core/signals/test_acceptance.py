"""One another, one hand, one house: each with its honest way out."""

from credits.core.signals import find_signals, survey_of
from tests.accepted_items import NAMES, items, others


def names_found(person, history, **more):
    return {signal.name for signal in find_signals(person, survey_of(history, **more), NAMES)}


def sentence(name, history, **more):
    signals = find_signals(1, survey_of(history, **more), NAMES)
    return next(signal for signal in signals if signal.name == name)


def test_reciprocity_names_those_who_accept_one_another():
    own = [*items(6, 1, 2), *items(3, 1, 3), *items(3, 1, 9)]
    history = [*own, *items(2, 2, 1), *items(1, 3, 1), *others()]

    signal = sentence("reciprocity", history)

    assert (signal.hits, signal.count, signal.value, signal.people) == (9, 12, 0.75, (2, 3))
    assert signal.en == (
        "9 of 12 contributions were accepted only by people whose contributions you accept too:"
        " wang, sun"
    )
    assert signal.zh == "12 项贡献中，9 项只由与你互相接受贡献的人接受：wang、sun"


def test_reciprocity_needs_eight_contributions_and_three_fifths():
    partner = [*items(1, 2, 1), *others()]

    assert "reciprocity" not in names_found(1, [*items(7, 1, 2), *partner])
    assert "reciprocity" in names_found(1, [*items(8, 1, 2), *partner])
    assert "reciprocity" in names_found(1, [*items(6, 1, 2), *items(4, 1, 9), *partner])
    assert "reciprocity" not in names_found(1, [*items(5, 1, 2), *items(4, 1, 9), *partner])


def test_maintainers_who_accept_everybody_s_work_accept_each_other_s_too():
    trade = [*items(10, 1, 2), *items(3, 2, 1)]

    assert "reciprocity" not in names_found(1, [*trade, *others(16), *others(4, 2)])
    assert "reciprocity" in names_found(1, [*trade, *others(17), *others(3, 2)])


def test_of_a_project_without_anybody_else_nothing_can_be_told():
    trade = [*items(10, 1, 2), *items(3, 2, 1)]

    assert "reciprocity" not in names_found(1, [*trade, *others(7)])
    assert "reciprocity" in names_found(1, [*trade, *others(8)])


def test_one_independent_look_is_enough():
    assert "reciprocity" not in names_found(1, [*items(10, 1, 2, 9), *items(3, 2, 1), *others()])


def test_one_hand_that_accepts_little_else_is_named():
    signal = sentence("one_hand", [*items(9, 1, 2), *items(1, 1, 9), *others()])

    assert (signal.hits, signal.count, signal.people) == (9, 10, (2,))
    assert "wang alone" in signal.en


def test_who_alone_looks_after_a_project_is_no_signal():
    assert "one_hand" not in names_found(1, [*items(10, 1, 2), *others(16), *others(4, 2)])
    assert "one_hand" not in names_found(1, items(10, 1, 2))


def test_two_hands_are_not_one():
    history = [*items(6, 1, 2), *items(6, 1, 3), *items(6, 1, 2, 3), *others()]

    assert "one_hand" not in names_found(1, history)


def test_one_house_in_a_project_of_others_is_named():
    houses = {who: frozenset({7}) for who in (1, 2, 3)}
    history = [*items(5, 1, 2), *items(5, 1, 3), *others()]

    signal = sentence("one_house", history, houses=houses)

    assert (signal.hits, signal.count, signal.people) == (10, 10, (2, 3))


def test_a_laboratory_in_its_own_project_is_no_signal():
    houses = {who: frozenset({7}) for who in (1, 2, 3)}
    history = [*items(5, 1, 2), *items(5, 1, 3), *others(16), *others(4, 3)]

    assert "one_house" not in names_found(1, history, houses=houses)


def test_whose_institution_is_not_known_has_no_house():
    assert "one_house" not in names_found(1, [*items(5, 1, 2), *items(5, 1, 3), *others()])
