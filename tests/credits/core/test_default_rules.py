"""The default rule set gives the numbers that it was agreed to give."""

import re
from dataclasses import replace
from typing import Any

import pytest

from credits.core.rule_cases import case_facts
from tests.default_rules import (
    RULES,
    WORKED,
    change,
    claim,
    part,
    points_of,
    reasons,
    release,
    scored,
)
from tests.rule_sets import LI, WANG, contribution


def test_everything_is_said_in_both_languages_with_its_source():
    for entry in (*RULES.guards, *RULES.rules, *RULES.factors, *RULES.limits):
        assert re.match("(measured|reasoned): .{10}", entry.source), entry.id
        assert re.search("[\u4e00-\u9fff]", entry.text.zh), entry.id
        assert not re.search("[\u4e00-\u9fff]", entry.text.en), entry.id
        assert entry.text.en != entry.text.zh


def test_both_languages_name_the_same_values():
    for entry in (*RULES.guards, *RULES.rules, *RULES.factors, *RULES.limits):
        places = [sorted(re.findall(r"\{\w+\}", said)) for said in (entry.text.en, entry.text.zh)]
        assert places[0] == places[1], entry.id


def test_every_rule_and_every_guard_that_facts_can_show_has_a_case():
    said = {RULES.guards[place].id for place in map(_stop, RULES.cases) if place >= 0}
    given = {rule for case in RULES.cases for rule in _applied(case)}

    assert given == {rule.id for rule in RULES.rules}
    assert {guard.id for guard in RULES.guards} - said == {"settling"}
    assert sum(case.points == 0 for case in RULES.cases) > 20


def _stop(case: Any) -> int:
    facts = case_facts(case.facts)
    assert facts is not None
    return RULES.stop(facts)


def _applied(case: Any) -> set[str]:
    facts = case_facts(case.facts)
    assert facts is not None
    return (
        set() if _stop(case) >= 0 else {RULES.rules[place].id for place, _ in RULES.run(facts)[0]}
    )


def test_no_case_is_given_points_by_two_rules():
    assert all(len(_applied(case)) <= 1 for case in RULES.cases)


@pytest.mark.parametrize(
    ("kind", "bands"),
    [
        ("code", [(5, 1), (45, 4), (190, 8), (720, 16), (9999, 24)]),
        ("tests", [(5, 1), (30, 3), (100, 6), (9999, 10)]),
        ("docs", [(5, 0.5), (60, 2), (270, 5), (9999, 10)]),
        ("ci", [(4, 1), (30, 3), (80, 6), (9999, 8)]),
        ("example", [(5, 1), (60, 3), (270, 6), (9999, 10)]),
    ],
)
def test_merged_work_counts_by_its_band_and_an_edge_belongs_to_the_lower(kind, bands):
    for place, (most, points) in enumerate(bands):
        (result,) = scored(change({"sizes": {kind: [most, 0]}}))
        assert (result.points, result.category) == (points * 1000, kind)
        if place:
            above = bands[place - 1][0] + 1
            assert points_of(change({"sizes": {kind: [0, above]}})) == points


@pytest.mark.parametrize(("tests", "points"), [(14, 8), (15, 10), (100, 10)])
def test_tests_with_code_add_a_quarter_from_a_tenth_of_its_lines_on(tests, points):
    assert points_of(change({"sizes": {"code": [150, 0], "tests": [tests, 0]}})) == points


def test_a_bulk_change_earns_a_fifth_and_declared_help_of_a_machine_changes_nothing():
    assert points_of(change(WORKED | {"is_mechanical": True})) == 0.8
    assert points_of(change(WORKED | {"ai_assistance": ["Assistant"]})) == 4


@pytest.mark.parametrize(
    ("words", "helped", "points"),
    [(1000, [], 3), (500, [], 1.5), (1000, ["A"], 1), (10**8, [], 40)],
)
def test_translations_count_by_their_words(words, helped, points):
    facts = {"sizes": {}, "translated_words": words, "ai_assistance": helped}

    assert points_of(change(facts)) == points


