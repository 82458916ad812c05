"""Signals need enough contributions, say whom and how many, and only two grounds open a review."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.signals import (
    FINDERS,
    GROUNDS,
    AcceptedItem,
    Ground,
    Signal,
    asks_for_review,
    find_signals,
    survey_of,
)
from credits.core.signals.items import LEAST_ITEMS, named
from tests.accepted_items import BEGUN, NAMES, item, items, others

PEOPLE = st.integers(1, 6)
ITEMS = st.lists(
    st.builds(
        AcceptedItem,
        key=st.integers(1, 10_000),
        person=PEOPLE,
        project=st.just(1),
        repository=st.just(1),
        occurred_at=st.datetimes(
            BEGUN.replace(tzinfo=None), BEGUN.replace(tzinfo=None, month=9)
        ).map(lambda moment: moment.replace(tzinfo=BEGUN.tzinfo)),
        accepted_by=st.lists(PEOPLE, max_size=3, unique=True).map(tuple),
        co_authors=st.lists(PEOPLE, max_size=2, unique=True).map(tuple),
        written_by=st.lists(PEOPLE, max_size=2, unique=True).map(tuple),
        sketch=st.sampled_from([(), tuple(range(64)), tuple(range(1, 65))]),
    ),
    max_size=60,
    unique_by=lambda one: one.key,
)


def found(person: int, history: list[AcceptedItem], **more: object) -> dict[str, Signal]:
    signals = find_signals(person, survey_of(history, **more), NAMES)
    return {signal.name: signal for signal in signals}


def test_every_signal_has_a_ground():
    assert list(FINDERS) == list(GROUNDS)


@given(ITEMS, PEOPLE)
def test_whatever_a_history_is_each_signal_is_over_its_threshold_and_shows_what_it_counts(
    history, person
):
    own = {one.key for one in history if one.person == person}

    for signal in find_signals(person, survey_of(history), NAMES):
        assert signal.value >= signal.threshold
        assert LEAST_ITEMS <= signal.count <= len(own)
        assert signal.ground is GROUNDS[signal.name]
        assert {shown.contribution for shown in signal.evidence} <= own
        assert len(signal.evidence) == signal.hits
        assert str(signal.hits) in signal.en or signal.name == "burst"
        assert signal.en != signal.zh


@given(ITEMS, PEOPLE, st.randoms(use_true_random=False))
def test_the_order_in_which_a_history_is_read_makes_no_difference(history, person, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)

    assert find_signals(person, survey_of(history), NAMES) == find_signals(
        person, survey_of(shuffled), NAMES
    )


@given(ITEMS, PEOPLE)
def test_what_was_decided_on_is_not_asked_about_again(history, person):
    survey = survey_of(history)
    before = find_signals(person, survey, NAMES)
    settled = frozenset(shown.contribution for signal in before for shown in signal.evidence)

    again = find_signals(person, survey, NAMES, settled=settled)

    assert not settled & {shown.contribution for signal in again for shown in signal.evidence}


@given(ITEMS, PEOPLE, st.sampled_from(list(FINDERS)))
def test_a_signal_that_is_switched_off_is_silent_and_the_others_are_not(history, person, name):
    survey = survey_of(history)

    left = find_signals(person, survey, NAMES, off=frozenset({name}))

    assert left == tuple(s for s in find_signals(person, survey, NAMES) if s.name != name)


def test_signals_of_one_ground_do_not_open_a_review():
    team = [*items(10, 1, 2), *items(10, 2, 1), *others()]

    signals = find_signals(1, survey_of(team), NAMES)

    assert [signal.name for signal in signals] == ["reciprocity", "one_hand"]
    assert {signal.ground for signal in signals} == {Ground.COMPANY}
    assert not asks_for_review(signals)


def test_two_grounds_open_one():
    evenings = [item(1, 2, day=day) for day in (40, 50) for _ in range(14)]
    history = [*items(4, 1, 2), *evenings, *items(10, 2, 1), *others()]

    signals = find_signals(1, survey_of(history), NAMES)

    assert {signal.ground for signal in signals} == {Ground.COMPANY, Ground.TIME}
    assert asks_for_review(signals)


def test_who_contributed_nothing_has_no_signals():
    assert found(77, others()) == {}


def test_a_history_costs_time_in_proportion_to_its_length():
    """Five hundred people with much the same code: nothing is compared with everything."""
    chance = random.Random(7)
    common = tuple(sorted(chance.sample(range(10**6), 64)))
    history = [
        item(1 + number % 500, 5001 + number % 50, day=number % 180, sketch=common)
        for number in range(5_000)
    ]

    survey = survey_of(history)

    assert len(survey.copies) > 4_900


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ((1,), ("li", "li")),
        ((1, 2), ("li, wang", "li、wang")),
        ((8,), ("#8", "#8")),
        (
            (1, 2, 3, 4, 5, 6),
            ("li, wang, sun, zhao, qian and 1 more", "li、wang、sun、zhao、qian 等 6 人"),
        ),
    ],
)
def test_people_are_called_by_their_names(people, said):
    assert named(people, NAMES) == said
