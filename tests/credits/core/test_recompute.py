"""Every point follows from what the certificate pins, and whatever was changed is named."""

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from hypothesis import assume, given
from hypothesis import strategies as st

from credits.core import recompute, scoring_record
from credits.core.recompute import CannotRecomputeError, recompute_points, record_differences
from credits.core.rule_reader import parse_rule_set
from tests.credentials import DID_DOCUMENT, NOW, as_bytes, signed, status_list
from tests.recomputed import SOURCE, certified, document_of, record_of, resources_of
from tests.scored_histories import LIMITED, change, histories

SIX = [change(number, lines) for number, lines in enumerate([1, 5, 40, 46, 300, 46], 1)]
FACTS = certified(SIX)
DOCUMENT, RESOURCES = document_of(FACTS), resources_of(FACTS)


def with_record(**changes):
    record = json.loads(RESOURCES[FACTS.evidence_url]) | changes
    return RESOURCES | {FACTS.evidence_url: json.dumps(record).encode()}


def test_the_rules_of_these_tests_are_those_of_their_text():
    assert parse_rule_set(SOURCE).texts == LIMITED.texts


def test_every_point_follows_from_the_records():
    assert recompute_points(DOCUMENT, RESOURCES) == []


@given(histories())
def test_every_point_of_every_history_follows_from_its_record(items):
    assert record_differences(record_of(items), LIMITED) == []


def test_a_record_tells_what_was_pushed_past_review_and_an_older_one_does_not():
    items = [replace(change(1, 40), is_direct=True), change(2, 40)]
    pushed, brought = record_of(items)["scoring"][0]["inputs"]

    assert [scoring_record.unpacked(each).is_direct for each in (pushed, brought)] == [True, False]
    assert "is_direct" not in brought


def leaves_of(plain):
    """What can be changed in one input: (container, key)."""
    found = [(plain, key) for key in plain if key not in {"facts", "participants", "checks"}]
    found += [(plain["facts"], key) for key in plain["facts"]]
    return found + [(part, key) for part in plain["participants"] for key in part]


