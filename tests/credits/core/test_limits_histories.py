"""What limits do to whole histories: more work never costs, and nobody else's work matters."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.periods import month_at
from tests.scored_histories import (
    CHEN,
    FACTORS,
    LI,
    LIMITED,
    LIMITS,
    RULES,
    WANG,
    earned,
    histories,
    placed,
    renumbered,
    rules,
    scored,
)

ALONE = {name: rules(name, source=RULES) for name in LIMITS}


def people_of(items):
    return {part.key: part.person for item in items for part in item.participants}


def by_participation(results):
    return {result.participation: result for result in results}


@pytest.mark.parametrize("limit", LIMITS)
@given(histories(is_shared=False), histories(1, is_shared=False), st.integers(0, 40))
def test_one_more_contribution_never_lowers_the_sum_under_one_limit(limit, items, more, days):
    end = max(item.occurred_at for item in items)
    (new,) = renumbered(more)
    items_and_new = [
        *items,
        placed(replace(new, occurred_at=end + timedelta(days=days, minutes=1))),
    ]
    people = people_of(items_and_new)

    before, after = (scored(them, ALONE[limit]) for them in (items, items_and_new))

    for person in (LI, WANG, CHEN):
        had, has = (
            earned(one for one in results if people[one.participation] == person)
            for results in (before, after)
        )
        assert had <= has


@given(histories())
def test_per_cents_never_grow_with_the_place_nor_points_with_it(items):
    results = scored(items, ALONE["decay"])

    told = {}
    for result in results:
        for reason in result.reasons:
            if reason.rule == "decay":
                inputs = reason.inputs
                told.setdefault(inputs["place"], set()).add(inputs["percent"])
    assert all(len(percents) == 1 for percents in told.values())
    percents = [min(told[place]) for place in sorted(told)]
    assert percents == sorted(percents, reverse=True)


@given(histories(), histories())
def test_what_another_person_does_changes_no_score(items, others):
    stranger = 555
    others = [
        placed(
            replace(
                item,
                participants=tuple(
                    replace(part, person=stranger + part.person) for part in item.participants
                ),
            )
        )
        for item in renumbered(others)
    ]

    before, after = scored(items, LIMITED), scored([*items, *others], LIMITED)

    mine = {item.contribution for item in items}
    assert [one for one in after if one.contribution in mine] == before


@given(histories(), histories(), st.integers(-5, 5).filter(bool))
def test_what_is_done_in_another_month_changes_no_score(items, others, months):
    """Unless it is a part of the same work, which then begins where its first part does."""
    held = {month_at(item.occurred_at) for item in items}
    others = [
        placed(replace(item, occurred_at=item.occurred_at + timedelta(days=150 * months)))
        for item in renumbered(others)
    ]
    works = {item.work_item for item in items if item.work_item is not None}
    others = [
        item
        for item in others
        if month_at(item.occurred_at) not in held and item.work_item not in works
    ]

    before, after = scored(items, LIMITED), scored([*items, *others], LIMITED)

    mine = {item.contribution for item in items}
    assert [one for one in after if one.contribution in mine] == before


@given(histories())
def test_each_month_of_a_person_can_be_scored_alone(items):
    """What the services rely on: a person's month, with all of its work items, is enough."""
    begun = {}
    for item in items:
        key = item.work_item or -item.contribution
        begun[key] = min(begun.get(key, item.occurred_at), item.occurred_at)
    whole = by_participation(scored(items, LIMITED))

    for month in {month_at(moment) for moment in begun.values()}:
        part = [
            item for item in items if month_at(begun[item.work_item or -item.contribution]) == month
        ]
        for result in scored(part, LIMITED):
            assert result == whole[result.participation]


def test_the_limits_of_these_tests_bite_somewhere():
    """Else the properties above would say little."""
    rule_set = rules(*LIMITS, source=RULES + FACTORS)
    found = set()

    @given(histories())
    def gather(items):
        for result in scored(items, rule_set):
            found.update(reason.rule for reason in result.reasons)

    gather()
    assert found >= LIMITS.keys()
