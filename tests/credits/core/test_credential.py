import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator, Draft202012Validator

from credits.core.canonical import digest_sri
from credits.core.certificate_words import WORDS, LanguageError
from credits.core.credential import (
    FactsError,
    Holder,
    KindTotal,
    build_credential,
    build_did_document,
    decimal_text,
    evidence_bytes,
)
from credits.core.jsonld import to_quads
from credits.core.rules import Alignment
from tests.credentials import DID, EVIDENCE, FACTS, KEY, RULES, VECTORS, certificate, facts_with


def schema(name):
    return json.loads((VECTORS / "schemas" / name).read_text(encoding="utf-8"))


OPEN_BADGES = Draft201909Validator(schema("ob_v3p0_achievementcredential_schema.json"))
CREDENTIALS = Draft202012Validator(schema("verifiable-credential-schema.json"))

ALIGNMENTS = (
    Alignment("Open source practice", "https://framework.example/1", "A framework", "OS-1"),
    Alignment("Writing programs", "https://framework.example/2", category="code"),
)
VARIANTS = {
    "full": FACTS,
    "chinese": replace(FACTS, language="zh"),
    "anonymous": replace(FACTS, holder=Holder(FACTS.holder.subject_id)),
    "by e-mail": replace(
        FACTS, holder=Holder(FACTS.holder.subject_id, email="Li@x.edu", email_salt="ab" * 16)
    ),
    "for ever": replace(FACTS, expires_at=None),
    "with advice": replace(FACTS, advised_credits=Decimal("2.50"), advised_by="Policy 1.0"),
    "by a university": replace(FACTS, credits_earned=Decimal("1.5")),
    "with e-mail of the issuer": replace(FACTS, issuer=replace(FACTS.issuer, email="o@x.edu")),
    "long": facts_with(200),
    "in two scripts": replace(
        FACTS, holder=replace(FACTS.holder, names=("Li Ming", "李明", "Li Ming", ""))
    ),
    "aligned": replace(FACTS, rule_set=replace(RULES, alignments=ALIGNMENTS)),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_certificate_is_what_the_schemas_of_1edtech_and_w3c_say(variant):
    document = certificate(VARIANTS[variant])

    assert [error.message for error in OPEN_BADGES.iter_errors(document)] == []
    assert [error.message for error in CREDENTIALS.iter_errors(document)] == []


def test_the_same_facts_give_the_same_bytes():
    assert json.dumps(certificate()) == json.dumps(certificate())


def test_counts_and_points_of_every_kind_are_results_that_describe_themselves():
    subject = build_credential(FACTS)["credentialSubject"]
    names = {each["id"]: each["name"] for each in subject["achievement"]["resultDescription"]}

    found = {names[each["resultDescription"]]: each["value"] for each in subject["result"]}

    assert found == {
        "Points": "14.25",
        "Contributions": "3",
        "Code: points": "13",
        "Code: contributions": "2",
        "Code review: points": "1.25",
        "Code review: contributions": "1",
    }


def test_every_counted_contribution_is_evidence_with_an_address_of_its_own():
    evidence = build_credential(FACTS)["evidence"]

    assert [each["id"] for each in evidence] == [
        f"{FACTS.id}/evidence.json",
        "https://github.com/lantern/lantern/pull/415",
        f"{FACTS.id}/evidence.json#1",
        f"{FACTS.id}/evidence.json#2",
    ]
    assert evidence[2]["description"] == "2026-04-04, 1.25 points"
    assert evidence[2]["genre"] == "review"


def test_evidence_record_and_rules_are_pinned_by_their_digests():
    pinned = {each["id"]: each["digestSRI"] for each in build_credential(FACTS)["relatedResource"]}

    assert pinned == {
        FACTS.evidence_url: digest_sri(evidence_bytes(FACTS)),
        RULES.source_url: digest_sri(RULES.source.encode()),
    }


def test_who_gave_no_name_stands_in_the_certificate_as_a_random_urn_only():
    subject = build_credential(VARIANTS["anonymous"])["credentialSubject"]

    assert subject["id"] == FACTS.holder.subject_id
    assert "identifier" not in subject


def test_an_e_mail_address_is_hashed_with_its_salt():
    (identity,) = build_credential(VARIANTS["by e-mail"])["credentialSubject"]["identifier"]

    digest = hashlib.sha256(b"li@x.edu" + b"ab" * 16).hexdigest()
    assert identity["identityHash"] == f"sha256${digest}"
    assert "Li@x.edu" not in json.dumps(identity)
    with pytest.raises(FactsError, match="with a salt"):
        build_credential(replace(FACTS, holder=Holder("urn:uuid:1", email="li@x.edu")))


def test_advice_is_never_credit_earned():
    advised = build_credential(VARIANTS["with advice"])["credentialSubject"]
    granted = build_credential(VARIANTS["by a university"])["credentialSubject"]

    assert "creditsEarned" not in advised
    assert advised["result"][-1]["value"] == "2.5"
    assert granted["creditsEarned"] == 1.5


def test_advice_names_whose_policy_it_is_and_that_the_university_decides():
    achievement = build_credential(VARIANTS["with advice"])["credentialSubject"]["achievement"]

    name = achievement["resultDescription"][-1]["name"]
    assert name == "Credits advised under Policy 1.0; the university decides"


def test_alignments_stand_with_the_whole_or_with_the_points_of_their_kind():
    achievement = build_credential(VARIANTS["aligned"])["credentialSubject"]["achievement"]

    assert achievement["alignment"] == [
        {
            "type": ["Alignment"],
            "targetName": "Open source practice",
            "targetUrl": "https://framework.example/1",
            "targetFramework": "A framework",
            "targetCode": "OS-1",
        }
    ]
    aligned = [each for each in achievement["resultDescription"] if "alignment" in each]
    assert [each["id"] for each in aligned] == [f"{RULES.url}#code-points"]
    assert aligned[0]["alignment"][0]["targetName"] == "Writing programs"


def test_each_name_stands_once():
    identities = build_credential(VARIANTS["in two scripts"])["credentialSubject"]["identifier"]

    assert [each["identityHash"] for each in identities] == ["Li Ming", "李明"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "; declared AI assistance: Copilot"), ("zh", "；已声明使用 AI 辅助：Copilot")],
)
def test_help_by_ai_stands_with_what_was_declared_and_nowhere_else(language, said):
    document = build_credential(replace(FACTS, language=language))

    assert [said in each["description"] for each in document["evidence"]] == [
        False,
        True,
        False,
        False,
    ]


