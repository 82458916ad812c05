"""Near copies are found without comparing everything: of the earliest original, of strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.signals import Ground, find_signals, survey_of
from credits.core.signals.near_copies import ALIKE, buckets_of, find_copies, similarity
from harvesters import sketches
from tests.accepted_items import NAMES, changed, item, runs, sketch

CODE = runs(1)
SKETCH = sketch(CODE)
SKETCHES = st.frozensets(st.integers(0, 40), min_size=16, max_size=64).map(sketch)


def own_work(number: int, begin: int) -> list:
    """So many contributions of person 1, unlike each other."""
    return [item(1, 9, day=begin + n, sketch=sketch(runs(begin + n))) for n in range(number)]


def foreign_work(number: int) -> list:
    return [item(2, 9, day=n, sketch=sketch(runs(1_000 + n))) for n in range(number)]


@pytest.mark.parametrize("alike", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_similarity_is_what_codes_have_in_common(alike):
    told = [similarity(SKETCH, sketch(changed(CODE, alike, seed))) for seed in range(60)]

    assert sum(told) / len(told) == pytest.approx(alike, abs=0.03)


@given(SKETCHES, SKETCHES)
def test_similarity_is_the_same_both_ways_and_exact_where_all_runs_are_held(one, other):
    exact = len({*one} & {*other}) / len({*one} | {*other})

    assert similarity(one, one) == 1.0
    assert similarity(one, other) == similarity(other, one) == pytest.approx(exact)


@given(st.integers(0, 99), st.sampled_from([0.05, 0.4, 0.7, 0.95]))
def test_similarity_is_that_of_those_who_draw_the_sketches(seed, alike):
    other = sketch(changed(CODE, alike, seed))

    assert similarity(SKETCH, other) == sketches.similarity(SKETCH, other)


def test_nothing_has_nothing_in_common():
    assert similarity((), ()) == similarity(SKETCH, ()) == 0.0
    assert list(buckets_of(())) == list(buckets_of(SKETCH[:15])) == []


@given(st.lists(SKETCHES, max_size=30))
def test_only_what_is_alike_and_earlier_and_anothers_is_a_copy(sketches):
    history = [item(number % 3, day=number, sketch=one) for number, one in enumerate(sketches)]
    by_key = {one.key: one for one in history}

    for key, copy in find_copies(history).items():
        one, original = by_key[key], by_key[copy.original]
        assert original.occurred_at < one.occurred_at
        assert original.person == copy.person != one.person
        assert similarity(one.sketch, original.sketch) >= ALIKE


def test_what_is_alike_meets_and_what_is_not_seldom_does():
    met = {
        alike: sum(
            not set(buckets_of(SKETCH)).isdisjoint(buckets_of(sketch(changed(CODE, alike, seed))))
            for seed in range(1_000)
        )
        for alike in (0.05, 0.7)
    }

    assert met[0.7] >= 990
    assert met[0.05] <= 15


def test_the_earliest_of_equal_originals_is_named():
    history = [item(who, day=day, sketch=SKETCH) for day, who in enumerate((3, 2, 1))]

    copies = find_copies(history)

    assert copies[history[2].key].original == history[0].key


def test_work_done_together_is_no_copy():
    original = item(2, day=0, sketch=SKETCH)
    for together in ({"co_authors": (2,)}, {"written_by": (2,)}, {"sketch": SKETCH[:8]}):
        assert find_copies([original, item(1, day=1, **{"sketch": SKETCH, **together})]) == {}
    helped = item(2, day=0, sketch=SKETCH, co_authors=(1,))
    assert find_copies([helped, item(1, day=1, sketch=SKETCH)]) == {}


def test_originals_may_lie_elsewhere_but_copies_there_are_not_asked_about():
    here = [item(1, day=9, sketch=SKETCH)]
    there = [item(2, day=0, project=2, sketch=SKETCH), item(3, day=1, project=2, sketch=SKETCH)]

    assert set(find_copies(here, there)) == {here[0].key}


def test_three_copies_of_ten_are_a_signal_that_shows_what_each_resembles():
    foreign = foreign_work(3)
    copied = [item(1, 9, day=40 + n, sketch=one.sketch) for n, one in enumerate(foreign)]

    (signal,) = find_signals(1, survey_of([*foreign, *own_work(7, 30), *copied]), NAMES)

    assert (signal.name, signal.ground, signal.value) == ("near_copy", Ground.CONTENT, 0.3)
    assert [(shown.contribution, shown.like, shown.similarity) for shown in signal.evidence] == [
        (copy.key, one.key, 1.0) for copy, one in zip(copied, foreign, strict=True)
    ]
    assert signal.en.startswith("3 of 10 contributions with code are at least 70 % alike")


def test_two_copies_are_none():
    foreign = foreign_work(2)
    copied = [item(1, 9, day=40 + n, sketch=one.sketch) for n, one in enumerate(foreign)]

    assert find_signals(1, survey_of([*foreign, *copied, *own_work(6, 30)]), NAMES) == ()
