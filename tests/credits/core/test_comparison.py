"""Two scorings side by side add up, and rank nobody."""

from hypothesis import given
from hypothesis import strategies as st

from credits.core.comparison import BIGGEST, Change, Comparing
from credits.core.scoring import ScoreResult


def result(participation, points, *, contribution=None, category="code"):
    return ScoreResult(
        contribution or participation, participation, points, category, "counted", ()
    )


def compare_scores(before, after, *, actors, newcomers):
    comparing = Comparing()
    comparing.add(before, after, actors)
    return comparing.compared(newcomers)


SCORES = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 9_000), st.sampled_from(["code", "docs"])),
    max_size=30,
    unique_by=lambda row: row[0],
).map(lambda rows: [result(key, points, category=kind) for key, points, kind in rows])
ACTORS = {participation: participation % 7 for participation in range(1, 31)}


@given(SCORES, SCORES)
def test_categories_and_accounts_add_up_to_the_total(before, after):
    compared = compare_scores(before, after, actors=ACTORS, newcomers=())

    assert compared.total == Change(
        sum(one.points for one in before), sum(one.points for one in after)
    )
    assert sum(one.change for one in compared.actors.values()) == compared.total.change
    assert sum(one.change for one in compared.categories.values()) == compared.total.change
    assert compared.gain + compared.lose == len(compared.actors)


@given(SCORES)
def test_the_same_scores_change_nothing(scores):
    compared = compare_scores(scores, scores, actors=ACTORS, newcomers=(1, 2))

    assert (compared.actors, compared.contributions) == ({}, {})
    assert compared.newcomers.points.change == compared.top.points.change == 0


def test_the_largest_changes_come_first_and_ten_of_contributions():
    before = [result(key, 1_000) for key in range(1, 21)]
    after = [result(key, 1_000 + key) for key in range(1, 21)]

    compared = compare_scores(before, after, actors={k: k for k in range(1, 21)}, newcomers=())

    assert list(compared.contributions) == list(range(20, 20 - BIGGEST, -1))
    assert next(iter(compared.actors)) == 20


def test_newcomers_stand_beside_those_who_have_the_most():
    before = [result(key, key * 1_000) for key in range(1, 9)]
    after = [result(key, 4_000) for key in range(1, 9)]

    compared = compare_scores(before, after, actors={k: k for k in range(1, 9)}, newcomers=(1, 2))

    assert (compared.newcomers.people, compared.newcomers.points) == (2, Change(3_000, 8_000))
    assert (compared.top.people, compared.top.points) == (5, Change(30_000, 20_000))


def test_who_has_nothing_is_not_at_the_top():
    compared = compare_scores([result(1, 0)], [result(1, 5)], actors={1: 1}, newcomers=())

    assert compared.top.people == 0
    assert compared.total.percent is None
    assert Change(200, 150).percent == -25


@given(SCORES, SCORES, st.integers(0, 30))
def test_it_makes_no_difference_in_how_many_pieces_it_is_told(before, after, cut):
    comparing = Comparing()
    comparing.add(before[:cut], after[:cut], ACTORS)
    comparing.add(before[cut:], after[cut:], ACTORS)

    assert comparing.compared(()) == compare_scores(before, after, actors=ACTORS, newcomers=())


def test_whose_participation_is_not_told_is_left_out():
    compared = compare_scores([result(1, 5)], [result(1, 5)], actors={}, newcomers=())

    assert compared.total == Change(0, 0)