def test_the_last_day_is_named_and_not_the_day_after():
    document = build_credential(FACTS)

    assert document["name"] == "Open source contribution, 2026-03-01 to 2026-08-31"
    assert document["credentialSubject"]["activityEndDate"] == "2026-08-31T23:59:59Z"


def test_every_language_says_the_same_things():
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    assert build_credential(VARIANTS["chinese"])["credentialSubject"]["achievement"]["name"] == (
        "AI open source：贡献"
    )
    with pytest.raises(LanguageError, match="no words in 'fr'"):
        build_credential(replace(FACTS, language="fr"))


@pytest.mark.parametrize(
    "totals",
    [
        (KindTotal("code", 2, 13_000),),
        (KindTotal("code", 2, 13_001), KindTotal("review", 1, 1_250)),
        (KindTotal("code", 3, 13_000), KindTotal("review", 1, 1_250)),
        (*FACTS.totals, KindTotal("docs", 1, 0)),
    ],
)
def test_totals_that_are_not_the_sum_of_the_evidence_are_refused(totals):
    with pytest.raises(FactsError):
        build_credential(replace(FACTS, totals=totals))


def test_a_period_has_a_length():
    with pytest.raises(FactsError, match="before it starts"):
        build_credential(replace(FACTS, period_end=FACTS.period_start))


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_title_and_no_address_of_strangers_prevents_a_certificate(title, address):
    item = replace(EVIDENCE[2], title=title, url=f"https://forge.example/{address}")

    document = certificate(replace(FACTS, evidence=(*EVIDENCE[:2], item)))

    assert to_quads({key: value for key, value in document.items() if key != "proof"})


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "/relative", "https://"])
def test_what_is_no_address_of_the_web_does_not_stand_in_a_certificate(url):
    item = replace(EVIDENCE[2], url=url)

    document = build_credential(replace(FACTS, evidence=(*EVIDENCE[:2], item)))

    assert document["evidence"][-1]["id"] == f"{FACTS.evidence_url}#2"


def test_a_did_document_lets_each_key_sign_statements():
    document = build_did_document(DID, [KEY])

    assert document["assertionMethod"] == [f"{DID}#{KEY}"]
    assert document["verificationMethod"] == [
        {
            "id": f"{DID}#{KEY}",
            "type": "Multikey",
            "controller": DID,
            "publicKeyMultibase": KEY,
        }
    ]
    assert to_quads(document)


@pytest.mark.parametrize(
    ("thousandths", "text"),
    [(0, "0"), (500, "0.5"), (12_500, "12.5"), (1_001, "1.001"), (100_000, "100"), (-250, "-0.25")],
)
def test_points_are_written_with_at_most_three_places(thousandths, text):
    assert decimal_text(thousandths) == text


@given(st.integers(-(10**12), 10**12))
def test_no_point_is_lost_in_writing(thousandths):
    assert Decimal(decimal_text(thousandths)) * 1000 == thousandths
