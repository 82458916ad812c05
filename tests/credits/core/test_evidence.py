import json

import pytest

from credits.core.credential import build_evidence_record, evidence_bytes
from credits.core.evidence import web_address
from tests.credentials import FACTS, RULES


def test_the_record_lists_every_contribution_with_its_reasons():
    record = build_evidence_record(FACTS)

    assert record["contributions"][0] == {
        "url": "https://github.com/lantern/lantern/pull/415",
        "repository": "github:lantern/lantern",
        "external_id": "github:pull:415",
        "title": "Add a paged attention kernel （试验） 🚀",
        "kind": "change",
        "category": "code",
        "role": "author",
        "occurred_at": "2026-04-03T09:30:00Z",
        "points": "12.5",
        "reasons": [{"rule": "code-size", "points": "12.5", "en": "Size", "zh": "规模"}],
        "ai_assistance": ["Copilot"],
        "digest": "a" * 64,
    }
    assert [each["points"] for each in record["contributions"]] == ["12.5", "1.25", "0.5"]


def test_the_record_says_what_it_belongs_to():
    record = build_evidence_record(FACTS)

    assert record["id"] == f"{FACTS.id}/evidence.json"
    assert record["certificate"] == FACTS.id
    assert record["rule_set"]["source"] == RULES.source_url
    assert record["totals"] == {
        "contributions": 3,
        "points": "14.25",
        "kinds": [
            {"kind": "code", "contributions": 2, "points": "13"},
            {"kind": "review", "contributions": 1, "points": "1.25"},
        ],
    }


def test_the_bytes_that_are_pinned_are_those_of_the_record():
    assert json.loads(evidence_bytes(FACTS)) == build_evidence_record(FACTS)


def test_the_record_holds_no_personal_data_of_the_holder():
    assert "Li Ming" not in evidence_bytes(FACTS).decode()


@pytest.mark.parametrize(
    ("address", "as_signed"),
    [
        ("https://forge.example/a/b?c=1#d", "https://forge.example/a/b?c=1#d"),
        ("https://forge.example/项目", "https://forge.example/%E9%A1%B9%E7%9B%AE"),
        ("https://forge.example/a\u3000\U0001f680", "https://forge.example/a%E3%80%80%F0%9F%9A%80"),
        ("https://forge.example/\ud800", "https://forge.example/%EF%BF%BD"),
        ('https://forge.example/"<a> %20', "https://forge.example/%22%3Ca%3E%20%20"),
        ("ftp://forge.example/a", ""),
    ],
)
def test_an_address_is_written_so_that_every_verifier_reads_it_alike(address, as_signed):
    assert web_address(address) == as_signed