@pytest.mark.parametrize(
    ("item", "points", "category"),
    [
        (part("review", "reviewer", review_state="approved"), 0.25, "review"),
        (part("review", "reviewer", review_state="commented", comments=1), 2, "review"),
        (part("review", "reviewer", resolved_threads=1), 2.5, "review"),
        (part("review", "reviewer", resolved_threads=30), 4, "review"),
        (part("issue", "reporter", "closed", confirmed=True), 2, "issue"),
        (part("triage", "triager"), 0.5, "triage"),
        (part("answer", "author", "accepted"), 1, "answer"),
        (part("comment", "author", "shown"), 0, "other"),
        (part("maintenance", "author", acts=8), 6, "maintenance"),
        (part("maintenance", "author", acts=7), 0, "other"),
        (claim("reproduction", 1), 2, "issue"),
        (claim("annotation", 250), 2.5, "dataset"),
        (claim("annotation", 5000), 20, "dataset"),
        (claim("benchmark", 1), 30, "benchmark"),
        (claim("benchmark-reproduction", 1), 6, "benchmark"),
        (claim("mentoring", 1), 10, "mentoring"),
        (claim("mentoring", 5), 40, "mentoring"),
        (claim("translation", 1000), 3, "translation"),
        (claim("translation", 1000, ai_assistance=["A"]), 1, "translation"),
        (claim("moderation", 4), 2, "triage"),
        *((claim(kind, 1), 4, "outreach") for kind in ("talk", "tutorial", "event", "design")),
        *((claim(kind, 30), 8, "outreach") for kind in ("talk", "tutorial", "event", "design")),
    ],
)
def test_each_kind_of_work_earns_what_was_agreed(item, points, category):
    (result,) = scored(item)

    assert (result.points, result.category) == (points * 1000, category)


CARD = {"card": True, "licence": ["mit"]}
TUNED = CARD | {"base_models": ["lab/base"], "evaluated": True, "datasets": ["lab/data"]}


@pytest.mark.parametrize(
    ("item", "points", "said"),
    [
        (release("model", **CARD, evaluated=True), 40, "model"),
        (release("model", **CARD), 0, "release-unevaluated"),
        (release("model", card=True, evaluated=True), 0, "release-incomplete"),
        (release("model", **TUNED), 15, "fine-tune"),
        (release("model", **TUNED, base_relation="adapter"), 15, "fine-tune"),
        (release("model", **TUNED | {"datasets": []}), 0, "fine-tune-data"),
        (release("model", **CARD, base_models=["a/b"], base_relation="quantized"), 3, "conversion"),
        (release("dataset", **CARD), 20, "dataset"),
        (release("dataset", card=True), 0, "release-incomplete"),
        (release("space", live_days=30), 8, "demo"),
        (release("space", live_days=29), 0, "demo-live"),
        (release("code"), 0, "code-release"),
        (replace(release("dataset", **CARD), is_sandbox=True), 0, "release-alone"),
        (replace(change({"sizes": {"docs": [9, 0]}}), repository_kind="model"), 2, "card-repair"),
        (replace(contribution(facts={"sizes": None}), repository_kind="model"), 0, "upload"),
    ],
)
def test_models_data_and_demos_count_when_others_can_use_them(item, points, said):
    (result,) = scored(item)

    assert result.points == points * 1000
    assert result.reasons[0].rule == said


@pytest.mark.parametrize(
    ("severity", "points"), [("low", 8), ("medium", 16), ("high", 32), ("critical", 48)]
)
def test_security_work_counts_by_severity_and_a_report_alone_by_half(severity, points):
    by_severity = {"severity": severity}
    finder = replace(WANG, role="reporter")
    fixed = contribution("advisory", "published", by_severity, (LI, finder))
    reported = contribution("advisory", "published", by_severity, (finder,))

    assert [result.points for result in scored(fixed)] == [points * 500, points * 500]
    assert points_of(reported) == points / 2


def test_of_a_critical_fix_one_person_keeps_a_working_week():
    (result,) = scored(contribution("advisory", "published", {"severity": "critical"}))

    assert reasons(result) == [("security-fix", 48_000), ("weekly", -8_000)]
