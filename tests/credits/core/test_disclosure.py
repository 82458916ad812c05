"""A part of a certificate: proved, and telling nothing of the rest."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from credits.core.bundle import read_bundle, verify_with_bundle
from credits.core.canonical import canonical_json
from credits.core.certificate_facts import ProjectFacts
from credits.core.disclosure import (
    DisclosureError,
    Leaf,
    LeafKind,
    check_disclosure,
    disclose,
    read_leaves,
    seal_items,
    shared_record,
)
from credits.core.evidence import build_evidence_record
from credits.core.sealed import SealedFacts, build_sealed_credential, leaves_of
from credits.core.verdict import Outcome
from tests.credentials import (
    DID_DOCUMENT,
    FACTS,
    ISSUED,
    NOW,
    STATUS_INDEX,
    VECTORS,
    as_bytes,
    certificate,
    signed,
    status_list,
)

LANTERN, OTHER = "https://credits.university.example/projects/lantern", "https://o.example/p"
TWO_PROJECTS = replace(
    FACTS,
    projects=(*FACTS.projects, ProjectFacts("Hidden Bay", OTHER)),
    evidence=[
        replace(item, project=OTHER if number == 2 else LANTERN)
        for number, item in enumerate(FACTS.evidence)
    ],
)
COUNT = iter(range(10**9))
SCHEMA = json.loads((VECTORS / "schemas" / "ob_v3p0_achievementcredential_schema.json").read_text())


def salt():
    return f"{next(COUNT):032x}"


LEAVES = leaves_of(certificate(TWO_PROJECTS), build_evidence_record(TWO_PROJECTS), salt)
SEAL = seal_items(LEAVES, address="urn:uuid:1#seal")
SEALED = signed(
    build_sealed_credential(
        SealedFacts("urn:uuid:1", "urn:uuid:2", certificate(TWO_PROJECTS), SEAL, ISSUED)
    )
)
BUNDLE = read_bundle([as_bytes(DID_DOCUMENT), as_bytes(status_list())])


def shared(*leaves):
    return shared_record(SEALED, SEAL, leaves)


def verdict(document, bundle=BUNDLE):
    return verify_with_bundle(as_bytes(document), bundle, now=NOW)


def of(kind):
    return [leaf for leaf in LEAVES if leaf.kind is kind]


def test_everything_that_a_certificate_says_can_be_hidden():
    kinds = [leaf.kind.value for leaf in LEAVES]

    assert kinds == ["name", "rules", "total", "project", "project", *["contribution"] * 3]
    assert "reasons" not in of(LeafKind.CONTRIBUTION)[0].value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sealed_form_is_an_open_badge(language):
    facts = SealedFacts("urn:uuid:1", "urn:uuid:2", certificate(), SEAL, ISSUED, language)

    Draft201909Validator(SCHEMA).validate(signed(build_sealed_credential(facts)))


def test_the_sealed_form_gives_nothing_away():
    text = json.dumps(SEALED, ensure_ascii=False)

    for leaf in LEAVES:
        for value in leaf.value.values():
            # An e-mail address, a code, an address, a title, a number of points: none of them.
            assert len(str(value)) < 4 or json.dumps(value, ensure_ascii=False) not in text
    for private in ("Li Ming", "lantern", "Hidden Bay", "ai-open-source", FACTS.code, "14.25"):
        assert private not in text


def test_a_part_verifies_and_says_how_much_is_hidden():
    part = disclose(LEAVES, {leaf.digest for leaf in (LEAVES[0], LEAVES[3], LEAVES[5])})

    found = verdict(shared(*part))

    assert found.is_valid
    assert found.step("disclosure").parameters == {
        "name": "0",
        "rules": "1",
        "total": "1",
        "project": "1",
        "contribution": "2",
    }


def test_a_contribution_is_hidden_with_its_project():
    mine = of(LeafKind.CONTRIBUTION)
    lantern = next(leaf for leaf in of(LeafKind.PROJECT) if leaf.value["url"] == LANTERN)

    assert disclose(LEAVES, {leaf.digest for leaf in mine}) == []
    assert disclose(LEAVES, {leaf.digest for leaf in [lantern, *mine]}) == [lantern, *mine[:2]]


@given(st.sets(st.sampled_from([leaf.digest for leaf in LEAVES])))
def test_any_choice_verifies_and_shows_no_more_than_was_chosen(keep):
    part = disclose(LEAVES, keep)
    text = json.dumps(shared(*part))

    assert verdict(shared(*part)).is_valid
    assert {leaf.digest for leaf in part} <= keep
    hidden = [leaf for leaf in LEAVES if leaf not in part]
    assert not any(leaf.salt in text for leaf in hidden)
    assert check_disclosure(shared(*part)).hidden == {
        kind: sum(leaf.kind is kind for leaf in hidden) for kind in LeafKind
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda it: it["shown"][0]["value"].update(points="99"), "is not what was sealed"),
        (lambda it: it["shown"][0].update(salt="0" * 32), "is not what was sealed"),
        (lambda it: it["shown"][0].update(kind="total"), "is not what was sealed"),
        (lambda it: it["shown"].append(it["shown"][0]), "is shown twice"),
        (lambda it: it["shown"][0].update(salt="00"), "the salt is not 16 bytes"),
        (lambda it: it["shown"][0].update(kind="grade"), "no kind that can be sealed"),
        (lambda it: it["shown"][0].update(more=1), "not a kind, a salt and a value"),
        (lambda it: it.update(shown=5), "not a list"),
        (lambda it: it.update(seal=5), "seal: not an object"),
        (lambda it: it["seal"]["digests"]["contribution"].pop(), "not the one that was signed"),
        (lambda it: it["seal"].update(id="urn:uuid:9"), "pins no such seal"),
        (lambda it: it["credential"].pop("relatedResource"), "pins no such seal"),
    ],
)
def test_whatever_is_changed_is_noticed(change, sentence):
    document = deepcopy(shared(of(LeafKind.CONTRIBUTION)[0]))
    change(document)

    found = verdict(document)

    assert found.outcome is Outcome.ALTERED
    assert sentence in found.step("disclosure").parameters["detail"]


def test_a_part_is_revoked_with_its_certificate():
    revoked = read_bundle([as_bytes(DID_DOCUMENT), as_bytes(status_list(STATUS_INDEX))])

    assert verdict(shared(), revoked).outcome is Outcome.REVOKED


@pytest.mark.parametrize("credential", [None, 5, [], {}, {"type": "opencredits-shared/v1"}])
def test_a_part_of_nothing_is_no_certificate(credential):
    found = verdict({"type": "opencredits-shared/v1", "credential": credential})

    assert found.outcome is Outcome.MALFORMED


@pytest.mark.parametrize(
    "seal",
    [
        {"type": "opencredits-seal/v1"},
        {"type": "opencredits-seal/v1", "digests": {kind.value: [1] for kind in LeafKind}},
        {
            "type": "opencredits-seal/v1",
            "digests": {kind.value: ["a" * 64] * 2 for kind in LeafKind},
        },
        {"type": "opencredits-seal/v2"},
    ],
)
def test_a_seal_that_is_not_ours_is_refused(seal):
    with pytest.raises(DisclosureError):
        check_disclosure({"seal": seal, "shown": []})


@pytest.mark.parametrize("salts", [["", "1" * 32], ["1" * 30, "2" * 32], ["1" * 32, "1" * 32]])
def test_a_salt_is_sixteen_bytes_and_serves_once(salts):
    leaves = [Leaf(LeafKind.TOTAL, {"points": "1"}, one) for one in salts]

    with pytest.raises(DisclosureError):
        seal_items(leaves, address="urn:uuid:1#seal")


def test_the_same_leaf_has_another_digest_in_another_seal():
    again = leaves_of(certificate(TWO_PROJECTS), build_evidence_record(TWO_PROJECTS), salt)

    assert not {leaf.digest for leaf in LEAVES} & {leaf.digest for leaf in again}
    assert [leaf.value for leaf in LEAVES] == [leaf.value for leaf in again]


def test_the_place_of_a_digest_tells_nothing_of_its_leaf():
    assert all(digests == sorted(digests) for digests in SEAL["digests"].values())


def test_the_record_of_the_holder_is_read_again():
    kept = json.loads(canonical_json([leaf.as_json() for leaf in LEAVES]))

    assert read_leaves(kept) == LEAVES
