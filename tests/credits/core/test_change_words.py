"""What a limit or a decision took is explained in words; no fact would bring it back."""

import pytest

from credits.core.change_words import joined, result, unchangeable
from credits.core.limits import LIMIT_INPUTS
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import LimitKind
from credits.core.texts import Text
from credits.core.traces import OWN_REASONS
from tests.rule_sets import SMALL

LIMITED = parse_rule_set(
    SMALL
    + """
[[limits]]
id = "decay"
kind = "decay"
per = "month"
steps = [[10, 100], [10, 50]]
rest = 25
en = "{place}"
zh = "{place}"
source = "reasoned: a test"

[[limits]]
id = "week"
kind = "points"
per = "week"
most = 40
en = "{most}"
zh = "{most}"
source = "reasoned: a test"
"""
)


def test_a_limit_says_what_was_used_up():
    spent = {"rule": "week", "points": -4000, "inputs": {"most": "40", "period": "2026-W48"}}

    (text,) = unchangeable([spent], LIMITED)

    assert text.en == (
        "The 40 points of 2026-W48 are used up: nothing would change this but another week"
    )
    assert text.zh == "2026-W48 的 40 分已用完：只有在其他周才会计分"


def test_decay_says_which_place_and_how_many_count_in_full():
    inputs = {"place": 12, "percent": 50, "period": "2026-11"}

    (text,) = unchangeable([{"rule": "decay", "points": -4000, "inputs": inputs}], LIMITED)

    assert "number 12 of its kind in 2026-11" in text.en
    assert "The 10 largest count in full" in text.en


def test_the_same_is_said_once():
    line = {"rule": "sharing", "points": -1, "inputs": {}}

    assert len(unchangeable([line, line], LIMITED)) == 1


@pytest.mark.parametrize("kind", LimitKind)
def test_every_kind_of_limit_has_its_words(kind):
    inputs = dict.fromkeys(LIMIT_INPUTS[kind], "7")
    limits = [limit for limit in LIMITED.limits if limit.kind is kind]

    for limit in limits:
        (text,) = unchangeable([{"rule": limit.id, "points": -1, "inputs": inputs}], LIMITED)
        assert "{" not in text.en + text.zh


def test_reasons_that_cut_for_good_say_who_can_change_it():
    lines = [{"rule": name, "points": 0, "inputs": {}} for name in OWN_REASONS]

    assert len(unchangeable(lines, LIMITED)) == len(OWN_REASONS - {"no-rule", "work-item"})


def test_a_sentence_begins_with_a_capital():
    said = joined(Text("once it is merged", "合并后"), result(0, 1000, None, is_cut=False))

    assert said.en == "Once it is merged: 1 point"
    assert said.zh == "合并后：计 1 分"
