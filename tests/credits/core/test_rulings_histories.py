"""A decision on a contribution does what it says, and nothing else; bots take nothing away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from credits.core.inputs import NO_RULING, Participant, Ruling
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, WITHDRAWN
from tests.rule_sets import GUARD, SMALL
from tests.scored_histories import (
    LI,
    NOW,
    ROBOT,
    UNLIMITED,
    WANG,
    change,
    earned,
    histories,
    scored,
)

PICK = st.integers(0, 2**32)


def ruled(items, pick, ruling):
    """``items`` with ``ruling`` on one of them, and that one."""
    place = pick % len(items)
    item = replace(items[place], ruling=ruling(items[place]))
    return [*items[:place], item, *items[place + 1 :]], item


def of_other_work(results, item, items):
    """Results that do not belong to the work of ``item``."""
    same = {
        other.contribution
        for other in items
        if other is item or (other.work_item is not None and other.work_item == item.work_item)
    }
    return [one for one in results if one.contribution not in same]


@given(histories(), PICK)
def test_a_denied_contribution_earns_nothing_and_the_rest_is_as_if_it_were_not_there(items, pick):
    denied, item = ruled(items, pick, lambda _: Ruling(denied="Copied from elsewhere"))
    others = [other for other in items if other.contribution != item.contribution]

    results = scored(denied, UNLIMITED)

    mine = [one for one in results if one.contribution == item.contribution]
    assert {(one.points, one.state) for one in mine} == {(0, NOT_COUNTED)}
    assert mine[0].reasons[0].as_json() == {
        "rule": "denied",
        "points": 0,
        "inputs": {"why": "Copied from elsewhere"},
    }
    assert [one for one in results if one not in mine] == scored(others, UNLIMITED)


@given(histories(), PICK)
def test_an_endorsement_changes_no_score_by_itself(items, pick):
    endorsed, _ = ruled(items, pick, lambda _: Ruling(is_endorsed=True))

    assert scored(endorsed, UNLIMITED) == scored(items, UNLIMITED)


@given(histories(), PICK)
def test_who_takes_back_gets_nothing_and_the_others_get_no_more(items, pick):
    gone, item = ruled(
        items, pick, lambda one: Ruling(withdrawn=frozenset({one.participants[0].key}))
    )
    key = item.participants[0].key

    before, after = scored(items, UNLIMITED), scored(gone, UNLIMITED)

    was = next(one for one in before if one.participation == key)
    now = next(one for one in after if one.participation == key)
    assert [one for one in after if one is not now] == [one for one in before if one is not was]
    if was.state == COUNTED:
        assert (now.points, now.state) == (0, WITHDRAWN)
        assert [reason.rule for reason in now.reasons] == ["withdrawn"]
    else:
        assert now == was


@given(histories(), PICK, st.integers(0, 9))
def test_other_shares_are_given_out_whole_and_change_only_that_contribution(items, pick, weight):
    others, item = ruled(
        items, pick, lambda one: Ruling(weights={one.participants[-1].key: weight})
    )
    assume(sum(item.weight_of(part) for part in item.participants))

    before, after = scored(items, UNLIMITED), scored(others, UNLIMITED)

    mine = [one for one in after if one.contribution == item.contribution]
    assert earned(mine) == earned(
        one for one in before if one.contribution == item.contribution
    ) or not sum(replace(item, ruling=NO_RULING).weight_of(part) for part in item.participants)
    assert [one for one in after if one.contribution != item.contribution] == [
        one for one in before if one.contribution != item.contribution
    ]


def test_who_was_given_no_share_is_told_who_said_so():
    other = Participant(11, "co_author", 1, is_bot=False, person=WANG)
    item = replace(change(1, 20, others=[other]), ruling=Ruling(weights={11: 0}))

    li, wang = scored([item], UNLIMITED)

    assert (li.points, wang.points) == (4500, 0)
    assert [reason.rule for reason in wang.reasons] == ["no-share"]


def test_a_decision_can_give_a_share_to_somebody_whom_the_forge_does_not_name():
    rule_set = parse_rule_set(SMALL.replace("when = 'is_merge'", "when = 'humans == 0'"))
    (gone,) = change(1, 20).participants
    item = replace(change(1, 20), participants=(replace(gone, weight=0),))

    (before,) = scored([item], rule_set)
    (after,) = scored([replace(item, ruling=Ruling(weights={gone.key: 1}))], rule_set)

    assert (before.points, after.points) == (0, 4500)


@given(histories(), PICK, st.sampled_from(["code", "tests", "docs", "ci", "examples"]))
def test_another_kind_of_work_moves_the_lines_and_touches_no_other_work(items, pick, category):
    moved, item = ruled(items, pick, lambda _: Ruling(category=category))
    before, after = scored(items, UNLIMITED), scored(moved, UNLIMITED)

    place = items[pick % len(items)]
    assert of_other_work(after, item, moved) == of_other_work(before, place, items)


def test_lines_count_as_the_kind_that_was_decided():
    item = change(1, 20, sizes={"docs": [20, 0]})

    (before,) = scored([item], UNLIMITED)
    (after,) = scored([replace(item, ruling=Ruling(category="code"))], UNLIMITED)

    assert (before.points, after.points) == (0, 4500)


def several_guards(*pardoned):
    rule_set = parse_rule_set(
        SMALL.replace("when = 'is_merge'", "when = 'is_merge'\ndays = 7\nstate = 'waiting'")
        + GUARD.replace('"merge"', '"small"').replace("'is_merge'", "'lines < 10'")
    )
    now = NOW - timedelta(days=1)
    item = replace(
        change(1, 5, at=now - timedelta(days=2), is_merge=True),
        ruling=Ruling(pardoned=frozenset(pardoned)),
    )
    (result,) = scored([item], rule_set, now)
    return result.state, result.points, result.reasons[0].rule


@pytest.mark.parametrize(
    ("pardoned", "expected"),
    [
        ([], (WAITING, 0, "merge")),
        (["merge"], (NOT_COUNTED, 0, "small")),
        (["small"], (WAITING, 0, "merge")),
        (["merge", "small"], (COUNTED, 1000, "code")),
        (["merge", "unknown"], (NOT_COUNTED, 0, "small")),
    ],
)
def test_a_pardon_lifts_its_guard_and_no_other(pardoned, expected):
    assert several_guards(*pardoned) == expected


@given(histories(), PICK)
def test_bots_take_nothing_from_people(items, pick):
    place = pick % len(items)
    with_bot = [
        replace(
            item,
            participants=(
                *item.participants,
                Participant(9_999, "co_author", 50, is_bot=True, person=ROBOT),
            ),
        )
        if number == place
        else item
        for number, item in enumerate(items)
    ]

    results = scored(with_bot, UNLIMITED)

    assert [one for one in results if one.participation != 9_999] == scored(items, UNLIMITED)
    assert earned(one for one in results if one.participation == 9_999) == 0


def test_work_of_bots_only_counts_for_nobody():
    item = replace(
        change(1, 20), participants=(Participant(1, "author", 1, is_bot=True, person=LI),)
    )

    (result,) = scored([item], UNLIMITED)

    assert (result.points, result.state) == (0, NOT_COUNTED)
    assert [reason.rule for reason in result.reasons] == ["no-human"]
