"""Scoring is measured on work of real shape, and adds up whichever way it is done."""

from benchmarks.contributions import contributions
from benchmarks.scoring import by_cel, by_rules_alone, ours, run


def test_all_ways_give_everybody_together_the_same_points():
    items = contributions(400)

    assert ours(items) == by_cel()(items) == by_rules_alone(items) > 0


def test_there_are_as_many_contributions_as_asked_for_each_with_its_own_people():
    items = contributions(6_000)

    people = [part.key for item in items for part in item.participants]
    assert len(items) == 6_000
    assert len(set(people)) == len(people)


def test_what_was_not_asked_for_is_not_measured():
    assert run(["issue"], quick=True) == []
