"""Scoring is measured on work of real shape, and adds up whichever way it is done."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.contributions import RULES, TWELVE, contributions
from benchmarks.scoring import by_cel, by_rules_alone, ours, refuse_disagreement, run


@pytest.mark.parametrize("rule_set", [RULES, TWELVE], ids=["default", "twelve"])
def test_all_ways_give_everybody_together_the_same_points(rule_set):
    items = [replace(item, work_item=None) for item in contributions(400)]
    unlimited = replace(rule_set, limits=())

    refuse_disagreement(items, rule_set)

    totals = {way(unlimited)(items) for way in (ours, by_cel, by_rules_alone)}
    assert len(totals) == 1
    assert totals.pop() > 0


def test_there_are_as_many_contributions_as_asked_for_each_with_its_own_people():
    items = contributions(6_000)

    people = [part.key for item in items for part in item.participants]
    assert len(items) == 6_000
    assert len(set(people)) == len(people)


def test_people_come_again_within_a_history_and_work_is_cut_up_as_in_life():
    items = contributions(3_000)

    parts = Counter(part.person for item in items for part in item.participants)
    work = Counter(item.work_item for item in items if item.work_item is not None)
    assert max(parts.values()) > 100
    assert max(work.values()) > 1


def test_the_histories_repeated_are_those_of_other_people():
    items = contributions(16_000)

    half = len(items) // 2
    assert {part.person for part in items[0].participants}.isdisjoint(
        {part.person for item in items[half:] for part in item.participants}
    )


def test_what_was_not_asked_for_is_not_measured():
    assert run(["issue"], quick=True) == []
