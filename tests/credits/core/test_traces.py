"""Reasons are stored without words, and read in both languages."""

import re

import pytest
from hypothesis import given

from credits.core.rule_reader import parse_rule_set
from credits.core.traces import OWN_TEXTS, Reason, explain, sentence, trace
from tests.rule_sets import SMALL
from tests.scored_histories import LIMITED, histories, scored

RULES = parse_rule_set(SMALL)


def test_a_stored_reason_gets_its_sentence_from_the_rule_set():
    stored = Reason("code", 4500, {"lines_code": 12}).as_json()

    assert stored == {"rule": "code", "points": 4500, "inputs": {"lines_code": 12}}
    assert trace([stored], RULES) == [{**stored, "en": "Code, 12 lines", "zh": "代码 12 行"}]


def test_lists_are_shown_without_brackets():
    rules = parse_rule_set(SMALL.replace('"Code, {lines_code} lines"', '"Labels {labels}"'))
    stored = Reason("code", 0, {"labels": ["bug", "good first issue"], "lines_code": 1}).as_json()

    assert sentence(stored, rules).en == "Labels bug, good first issue"


def test_what_was_not_kept_with_a_reason_is_shown_as_unknown_and_breaks_nothing():
    assert sentence(Reason("code", 0).as_json(), RULES).en == "Code, None lines"


def test_a_rule_that_its_rule_set_does_not_have_is_called_by_its_name():
    assert sentence(Reason("gone", 0).as_json(), RULES).zh == "gone"


@pytest.mark.parametrize("name", OWN_TEXTS)
def test_own_reasons_are_told_in_both_languages(name):
    text = OWN_TEXTS[name]

    assert text.en
    assert re.search("[\u4e00-\u9fff]", text.zh)
    assert set(re.findall(r"{\w+}", text.en)) == set(re.findall(r"{\w+}", text.zh)) or (
        name == "counts-elsewhere"
    )


@given(histories(8))
def test_every_line_of_every_trace_can_be_read(items):
    for result in scored(items, LIMITED):
        lines = trace([reason.as_json() for reason in result.reasons], LIMITED)

        assert all("None" not in line["en"] and line["zh"] for line in lines)
        for language in ("en", "zh-hans"):
            words = explain(result.reasons, LIMITED, language)
            assert sum(round(float(line.split()[0]) * 1000) for line in words) == result.points
