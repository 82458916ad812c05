"""What would change a score comes true: every change offered is what the rules then give."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.changeable import CHANGEABLE
from credits.core.counterfactuals import MOST_OFFERED, what_would_change
from credits.core.inputs import Ruling
from credits.core.outcomes import outcome_of, subject_of, varied
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import score_contributions
from tests.rule_sets import CONTRIBUTIONS, DEFAULT, LI, NOW, SMALL, contribution

RULES = parse_rule_set(DEFAULT)
SETTLING = parse_rule_set(
    SMALL
    + """
[[guards]]
id = "settling"
when = 'kind == "change"'
days = 30
state = "waiting"
en = "Waiting: it may still be taken back"
zh = "等待中：仍可能被撤销"

[[guards]]
id = "self-merge"
when = 'merged_by_author && reviewers == 0 && !("trusted" in labels)'
state = "waiting"
en = "Waiting: nobody else looked at it"
zh = "等待中：尚无他人查看"

[[guards]]
id = "too-many"
when = '1 / (reviewers - 7) > 5'
en = "Not counted"
zh = "不计分"

[[factors]]
id = "endorsed"
when = 'is_endorsed'
factor = 1.5
en = "Endorsed"
zh = "已认可"
source = "reasoned: a test"
"""
)

CARDS = parse_rule_set(
    SMALL
    + """
[[guards]]
id = "card"
when = '!(has_card && has_licence)'
state = "waiting"
en = "Waiting: it has no card with a licence"
zh = "等待中：无卡片或许可证"

[[guards]]
id = "evaluated"
when = '!is_evaluated'
state = "waiting"
en = "Waiting: nobody evaluated it"
zh = "等待中：未评测"

