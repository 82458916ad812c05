"""A rule set says in words what it does."""

import re

import pytest

from credits.core.rule_reader import parse_rule_set
from credits.core.rules import describe
from credits.core.score_sheet import BOT, NO_HUMAN, NO_LONGER_NAMED, NO_RULE, NO_SHARE
from credits.core.traces import OWN_REASONS
from tests.rule_sets import DEFAULT, SMALL

RULES = parse_rule_set(DEFAULT)
EVERY = (*RULES.guards, *RULES.rules, *RULES.factors, *RULES.limits)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_guard_and_rule_is_described_in_both_languages(language):
    described = describe(RULES, language)

    assert [entry["id"] for entry in described] == [
        *(guard.id for guard in RULES.guards),
        *(rule.id for rule in RULES.rules),
        *(factor.id for factor in RULES.factors),
        *(limit.id for limit in RULES.limits),
    ]
    for entry in described:
        assert entry["when"]
        assert entry["gives"]
        assert bool(re.search("[\u4e00-\u9fff]", entry["says"])) == (language != "en")


def test_bands_are_described_as_they_count():
    code = describe(parse_rule_set(SMALL), "en")[1]

    assert code["gives"] == "lines_code ≤ 5: 1; lines_code ≤ 45: 4.5; > 45: 8"


def test_every_rule_names_the_source_of_its_number():
    for entry in EVERY:
        assert re.match("(measured|reasoned): .{10}", entry.source), entry.id


def test_the_reasons_that_scoring_gives_itself_have_names_of_their_own():
    own = {reason.rule for reason in (BOT, NO_HUMAN, NO_LONGER_NAMED, NO_RULE, NO_SHARE)}

    assert own <= OWN_REASONS
    assert not OWN_REASONS & {entry.id for entry in EVERY}


def bands(rule_id):
    rule = next(rule for rule in RULES.rules if rule.id == rule_id)
    assert rule.bands is not None
    return {limit: points / 1000 for limit, points in rule.bands.steps} | {
        "more": rule.bands.more / 1000
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("code", {5: 1, 45: 4, 190: 8, 720: 16, "more": 24}),
        ("tests-only", {5: 1, 30: 3, 100: 6, "more": 10}),
        ("docs", {5: 0.5, 60: 2, 270: 5, "more": 10}),
        ("ci", {4: 1, 30: 3, 80: 6, "more": 8}),
        ("example", {5: 1, 60: 3, 270: 6, "more": 10}),
    ],
)
def test_the_default_bands_are_those_that_were_measured(rule, expected):
    assert bands(rule) == expected


def test_tests_with_code_add_a_quarter_and_bulk_changes_earn_a_fifth():
    assert {factor.id: factor.factor for factor in RULES.factors} == {
        "tests-with-code": 1250,
        "mechanical": 200,
    }


@pytest.mark.parametrize("rule", ["code", "tests-only", "docs", "ci", "example"])
def test_more_work_never_earns_less(rule):
    points = list(bands(rule).values())

    assert points == sorted(points)
