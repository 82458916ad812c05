"""What must be true of scoring, whatever a history holds."""

import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credits.core.inputs import Participant
from credits.core.rules import COUNTED
from tests.scored_histories import (
    LIMITED,
    LIMITS,
    NOW,
    START,
    UNLIMITED,
    WANG,
    change,
    earned,
    histories,
    rules,
    scored,
)

EACH_LIMIT = [rules(name) for name in LIMITS]


def without_limits(result):
    return sum(reason.points for reason in result.reasons if reason.rule not in LIMITS)


def by_participation(results):
    return {result.participation: result for result in results}


# Conservation


@given(histories())
def test_points_are_the_sum_of_their_reasons_under_every_limit(items):
    for rule_set in (UNLIMITED, LIMITED):
        for result in scored(items, rule_set):
            assert result.reasons
            assert result.points == sum(reason.points for reason in result.reasons)
            assert (result.state == COUNTED) or result.points == 0


@given(histories())
def test_everybody_who_takes_part_has_one_result(items):
    found = [(one.contribution, one.participation) for one in scored(items, LIMITED)]

    assert found == sorted(
        (item.contribution, part.key) for item in items for part in item.participants
    )


@given(histories())
def test_what_a_work_item_is_worth_is_given_out_to_the_last_thousandth(items):
    work_of = {item.contribution: item.work_item or -item.contribution for item in items}
    given_out, worth = defaultdict(int), {}

    for result in scored(items, UNLIMITED):
        key = work_of[result.contribution]
        given_out[key] += result.points
        if result.state == COUNTED:
            worth[key] = sum(
                reason.points
                for reason in result.reasons
                if reason.rule not in {"work-item", "sharing"}
            )

    assert {key: points for key, points in given_out.items() if points} == worth


@given(histories())
def test_limits_never_raise(items):
    free = by_participation(scored(items, UNLIMITED))

    for result in scored(items, LIMITED):
        assert 0 <= result.points <= free[result.participation].points
        assert without_limits(result) == free[result.participation].points
        assert all(reason.points <= 0 for reason in result.reasons if reason.rule in LIMITS)


# Order and place


@given(histories(), st.randoms(use_true_random=False))
def test_neither_the_order_of_items_nor_that_of_people_changes_anything(items, chance):
    mixed = [
        replace(item, participants=tuple(chance.sample(item.participants, len(item.participants))))
        for item in chance.sample(items, len(items))
    ]

    assert scored(mixed, LIMITED) == scored(items, LIMITED)


@given(histories())
def test_a_settled_history_has_the_same_scores_on_any_later_day(items):
    assert scored(items, LIMITED, NOW + timedelta(days=999)) == scored(items, LIMITED)


_SAME = """
from tests.scored_histories import LIMITED, change, scored
from datetime import timedelta
from tests.scored_histories import START
items = [change(n, n * 7 % 60 + 1, at=START + timedelta(hours=n * 5), path=f"a/b/{n % 4}/x")
         for n in range(1, 60)]
print(scored(items, LIMITED))
"""


@pytest.mark.parametrize("seed", ["1", "54321"])
def test_work_items_and_limits_come_out_alike_in_every_process(seed):
    root = Path(__file__).parents[3]
    said = subprocess.run(
        [sys.executable, "-c", _SAME],
        cwd=root,
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    items = [
        change(n, n * 7 % 60 + 1, at=START + timedelta(hours=n * 5), path=f"a/b/{n % 4}/x")
        for n in range(1, 60)
    ]
    assert said.strip() == str(scored(items, LIMITED))


# Splitting


def cut(lines, parts, chance, **where):
    """``lines`` in ``parts`` changes of one week, in uneven pieces of at least one."""
    edges = sorted(chance.sample(range(1, lines), parts - 1))
    sizes = [end - start for start, end in zip([0, *edges], [*edges, lines], strict=True)]
    monday = START + timedelta(days=6)
    return [
        change(100 + n, size, at=monday + timedelta(hours=5 * n), **where)
        for n, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("where", [{}, {"closes": 7}], ids=["area", "issue"])
@pytest.mark.parametrize(
    "rule_set", [UNLIMITED, LIMITED, *EACH_LIMIT], ids=["none", "all", *LIMITS]
)
@settings(max_examples=12, deadline=None)
@given(st.integers(30, 900), st.integers(1, 30), st.randoms(use_true_random=False), histories(4))
def test_a_change_earns_the_same_however_it_is_cut_up(where, rule_set, lines, parts, chance, rest):
    rest = [replace(item, repository=9) for item in rest]
    whole = cut(lines, 1, chance, **where)

    pieces = cut(lines, parts, chance, **where)

    assert earned(scored([*pieces, *rest], rule_set)) == earned(scored([*whole, *rest], rule_set))


@pytest.mark.parametrize("parts", range(1, 31))
def test_three_hundred_lines_are_three_hundred_lines(parts):
    sizes = [300 // parts + (n < 300 % parts) for n in range(parts)]
    monday = START + timedelta(days=6)
    changes = [
        change(n, size, at=monday + timedelta(hours=5 * n)) for n, size in enumerate(sizes, 1)
    ]

    assert earned(scored(changes, UNLIMITED)) == 8_000


@given(st.integers(30, 900), st.integers(1, 30), st.randoms(use_true_random=False))
def test_cutting_up_moves_at_most_a_thousandth_a_piece_between_those_who_share(
    lines, parts, chance
):
    def by_person(pieces):
        together = [
            replace(
                item,
                participants=(
                    *item.participants,
                    Participant(
                        item.contribution * 10 + 1, "co_author", 2, is_bot=False, person=WANG
                    ),
                ),
            )
            for item in pieces
        ]
        results = scored(together, UNLIMITED)
        assert earned(results) == earned(scored(pieces, UNLIMITED))
        return earned(one for one in results if one.participation % 10 == 1)

    assert abs(by_person(cut(lines, parts, chance)) - by_person(cut(lines, 1, chance))) <= parts