def changed(draw, value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return draw(st.integers(0, 400))
    if isinstance(value, dict):
        return {kind: [draw(st.integers(0, 400)), 0] for kind in value}
    if isinstance(value, list):
        return [*value, draw(st.integers(0, 9))]
    if value.endswith("Z") and "T" in value:
        return value.replace("2026-", draw(st.sampled_from(["2025-", "2027-"])))
    return draw(st.sampled_from(["change", "review", "merged", "closed", "author", ""]))


STANDING = ("is_sandbox", "is_direct")


@st.composite
def tampered(draw):
    """A record, what was changed in it, and the record after that."""
    before = record_of(draw(histories(12)))
    after = deepcopy(before)
    number = draw(st.integers(0, len(after["scoring"][0]["inputs"]) - 1))
    plain = after["scoring"][0]["inputs"][number]
    if draw(st.booleans()):
        name = draw(st.sampled_from(["counts_elsewhere", "denied", *STANDING, "endorsed"]))
        plain[name] = True
        return before, after, number, name
    container, key = draw(st.sampled_from(leaves_of(plain)))
    if draw(st.booleans()) or container[key] == (value := changed(draw, container[key])):
        del container[key]
    else:
        container[key] = value
    return before, after, number, key


@given(tampered())
def test_a_changed_fact_is_named_with_its_contribution(tampering):
    before, after, number, key = tampering
    mine = [item for item in before["contributions"] if item["part"] in parts_of(before, number)]

    found = record_differences(after, LIMITED)

    assert found
    if "not written as we write it" not in found[0]:
        (named,) = [line for line in found if line.endswith(" was changed")]
        leaf = named.removesuffix(" was changed").rpartition(": ")[2]
        assert leaf.rpartition(".")[2] == key or leaf.startswith("participants.")
        assert not mine or key in {"part", "participants"} or mine[0]["url"] in named


def parts_of(record, number):
    return {part["part"] for part in record["scoring"][0]["inputs"][number]["participants"]}


@given(tampered())
def test_a_fact_changed_with_its_check_is_found_wherever_it_changes_a_point(tampering):
    before, after, number, _ = tampering
    plain = after["scoring"][0]["inputs"][number]
    del plain["checks"]
    after["scoring"][0]["inputs"][number] = scoring_record._with_checks(plain)
    assume(scores(before) != scores(after))

    assert record_differences(after, LIMITED)


def scores(record):
    try:
        found = recompute._score_again(record, LIMITED)
    except (KeyError, TypeError, ValueError):
        return None
    certified_parts = [item["part"] for item in record["contributions"]]
    return [found[part].points if part in found else None for part in certified_parts]


@pytest.mark.parametrize(
    ("change_item", "sentence"),
    [
        ({"points": "99"}, "pull/1: 99 points in the record, "),
        ({"category": "docs"}, "pull/1: docs in the record, code by the rules"),
        ({"part": 999}, "pull/1: what scoring was given for it is missing"),
        ({"reasons": []}, "pull/1: 0 reasons in the record"),
    ],
)
def test_a_changed_item_is_named(change_item, sentence):
    record = record_of([SIX[0]])
    record["contributions"][0] |= change_item

    assert any(sentence in line for line in record_differences(record, LIMITED))


def test_a_changed_reason_is_named_with_its_fact():
    record = record_of([SIX[0]])
    reason = record["contributions"][0]["reasons"][0]
    (fact,) = list(reason["inputs"])[:1]
    told = reason["inputs"][fact]
    reason["inputs"][fact] = 7_777

    (line,) = record_differences(record, LIMITED)

    assert line.endswith(f"{fact} is 7777 in the record, {told} now")


def test_changed_totals_are_named_in_the_record_and_in_the_certificate():
    document = deepcopy(DOCUMENT)
    document["credentialSubject"]["result"][0]["value"] = "1000"
    record = json.loads(RESOURCES[FACTS.evidence_url])
    totals = record["totals"] | {"points": "1000"}

    assert "the certificate says points 1000" in recompute_points(document, RESOURCES)[0]
    assert (
        "the total of points is 1000" in recompute_points(DOCUMENT, with_record(totals=totals))[0]
    )


def test_a_changed_rule_is_noticed():
    rules = {FACTS.rule_set.source_url: SOURCE.replace("most = 12.5", "most = 2.5").encode()}

    assert any("points" in line for line in recompute_points(DOCUMENT, RESOURCES | rules))


@pytest.mark.parametrize(
    ("resources", "sentence"),
    [
        ({}, "the evidence record is missing"),
        (
            {FACTS.evidence_url: RESOURCES[FACTS.evidence_url]},
            "the text of the rule set is missing",
        ),
        (with_record(type="opencredits-evidence/v1"), "is opencredits-evidence/v1, not"),
        (with_record(scoring=[]), "does not hold what scoring was given"),
        (RESOURCES | {FACTS.rule_set.source_url: b"x"}, "the rule set cannot be read"),
        (RESOURCES | {FACTS.rule_set.source_url: b"\xff"}, "the rule set cannot be read"),
    ],
)
def test_what_is_missing_is_said(resources, sentence):
    with pytest.raises(CannotRecomputeError, match=sentence):
        recompute_points(DOCUMENT, resources)


@pytest.mark.parametrize(
    "scoring",
    [[5], [{}], [{"inputs": [{}]}], [{"inputs": [{"facts": {}, "participants": 5, "checks": {}}]}]],
)
def test_a_record_that_is_not_ours_is_a_difference_and_no_crash(scoring):
    assert (
        "not written as we write it" in recompute_points(DOCUMENT, with_record(scoring=scoring))[0]
    )


def test_it_takes_neither_django_nor_the_network(tmp_path):
    files = {
        "li.json": as_bytes(signed(DOCUMENT)),
        "evidence": RESOURCES[FACTS.evidence_url],
        "did": as_bytes(DID_DOCUMENT),
        "status": as_bytes(status_list()),
        "rules": SOURCE.encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    script = f"""
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from credits.core.bundle import read_bundle, verify_with_bundle
read = lambda name: Path({str(tmp_path)!r}, name).read_bytes()
bundle = read_bundle(map(read, ["evidence", "did", "status"]))
resources = {{**bundle.resources, {FACTS.rule_set.source_url!r}: read("rules")}}
bundle = replace(bundle, resources=resources)
now = datetime.fromisoformat({NOW.isoformat()!r})
verdict = verify_with_bundle(read("li.json"), bundle, now=now, recomputes=True)
print(verdict.step("recompute").code, verdict.is_valid, "django" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.split()[:3] == ["points_match", "True", "False"], done.stderr


def test_what_titles_decide_that_the_record_withholds_cannot_be_told():
    rules = (
        SOURCE
        + """
[[rules]]
id = "named"
category = "code"
when = 'title == "Secret"'
points = 1
en = "Named"
zh = "指名"
source = "reasoned: a test"
"""
    )
    both = [replace(change(1, 40), title="Secret"), change(2, 40)]
    facts = certified(both, parse_rule_set(rules))
    scoring = replace(facts.scoring[0], own=frozenset({2}))
    facts = replace(facts, rule_set=replace(facts.rule_set, source=rules), scoring=(scoring,))

    with pytest.raises(CannotRecomputeError, match="titles of other people's work"):
        recompute_points(document_of(facts), resources_of(facts))


def test_what_other_people_did_has_no_title_and_no_words():
    other = replace(SIX[1], title="Secret of Wang", ruling=replace(SIX[1].ruling, denied="Bad"))
    facts = certified([SIX[0], other])
    scoring = replace(facts.scoring[0], own=frozenset({SIX[0].contribution}))
    read = replace(facts.rule_set, reads=facts.rule_set.reads | {"title"})

    text = json.dumps(scoring_record.packed(scoring, read.reads, scoring_record.Ranks.of(SIX[:2])))

    assert "Secret" not in text
    assert "Bad" not in text
    assert "Mend" in text
