"""What the default rule set leaves out, lets wait and bounds, and that it says why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from credits.core.inputs import Participant, Ruling
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING
from tests.default_rules import (
    CONFIRMED,
    MONDAY,
    WORKED,
    change,
    claim,
    days_of,
    part,
    points_of,
    reasons,
    scored,
)
from tests.rule_sets import BOT


@pytest.mark.parametrize(
    ("item", "state", "guard"),
    [
        (change(participants=(BOT,)), NOT_COUNTED, "bots-only"),
        (change(WORKED | {"is_merge": True}), NOT_COUNTED, "merge-commit"),
        (change(WORKED | {"reverts": "1" * 40}), NOT_COUNTED, "revert"),
        (change(state="reverted"), NOT_COUNTED, "reverted"),
        (change(is_sandbox=True), NOT_COUNTED, "sandbox"),
        (change(state="closed"), NOT_COUNTED, "not-accepted"),
        (change(state="open"), WAITING, "not-merged"),
        (change(WORKED | {"merged_by_author": True}), WAITING, "self-merge"),
        (change(is_direct=True), WAITING, "self-merge"),
        (change({"sizes": None}), WAITING, "size-unknown"),
        (change({"sizes": {"lock": [90, 9]}}), NOT_COUNTED, "nothing-by-hand"),
        (part("discussion", "author"), NOT_COUNTED, "comment"),
        (part("review", "reviewer", review_state="commented"), NOT_COUNTED, "review-without-words"),
        (part("issue", "reporter", "open"), WAITING, "issue-open"),
        (part("issue", "reporter", "closed"), NOT_COUNTED, "issue-not-confirmed"),
        (replace(claim("talk", 4), ruling=Ruling()), WAITING, "claim-open"),
        (part("advisory", "author", "withdrawn"), NOT_COUNTED, "advisory-withdrawn"),
        (part("advisory", "author", "published"), WAITING, "severity-unknown"),
    ],
)
def test_what_does_not_count_says_why(item, state, guard):
    for result in scored(item):
        assert (result.points, result.state) == (0, state)
        assert reasons(result) == [(guard, 0)]


def test_merged_work_settles_in_seven_days():
    item = change()

    (waiting,) = scored(item, now=item.occurred_at + timedelta(days=6, hours=23))
    (counted,) = scored(item, now=item.occurred_at + timedelta(days=7))

    assert (waiting.state, waiting.points) == (WAITING, 0)
    assert waiting.waits_until == item.occurred_at + timedelta(days=7)
    assert (counted.state, counted.points) == (COUNTED, 4000)


def test_a_self_merge_is_told_at_once_and_not_after_the_week():
    item = change(WORKED | {"merged_by_author": True})

    (result,) = scored(item, now=item.occurred_at)

    assert result.reasons[0].rule == "self-merge"
    assert points_of(replace(item, ruling=CONFIRMED)) == 4


@pytest.mark.parametrize(("days", "points"), [(0, 0), (180, 0), (181, 4)])
def test_what_was_taken_back_within_180_days_is_void(days, points):
    item = change()

    assert points_of(replace(item, reverted_at=item.occurred_at + timedelta(days=days))) == points


def test_five_merged_items_a_day_count_the_largest_first():
    sizes = [2, 40, 2, 40, 2, 40, 2]
    items = [
        change({"sizes": {"code": [size, 0]}}, contribution=number)
        for number, size in enumerate(sizes)
    ]

    results = scored(*items)

    assert [result.points for result in results] == [1000, 4000, 1000, 4000, 0, 4000, 0]
    assert reasons(results[-1]) == [("code", 1000), ("daily-items", -1000)]


def test_of_one_kind_ten_items_a_month_count_in_full_ten_by_half_and_the_rest_by_a_quarter():
    work = [change({"sizes": {"docs": [2, 0]}})] * 24
    days = days_of(work)
    docs = [item for item in days if item.occurred_at < MONDAY + timedelta(days=28)]

    assert points_of(*docs) == 10 * 0.5 + 10 * 0.25 + 4 * 0.125


def test_twelve_pieces_of_code_in_a_month_decay_after_ten():
    items = days_of([change()] * 12, apart=2)

    results = scored(*items)

    assert sum(result.points for result in results) == 44_000
    assert [reasons(result)[1:] for result in results[10:]] == [[("decay", -2000)]] * 2


def test_approvals_without_remarks_earn_two_points_a_month():
    items = [
        replace(item, counterpart=100 + number)
        for number, item in enumerate(
            days_of([part("review", "reviewer", review_state="approved")] * 20)
        )
    ]

    assert points_of(*items) == 2


def test_triage_and_moderation_earn_ten_points_a_month():
    # Further items of a kind count less: it takes many acts to come to the limit.
    last = replace(
        claim("moderation", 12), contribution=90, occurred_at=MONDAY + timedelta(days=27)
    )
    items = [*days_of([part("triage", "triager")] * 26), last]

    results = scored(*items)

    assert sum(result.points for result in results) == 10_000
    assert results[-1].reasons[-1].rule == "triage-month"


def test_mentoring_earns_forty_points_a_month_and_forty_a_week():
    items = days_of([claim("mentoring", 3)] * 2, apart=7)

    results = scored(*items)

    assert [result.points for result in results] == [30_000, 10_000]
    assert results[1].reasons[-1].rule == "mentoring-month"


def test_thirty_equal_reviews_of_one_pair_keep_three_tenths():
    review = replace(part("review", "reviewer", comments=1), counterpart=7)
    items = [
        replace(review, contribution=number, occurred_at=MONDAY + timedelta(hours=16 * number))
        for number in range(30)
    ]

    results = scored(*items)

    # Ten count in full, ten by half and ten by a quarter, which is 35; three tenths are kept.
    assert sum(result.points for result in results) == 10_500
    assert [result.points for result in results[:6]] == [2000] * 5 + [500]
    assert results[5].reasons[-1].rule == "review-pairs"
    assert all(result.state == NOT_COUNTED for result in results[6:])


def test_two_reviews_of_one_person_are_always_left():
    review = replace(part("review", "reviewer", comments=1), counterpart=7)

    assert points_of(*days_of([review] * 2)) == 4


def test_reviews_of_many_keep_their_points():
    review = part("review", "reviewer", comments=1)
    items = [
        replace(item, counterpart=100 + number % 5)
        for number, item in enumerate(days_of([review] * 10, apart=2))
    ]

    assert points_of(*items) == 20


def test_of_forty_five_points_in_a_week_forty_count():
    sizes = [(190, 8), (190, 8), (190, 8), (190, 8), (190, 8), (45, 4), (5, 1)]
    items = days_of([change({"sizes": {"code": [lines, 0]}}) for lines, _ in sizes])

    results = scored(*items)

    assert sum(points for _, points in sizes) == 45
    assert sum(result.points for result in results) == 40_000
    assert reasons(results[-1]) == [("code", 1000), ("weekly", -1000)]


def test_limits_are_each_person_s_own():
    other = Participant(9, "author", 1, is_bot=False)
    mine = days_of([change({"sizes": {"code": [190, 0]}})] * 6)
    theirs = [
        replace(item, contribution=50 + item.contribution, participants=(other,)) for item in mine
    ]

    assert points_of(*mine) == 40
    assert points_of(*mine, *theirs) == 80


def test_thirty_cuts_of_one_change_earn_what_it_earns():
    whole = change({"sizes": {"code": [300, 0]}})
    cuts = [
        replace(change({"sizes": {"code": [10, 0]}}), contribution=number, work_item=5)
        for number in range(30)
    ]

    assert points_of(*cuts) == points_of(whole) == 16
