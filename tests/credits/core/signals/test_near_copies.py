"""Near copies are found by bands, of the earliest original, and never of one's own company."""

from hypothesis import given
from hypothesis import strategies as st

from credits.core.signals import Ground, find_signals, survey_of
from credits.core.signals.near_copies import ALIKE, find_copies, similarity
from tests.accepted_items import NAMES, item, sketch_like

SKETCH = tuple(range(100, 164))
SKETCHES = st.lists(st.integers(0, 3), min_size=64, max_size=64).map(tuple)


def test_similarity_is_the_share_of_equal_positions():
    assert similarity(SKETCH, SKETCH) == 1.0
    assert similarity(SKETCH, sketch_like(SKETCH, 48)) == 0.75
    assert similarity(SKETCH, SKETCH[:32]) == similarity((), ()) == 0.0


@given(st.lists(SKETCHES, max_size=30))
def test_only_what_is_alike_and_earlier_and_anothers_is_a_copy(sketches):
    history = [
        item(number % 3, day=number, sketch=sketch) for number, sketch in enumerate(sketches)
    ]
    by_key = {one.key: one for one in history}

    for key, copy in find_copies(history).items():
        one, original = by_key[key], by_key[copy.original]
        assert original.occurred_at < one.occurred_at
        assert original.person == copy.person != one.person
        assert similarity(one.sketch, original.sketch) >= ALIKE


def test_what_is_clearly_alike_is_found_wherever_it_differs():
    """Of 64 positions 52 are equal: bands of four cannot all be broken by the other 12."""
    original = item(2, day=0, sketch=SKETCH)
    for gap in range(1, 5):
        changed = {place * gap % 64 for place in range(12)}
        other = tuple(-1 - v if p in changed else v for p, v in enumerate(SKETCH))

        copies = find_copies([original, one := item(1, day=1, sketch=other)])

        assert copies[one.key].original == original.key


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
    foreign = [item(2, 9, day=n, sketch=tuple(range(n * 99, n * 99 + 64))) for n in range(3)]
    own = [
        item(1, 9, day=30 + n, sketch=tuple(range(-n * 99 - 99, -n * 99 - 35))) for n in range(7)
    ]
    copied = [item(1, 9, day=40 + n, sketch=one.sketch) for n, one in enumerate(foreign)]

    (signal,) = find_signals(1, survey_of([*foreign, *own, *copied]), NAMES)

    assert (signal.name, signal.ground, signal.value) == ("near_copy", Ground.CONTENT, 0.3)
    assert [(shown.contribution, shown.like, shown.similarity) for shown in signal.evidence] == [
        (copy.key, one.key, 1.0) for copy, one in zip(copied, foreign, strict=True)
    ]
    assert signal.en.startswith("3 of 10 contributions with code are at least 70 % alike")


def test_two_copies_are_none():
    foreign = [item(2, 9, day=n, sketch=tuple(range(n * 99, n * 99 + 64))) for n in range(2)]
    copied = [item(1, 9, day=40 + n, sketch=foreign[n % 2].sketch) for n in range(2)]
    own = [
        item(1, 9, day=50 + n, sketch=tuple(range(-n * 99 - 99, -n * 99 - 35))) for n in range(6)
    ]

    assert find_signals(1, survey_of([*foreign, *copied, *own]), NAMES) == ()
