"""Every score is the sum of its reasons, whoever computes it, in any order."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.inputs import Counting
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING
from credits.core.scoring import score_contributions
from credits.core.traces import explain, sentence
from tests.rule_sets import (
    BOT,
    CHEN,
    CONTRIBUTIONS,
    DEFAULT,
    LI,
    NOW,
    PEOPLE,
    PROBES,
    SMALL,
    WANG,
    contribution,
)

RULES = parse_rule_set(DEFAULT)
SMALL_RULES = parse_rule_set(SMALL)


def score(item, rules=RULES):
    return score_contributions([item], rules, now=NOW)


def said(reason, rules=RULES):
    """The sentence of ``reason`` in both languages."""
    return sentence(reason.as_json(), rules)


def by_rule(results):
    return [[(reason.rule, reason.points) for reason in result.reasons] for result in results]


def test_a_merged_change_earns_by_its_largest_part():
    facts = {"sizes": {"code": [150, 0], "tests": [60, 0], "docs": [8, 0], "lock": [999, 0]}}

    (result,) = score(contribution("change", facts=facts))

    assert (result.points, result.category, result.state) == (10_000, "code", COUNTED)
    assert by_rule([result]) == [[("code", 8000), ("tests-with-code", 2000)]]


def test_a_reason_says_in_words_what_it_looked_at():
    (result,) = score(contribution())

    (reason,) = result.reasons
    assert said(reason).en == "Merged code, 12 effective lines"
    assert said(reason).zh == "已合并的代码，有效 12 行"
    assert reason.as_json() == {"rule": "code", "points": 4000, "inputs": {"lines_code": 12}}


@pytest.mark.parametrize(
    ("changes", "state", "rule"),
    [
        ({"state": "open"}, WAITING, "not-merged"),
        ({"facts": {"sizes": None}}, WAITING, "size-unknown"),
        ({"facts": {"sizes": {"code": [1, "?"]}}}, WAITING, "size-unknown"),
        ({"facts": {"sizes": {"lock": [9, 9]}}}, NOT_COUNTED, "nothing-by-hand"),
        ({"facts": {"is_merge": True}}, NOT_COUNTED, "merge-commit"),
        ({"facts": {"reverts": "0" * 40}}, NOT_COUNTED, "revert"),
        ({"state": "reverted"}, NOT_COUNTED, "reverted"),
        ({"participants": (BOT,)}, NOT_COUNTED, "bots-only"),
        ({"kind": "comment", "facts": {}}, NOT_COUNTED, "comment"),
        ({"kind": "issue", "state": "open", "facts": {}}, WAITING, "issue-open"),
        ({"kind": "issue", "state": "closed", "facts": {}}, NOT_COUNTED, "issue-not-confirmed"),
    ],
)
def test_a_score_of_zero_has_a_state_and_a_reason(changes, state, rule):
    (result,) = score(contribution(**changes))

    assert (result.points, result.state) == (0, state)
    assert by_rule([result]) == [[(rule, 0)]]


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"review_state": "approved"}, 250),
        ({"review_state": "commented", "comments": 1}, 2000),
        ({"review_state": "changes_requested"}, 2000),
        ({"review_state": "approved", "comments": 5, "resolved_threads": 3}, 3500),
        ({"review_state": "approved", "resolved_threads": 40}, 4000),
        ({"review_state": "commented"}, 0),
    ],
)
def test_a_review_earns_by_what_it_led_to(facts, points):
    reviewer = replace(LI, role="reviewer")

    (result,) = score(contribution("review", "approved", facts, (reviewer,)))

    assert result.points == points


def test_a_confirmed_issue_earns_two_points():
    (result,) = score(contribution("issue", "closed", {"confirmed": True}))

    assert (result.points, result.category) == (2000, "issue")


def test_three_who_share_get_the_whole_to_the_last_thousandth():
    results = score(contribution(participants=(LI, WANG, CHEN)))

    assert [result.points for result in results] == [1334, 1333, 1333]
    assert by_rule(results)[1] == [("code", 4000), ("sharing", -2667)]
    assert said(results[1].reasons[1]).en == "Shared with others: your part is 1 of 3"


def test_a_bot_earns_nothing_and_takes_nothing_from_the_person():
    li, bot = score(contribution(participants=(LI, BOT)))

    assert (li.points, li.state, len(li.reasons)) == (4000, COUNTED, 1)
    assert (bot.points, bot.state) == (0, NOT_COUNTED)
    assert bot.reasons[0].rule == "bot"


def test_somebody_whom_the_forge_no_longer_names_gets_nothing_and_is_told():
    li, gone = score(contribution(participants=(LI, replace(WANG, weight=0))))

    assert (li.points, gone.points) == (4000, 0)
    assert gone.reasons[0].rule == "no-longer-named"


def test_where_nobody_has_a_share_nothing_counts():
    (gone,) = score(contribution(participants=(replace(LI, weight=0),)), SMALL_RULES)

    assert by_rule([gone]) == [[("no-human", 0)]]


def test_a_rule_that_cannot_be_computed_makes_only_its_contribution_wait():
    rules = parse_rule_set(SMALL.replace("double(comments)", "double(100 / reviewers)"))
    reviews = [
        contribution("review", "approved", {"reviewers": reviewers}, number=reviewers)
        for reviewers in (0, 1)
    ]

    broken, sound = score_contributions(reviews, rules, now=NOW)

    assert (broken.points, broken.state) == (0, WAITING)
    assert broken.reasons[0].rule == "cannot-evaluate"
    assert "division by zero" in said(broken.reasons[0]).en
    assert (sound.points, sound.state) == (51_000, COUNTED)


def test_a_title_with_braces_cannot_break_a_sentence():
    rules = parse_rule_set(SMALL.replace('"Code, {lines_code} lines"', '"{title}"'))
    item = replace(contribution(), title="{lines} {0} {x.__class__} }{")

    assert said(score(item, rules)[0].reasons[0], rules).en == item.title


@given(CONTRIBUTIONS)
def test_points_are_the_sum_of_the_reasons_and_every_point_has_one(item):
    results = score(item)

    assert {result.participation for result in results} == {part.key for part in item.participants}
    for result in results:
        assert result.points == sum(reason.points for reason in result.reasons)
        assert result.reasons
        for reason in result.reasons:
            assert said(reason).en
            assert re.search("[\u4e00-\u9fff]", said(reason).zh)


@given(CONTRIBUTIONS)
def test_what_a_contribution_is_worth_is_given_out_whole_or_not_at_all(item):
    results = score(item)
    shared = [result for result in results if result.state == COUNTED]

    worth = {
        sum(reason.points for reason in result.reasons if reason.rule != "sharing")
        for result in shared
    }
    assert len(worth) <= 1
    assert sum(result.points for result in results) == sum(worth)


@given(CONTRIBUTIONS)
def test_only_people_with_a_share_get_points(item):
    parts = {part.key: part for part in item.participants}

    for result in score(item):
        if result.points:
            assert parts[result.participation].weight > 0
            assert not parts[result.participation].is_bot


@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_listed_changes_nobody_s_points(people, chance):
    shuffled = tuple(chance.sample(people, len(people)))

    listed, mixed = (
        {result.participation: result for result in score(contribution(participants=parts))}
        for parts in (people, shuffled)
    )

    assert listed == mixed


@given(st.lists(CONTRIBUTIONS, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_contributions_changes_no_score(items, chance):
    items = [replace(item, contribution=number) for number, item in enumerate(items)]
    shuffled = chance.sample(items, len(items))

    def key(result):
        return result.contribution, result.participation

    assert sorted(score_contributions(items, RULES, now=NOW), key=key) == sorted(
        score_contributions(shuffled, RULES, now=NOW), key=key
    )


@given(CONTRIBUTIONS)
def test_a_score_does_not_depend_on_the_day_it_is_computed(item):
    assert score_contributions([item], RULES, now=NOW + timedelta(days=400)) == score(item)


@given(CONTRIBUTIONS, st.sampled_from(["en", "zh-hans"]))
def test_the_lines_of_a_trace_add_up_to_the_total(item, language):
    for result in score(item):
        lines = explain(result.reasons, RULES, language)

        assert len(lines) == len(result.reasons)
        assert sum(round(float(line.split()[0]) * 1000) for line in lines) == result.points


_SAME = """
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import score_contributions
from tests.rule_sets import DEFAULT, NOW, PROBES
rules = parse_rule_set(DEFAULT)
print(rules.digest, score_contributions(PROBES, rules, now=NOW))
"""


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_another_process_gives_the_same_scores(seed):
    root = Path(__file__).parents[3]
    said = subprocess.run(
        [sys.executable, "-c", _SAME],
        cwd=root,
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.strip() == f"{RULES.digest} {score_contributions(PROBES, RULES, now=NOW)}"


# Work that counts elsewhere


CHANGE = Counting(7, "change", "Fix the loader", "https://forge.example/7", "forge.example/lab/v")
OF_A_CHANGE = (
    "the commits of this change count already in forge.example/lab/v, first with “Fix the loader”"
)


@pytest.mark.parametrize(
    ("kind", "counting", "en"),
    [
        (
            "commit",
            CHANGE,
            "this commit counts with the change “Fix the loader” in forge.example/lab/v",
        ),
        ("commit", replace(CHANGE, kind="commit"), "the same commit counts in forge.example/lab/v"),
        ("change", replace(CHANGE, kind="commit"), OF_A_CHANGE),
        ("change", CHANGE, OF_A_CHANGE),
    ],
    ids=["commit-of-a-change", "same-commit", "change-of-commits", "change-of-changes"],
)
def test_work_that_counts_elsewhere_earns_nothing_and_says_where(kind, counting, en):
    item = replace(contribution(kind, participants=(LI, WANG, BOT)), counts_with=counting)

    results = score(item)

    assert [(one.points, one.state, one.category) for one in results] == [
        (0, NOT_COUNTED, "other")
    ] * 3
    (reason,) = results[0].reasons
    assert (reason.rule, said(reason).en) == ("counts-elsewhere", f"Not counted again: {en}")
    assert said(reason).zh.startswith("不重复计分：")
    assert (reason.inputs["contribution"], reason.inputs["url"]) == (7, "https://forge.example/7")


def test_it_says_so_before_any_guard_does():
    merge = contribution(facts={"is_merge": True})

    assert by_rule(score(replace(merge, counts_with=CHANGE))) == [[("counts-elsewhere", 0)]]


def test_a_long_title_is_cut_in_the_reason():
    counting = replace(CHANGE, title="x" * 1000)

    (result,) = score(replace(contribution(), counts_with=counting))

    assert f"“{'x' * 99}…”" in said(result.reasons[0]).en
