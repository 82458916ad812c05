"""Budgets: what many workers hear in any order becomes one truth, and nobody asks beyond it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.budget import EVERY, EVERY_REQUESTS, Budget, is_worth_noting, kind_of, merge

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = timedelta(minutes=5)


def told(remaining: int, limit: int = 5_000, after: timedelta = timedelta(0)) -> Budget:
    """What an answer said ``after`` NOW, of the window that ends in an hour."""
    return Budget(NOW + after, limit, remaining, NOW + HOUR)


@st.composite
def heard(draw) -> Budget:
    """Any word of a forge: of one of four windows, its end told not quite the same each time."""
    window = draw(st.integers(1, 4))
    jitter = timedelta(seconds=draw(st.integers(0, 7)))
    wait = draw(st.none() | st.integers(0, 3_600))
    is_about_window = draw(st.booleans()) or wait is None
    return Budget(
        NOW + timedelta(seconds=draw(st.integers(0, 1_200))),
        limit=500 if is_about_window else 0,
        remaining=draw(st.integers(0, 500)) if is_about_window else 0,
        resets_at=NOW + window * WINDOW + jitter if is_about_window else None,
        wait_until=None if wait is None else NOW + timedelta(seconds=wait),
    )


def all_of(words):
    kept = None
    for word in words:
        kept = merge(kept, word)
    return kept


@given(words=st.lists(heard(), min_size=1), data=st.data())
def test_the_order_in_which_answers_arrive_does_not_matter(words, data):
    assert all_of(data.draw(st.permutations(words))) == all_of(words)


@given(words=st.lists(heard(), min_size=1))
def test_an_answer_that_is_heard_twice_counts_once(words):
    assert all_of([*words, *words]) == all_of(words)


@given(words=st.lists(heard(), min_size=1), word=heard())
def test_in_one_window_nothing_comes_back(words, word):
    before, after = all_of(words), all_of([*words, word])

    if before.resets_at and after.resets_at and after.resets_at <= before.resets_at:
        assert after.remaining <= before.remaining
    assert after.wait_until is None or after.wait_until >= (before.wait_until or NOW)


@given(words=st.lists(heard(), min_size=1))
def test_every_wait_ends_and_is_one_that_the_forge_told(words):
    budget = all_of(words)
    until = budget.waits_until(NOW)

    if until is not None:
        assert until in {word.resets_at for word in words} | {word.wait_until for word in words}
        assert budget.waits_until(until) is None or budget.waits_until(until) > until
        assert budget.waits_until(NOW + 2 * HOUR) is None


@pytest.mark.parametrize("seconds", [-15, -1, 1, 15])
def test_a_window_whose_end_is_told_a_little_differently_is_the_same(seconds):
    again = replace(told(4_000), resets_at=NOW + HOUR + timedelta(seconds=seconds))

    for budget in (merge(told(3_000), again), merge(again, told(3_000))):
        assert budget.remaining == 3_000
        assert budget.resets_at == min(NOW + HOUR, again.resets_at)


def test_a_window_that_slides_along_is_replaced_every_few_seconds():
    budget = told(0)
    for second in range(17):
        later = replace(told(100 + second), resets_at=NOW + HOUR + timedelta(seconds=second))
        budget = merge(budget, later)

    assert budget.remaining == 116


def test_a_new_window_begins_full_when_the_old_one_ends():
    used_up = told(0)

    assert used_up.waits_until(NOW) == NOW + HOUR
    assert used_up.waits_until(NOW + HOUR) is None
    fresh = Budget(NOW + HOUR, 5_000, 4_999, NOW + 2 * HOUR)
    assert merge(used_up, fresh) == fresh
    assert merge(fresh, used_up) == fresh, "an answer that was long on its way"


@pytest.mark.parametrize(
    ("limit", "reserve"),
    [(0, 1), (10, 1), (60, 3), (500, 25), (1_000, 50), (5_000, 50), (15_000, 50)],
)
def test_a_twentieth_is_left_alone_and_at_most_fifty(limit, reserve):
    assert told(reserve, limit).waits_until(NOW) is None
    assert told(reserve - 1, limit).waits_until(NOW) == NOW + HOUR


def test_a_wait_that_the_forge_asked_for_holds_beside_a_budget_that_is_full():
    limited = Budget(NOW, wait_until=NOW + timedelta(minutes=1))

    budget = merge(told(4_000), limited)

    assert budget.waits_until(NOW) == NOW + timedelta(minutes=1)
    assert budget.waits_until(NOW + timedelta(minutes=1)) is None
    assert (budget.remaining, budget.resets_at) == (4_000, NOW + HOUR)


def test_of_two_reasons_to_wait_the_longer_one_holds():
    limited = Budget(NOW, wait_until=NOW + timedelta(minutes=1))

    assert merge(told(0), limited).waits_until(NOW) == NOW + HOUR


@pytest.mark.parametrize(
    ("word", "is_worth"),
    [
        (told(3_999), False),
        (told(4_000, after=EVERY), False),
        (told(3_999, after=EVERY), True),
        (told(4_000 - EVERY_REQUESTS + 1), False),
        (told(4_000 - EVERY_REQUESTS), True),
        (told(4_100), False),
        (told(99), True),
        (replace(told(4_999), resets_at=NOW + 2 * HOUR), True),
        (Budget(NOW, wait_until=NOW + HOUR), True),
    ],
    ids=[
        "one less at once",
        "nothing new after a second",
        "one less after a second",
        "nineteen less",
        "twenty less",
        "more in the same window",
        "low",
        "a new window",
        "a wait",
    ],
)
def test_others_hear_of_what_matters_and_not_of_every_answer(word, is_worth):
    assert is_worth_noting(told(4_000), word) is is_worth
    assert is_worth_noting(None, word)


def test_a_low_budget_is_told_by_every_request():
    assert all(is_worth_noting(told(left), told(left - 1)) for left in range(99, 0, -1))


@given(turns=st.lists(st.integers(0, 7), min_size=1, max_size=1_200))
def test_workers_that_share_a_budget_never_use_it_up(turns):
    """Eight workers, each at one of three steps: to read, to be answered, to tell."""
    limit, left, shared = 400, 400, None
    steps = dict.fromkeys(range(8))
    for turn in turns:
        if steps[turn] is None:
            if shared is not None and shared.waits_until(NOW):
                continue
            steps[turn] = ("asks", shared)
        elif steps[turn][0] == "asks":
            left -= 1
            steps[turn] = ("tells", steps[turn][1], told(left, limit))
        else:
            _, known, word = steps[turn]
            shared = merge(shared, word) if is_worth_noting(known, word) else shared
            steps[turn] = None

    assert left >= 0


def test_what_forges_count_apart_is_kept_apart():
    paths = ["/graphql", "/search/issues", "/repositories/7", "/repos/lab/search", ""]
    files = ["/lab/vision/resolve/abc/file", "/datasets/lab/vision/resolve/abc/file"]

    assert [kind_of(path) for path in paths] == ["graphql", "search", "rest", "rest", "rest"]
    assert {kind_of(path) for path in files} == {"resolve"}