[[rules]]
id = "release"
category = "release"
when = 'kind == "release"'
points = '20.0'
en = "Release"
zh = "发布"
source = "reasoned: a test"
"""
)


def changes_of(item, rules=RULES, parts=()):
    return what_would_change(subject_of(item, parts, rules, now=NOW), rules)


def told(item, rules=RULES, parts=()):
    return [change.text.en for change in changes_of(item, rules, parts)]


def test_the_next_band_up_comes_before_the_one_down():
    assert told(contribution(facts={"sizes": {"code": [30, 0]}})) == [
        "If its lines of tests were 3 (now 0): 5 points instead of 4",
        "If its lines of code were 46 (now 30): 8 points instead of 4",
        "If its lines of code were 5 (now 30): 1 point instead of 4",
    ]


@pytest.mark.parametrize(
    ("item", "sentences"),
    [
        (contribution("change", "open"), ["Once the project merges it: 4 points"]),
        (
            contribution("issue", "closed", {}),
            [
                "Once a maintainer endorses it: 2 points",
                "Once a maintainer or a fix confirms it: 2 points",
            ],
        ),
        (
            contribution("review", "", {"review_state": "commented"}),
            [
                "If its comments were 1 (now 0): 2 points",
                "If its resolved review threads were 1 (now 0): 2.5 points",
            ],
        ),
        (contribution("comment", "", {}), []),
        (contribution(facts={"is_merge": True}), []),
        (contribution("change", "reverted"), []),
    ],
)
def test_what_does_not_count_says_what_would_make_it_count(item, sentences):
    assert told(item) == sentences


def test_what_was_pushed_past_review_counts_once_a_maintainer_endorses_it():
    pushed = replace(contribution(facts={"sizes": {"code": [30, 0]}}), is_direct=True)

    assert told(pushed) == ["Once a maintainer endorses it: 4 points"]


def test_two_facts_are_offered_where_one_is_not_enough():
    first, *_ = told(contribution("change", facts={"sizes": None}))

    assert first == (
        "Once its size can be read and if its lines of code were 1 (now unknown): 1 point"
    )


def test_where_two_are_not_enough_the_next_obstacle_is_told():
    (change,) = changes_of(contribution("change", "open", {"sizes": None}))

    assert change.state_after == "waiting"
    assert change.text.en.endswith("then “Waiting: its size could not be read yet”")
    assert change.text.zh.endswith("则“等待中：尚未能读取其规模”")


def test_two_facts_that_lead_onward_are_better_than_nothing():
    (change,) = changes_of(contribution("release", "", {}), CARDS)

    assert change.text.en == (
        "Once it has its card and once its card names a licence:"
        " then “Waiting: nobody evaluated it”"
    )


def test_what_waits_for_its_time_says_the_moment():
    item = replace(contribution("change"), occurred_at=NOW - timedelta(days=3))

    (change, *_) = changes_of(item, SETTLING)

    assert change.text.en == "From 2026-12-20 12:00 UTC on: 4.5 points"
    assert change.text.zh == "自 2026-12-20 12:00 UTC 起：计 4.5 分"
    assert change.until == NOW + timedelta(days=27)


def test_any_one_of_several_lifts_a_guard():
    item = contribution(facts={"sizes": {"code": [9, 0]}, "merged_by_author": True})

    assert told(item, SETTLING) == [
        "Once somebody else approves or merges it: 4.5 points",
        "If its reviewers were 1 (now 0): 4.5 points",
        "If its labels were trusted: 4.5 points",
    ]


def test_a_work_item_is_changed_as_a_whole():
    parts = [contribution(facts={"sizes": {"code": [30, 0]}}, number=n) for n in (1, 2, 3)]

    assert (
        "If its lines of code were 131 (now 30): 16 points instead of 8 for the work as a whole"
        in (told(parts[1], RULES, parts))
    )


def test_what_people_decided_stays_as_it_is():
    as_docs = Ruling(category="docs")
    item = replace(contribution(facts={"sizes": {"code": [30, 0]}}), ruling=as_docs)
    waits = replace(
        contribution("change", "open"), ruling=Ruling(pardoned=frozenset({"not-merged"}))
    )

    assert all("code" not in sentence for sentence in told(item))
    assert "8 points instead of 4" in told(waits)[1]


def test_only_facts_that_people_can_change_are_offered():
    assert not CHANGEABLE.keys() & {"kind", "title", "is_merge", "humans", "is_reverted", "roles"}


@pytest.mark.parametrize("rules", [RULES, SETTLING])
@given(parts=st.lists(CONTRIBUTIONS, min_size=1, max_size=3))
def test_every_change_comes_true_and_makes_a_difference(rules, parts):
    parts = [replace(part, contribution=number) for number, part in enumerate(parts, 1)]
    subject = subject_of(parts[0], parts, rules, now=NOW)
    present = outcome_of(subject, subject.facts, rules)

    offered = what_would_change(subject, rules)

    assert offered == what_would_change(subject, rules)
    assert len(offered) <= MOST_OFFERED + 1
    for change in offered:
        facts = varied(subject.facts, dict(zip(change.fields, change.needed, strict=True)))
        after = outcome_of(subject, facts, rules)
        assert (after.points, after.state) == (change.points_after, change.state_after)
        assert after != present
        assert set(change.fields) <= CHANGEABLE.keys()
        assert change.now == tuple(getattr(subject.facts, name) for name in change.fields)
        assert facts.lines == sum(getattr(facts, f"lines_{kind}") for kind in LINES)


LINES = ("code", "tests", "docs", "ci", "examples")


@given(CONTRIBUTIONS)
def test_no_nearer_size_would_do(item):
    subject = subject_of(item, [], RULES, now=NOW)
    present = outcome_of(subject, subject.facts, RULES)

    for change in what_would_change(subject, RULES):
        if len(change.fields) == 1 and type(change.needed[0]) is int:
            (name,), (now,), (needed,) = change.fields, change.now, change.needed
            step = 1 if needed > now else -1
            for value in list(range(now + step, needed, step))[:400]:
                facts = varied(subject.facts, {name: value})
                after = outcome_of(subject, facts, RULES)
                is_better = after.points > present.points and (
                    after.category == present.category or not present.category
                )
                assert not (is_better and change.points_after > present.points)


@given(CONTRIBUTIONS)
def test_what_is_promised_is_what_scoring_gives(item):
    """Merging is the one change that can be made to what the forge told, and so scored."""
    alone = replace(item, participants=(LI,))

    for change in changes_of(alone):
        if change.fields == ("is_merged",):
            (result,) = score_contributions([replace(alone, state="merged")], RULES, now=NOW)
            assert (result.points, result.state) == (change.points_after, change.state_after)
        if change.fields == ("confirmed",):
            facts = {**alone.facts, "confirmed": True}
            (result,) = score_contributions([replace(alone, facts=facts)], RULES, now=NOW)
            assert (result.points, result.state) == (change.points_after, change.state_after)


GROWING = parse_rule_set(
    """
slug = "demos"
version = "1.0"
title = { en = "Demos", zh = "演示" }
description = { en = "Demos", zh = "演示" }

[[rules]]
id = "demo"
category = "demo"
when = 'kind == "release"'
bands = { of = "live_days", steps = [[29, 1], [89, 4]], more = 8 }
en = "Demo"
zh = "演示"
source = "reasoned: a test"
"""
)


def test_days_that_were_seen_become_more_and_never_less():
    (change,) = changes_of(contribution("release", "released", {"live_days": 40}), GROWING)

    assert change.text.en == (
        "Once it was seen running for 90 days (now 40, missing 50): 8 points instead of 4"
    )
