import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credits.core.canonical import JsonError, parse_json
from credits.core.credential import build_credential, build_did_document, evidence_bytes
from credits.core.multikey import encode_public_key
from credits.core.proof import JCS, RDFC
from credits.core.verdict import Outcome, StepState
from credits.core.verify import MAX_BYTES, verify_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    ISSUED,
    KEY,
    NOW,
    RULES,
    STATUS_INDEX,
    STATUS_LIST,
    as_bytes,
    certificate,
    signed,
    signer,
    status_list,
)

CERTIFICATE = certificate()
DATA = as_bytes(CERTIFICATE)
LISTS = {STATUS_LIST: as_bytes(status_list())}
TRUSTED = {DID: DID_DOCUMENT}


def verdict(data=DATA, *, now=NOW, trusted=TRUSTED, lists=LISTS, **more):
    if not isinstance(data, bytes):
        data = as_bytes(data)
    return verify_credential(data, did_documents=trusted, status_lists=lists, now=now, **more)


def failing(found):
    return [(step.name, step.code) for step in found.steps if step.state is not StepState.OK]


def changed(path, value):
    """The certificate with one value replaced or added."""
    document = deepcopy(CERTIFICATE)
    *folders, name = path
    inner = document
    for key in folders:
        inner = inner[key]
    inner[name] = value
    return document


def test_a_certificate_is_valid_step_by_step():
    found = verdict()

    assert [(step.name, step.code) for step in found.steps] == [
        ("parse", "read"),
        ("shape", "credential"),
        ("context", "known"),
        ("issuer", "known"),
        ("proof", "proofs_hold"),
        ("dates", "in_force"),
        ("status", "not_revoked"),
    ]
    assert (found.outcome, found.exit_code, found.is_valid) == (Outcome.VALID, 0, True)
    assert found.credential == CERTIFICATE


def test_how_it_is_laid_out_does_not_matter():
    assert verdict(json.dumps(CERTIFICATE, indent=7, sort_keys=True).encode()).is_valid
    assert verdict(json.dumps(CERTIFICATE, separators=(",", ":")).encode()).is_valid


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["credentialSubject", "result", 0, "value"], "98.25"),
        (["credentialSubject", "creditsEarned"], 4),
        (["credentialSubject", "achievement", "name"], "Doctorate"),
        (["issuer", "name"], "Another Office"),
        (["validUntil"], "2099-01-01T00:00:00Z"),
        (["credentialStatus", "statusListIndex"], "5"),
        (["relatedResource", 0, "digestSRI"], "sha384-AAAA"),
        (["evidence", 0, "name"], "Another record"),
    ],
)
def test_a_changed_value_is_found(path, value):
    found = verdict(changed(path, value))

    assert found.outcome is Outcome.ALTERED
    assert failing(found)[0] == ("proof", "changed")


def test_an_added_term_that_no_context_defines_is_named():
    found = verdict(changed(["credentialSubject", "grade"], "A+"))

    assert found.outcome is Outcome.ALTERED
    assert failing(found) == [("proof", "cannot_be_signed")]
    assert "$.credentialSubject.grade" in found.step("proof").parameters["detail"]


@pytest.mark.parametrize("value", [None, [], {}, [{}]])
def test_what_adds_no_quad_is_found_all_the_same(value):
    assert verdict(changed(["termsOfUse"], value)).outcome is Outcome.ALTERED


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("created", "2026-09-01T00:00:00Z", "changed"),
        ("created", "yesterday", "malformed_proof"),
        ("created", None, "malformed_proof"),
        ("proofPurpose", "authentication", "malformed_proof"),
        ("proofValue", "z1234", "malformed_proof"),
        ("verificationMethod", f"{DID}#z6Mkother", "key_not_listed"),
        ("cryptosuite", "ecdsa-rdfc-2019", "missing_proof"),
        ("domain", "example.org", "malformed_proof"),
        ("type", "Other", "malformed_proof"),
    ],
)
def test_a_changed_proof_is_found(number, name, value, code):
    found = verdict(changed(["proof", number, name], value))

    assert found.outcome is Outcome.ALTERED
    assert failing(found) == [("proof", code)]


def test_proof_values_cannot_change_places():
    document = deepcopy(CERTIFICATE)
    first, second = document["proof"]
    first["proofValue"], second["proofValue"] = second["proofValue"], first["proofValue"]

    assert failing(verdict(document)) == [("proof", "changed")]


@pytest.mark.parametrize("number", [0, 1])
def test_both_proofs_have_to_be_there(number):
    document = CERTIFICATE | {"proof": [CERTIFICATE["proof"][number]]}
    alone = CERTIFICATE | {"proof": CERTIFICATE["proof"][number]}

    assert failing(verdict(document)) == failing(verdict(alone)) == [("proof", "missing_proof")]
    assert verdict(document).step("proof").parameters == {"suites": (JCS, RDFC)[number]}


def test_a_third_proof_is_not_passed_over():
    stranger = CERTIFICATE["proof"][0] | {"cryptosuite": "quantum-2030"}

    for extra in (stranger, CERTIFICATE["proof"][0]):
        found = verdict(CERTIFICATE | {"proof": [*CERTIFICATE["proof"], extra]})
        assert failing(found) == [("proof", "unexpected_proof")]


def test_contexts_are_exactly_those_of_a_certificate():
    more = [*CERTIFICATE["@context"], "https://www.w3.org/ns/did/v1"]

    found = verdict(signed(build_credential(FACTS) | {"@context": more}))

    assert found.outcome is Outcome.ALTERED
    assert failing(found) == [("context", "unknown_context")]


def test_an_issuer_that_nobody_vouched_for_cannot_be_told():
    found = verdict(trusted={})

    assert (found.outcome, found.exit_code) == (Outcome.ISSUER_UNKNOWN, 2)
    assert found.step("issuer").parameters == {"issuer": DID}


def test_a_did_document_of_somebody_else_vouches_for_nobody():
    other = build_did_document("did:web:else.example", [KEY])

    assert verdict(trusted={DID: other}).outcome is Outcome.ISSUER_UNKNOWN


def test_a_forger_with_a_key_of_their_own_is_found():
    forged = signed(build_credential(FACTS), "forger")

    found = verdict(forged)

    assert found.outcome is Outcome.ALTERED
    assert failing(found) == [("proof", "key_not_listed")]


def test_certificates_of_a_retired_key_stay_valid():
    new = encode_public_key(signer("new").public_key())

    assert verdict(trusted={DID: build_did_document(DID, [KEY, new])}).is_valid
    assert not verdict(trusted={DID: build_did_document(DID, [new])}).is_valid


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (ISSUED - timedelta(seconds=1), Outcome.NOT_YET_VALID),
        (FACTS.expires_at, Outcome.EXPIRED),
    ],
)
def test_a_certificate_is_valid_in_its_time(now, outcome):
    lists = {STATUS_LIST: as_bytes(status_list(days=4_000))}

    assert verdict(now=now, lists=lists).outcome is outcome


def test_a_certificate_without_an_end_does_not_expire():
    data = as_bytes(certificate(replace(FACTS, expires_at=None)))
    lists = {STATUS_LIST: as_bytes(status_list(days=40_000))}

    assert verdict(data, now=NOW + timedelta(days=30_000), lists=lists).is_valid


@pytest.mark.parametrize(
    ("purpose", "outcome"),
    [("revocation", Outcome.REVOKED), ("suspension", Outcome.SUSPENDED)],
)
def test_withdrawal_is_seen_in_the_status_list(purpose, outcome):
    entry = CERTIFICATE["credentialStatus"] | {"statusPurpose": purpose}
    document = signed(build_credential(FACTS) | {"credentialStatus": entry})
    lists = {STATUS_LIST: as_bytes(status_list(STATUS_INDEX, purpose=purpose))}

    found = verdict(document, lists=lists)

    assert (found.outcome, found.exit_code) == (outcome, 1)


def test_what_is_revoked_stays_revoked_in_a_stale_list():
    lists = {STATUS_LIST: as_bytes(status_list(STATUS_INDEX))}

    assert verdict(now=NOW + timedelta(days=30), lists=lists).outcome is Outcome.REVOKED


LISTED = status_list()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "status_list_missing"),
        (b"<html>", "status_list_wrong"),
        (as_bytes([]), "status_list_wrong"),
        (as_bytes(LISTED | {"proof": LISTED["proof"][:1]}), "status_list_wrong"),
        (as_bytes(LISTED | {"validUntil": "2099-01-01T00:00:00Z"}), "status_list_wrong"),
        (as_bytes(status_list(purpose="suspension")), "status_list_wrong"),
        (as_bytes(signed(LISTED | {"id": f"{STATUS_LIST}2"})), "status_list_wrong"),
        (as_bytes(signed(LISTED | {"issuer": "did:web:else.example"})), "status_list_wrong"),
        (as_bytes(signed(LISTED, "forger")), "status_list_wrong"),
        (as_bytes(CERTIFICATE), "status_list_wrong"),
    ],
)
def test_without_a_sound_status_list_nobody_says_valid(data, code):
    found = verdict(lists={} if data is None else {STATUS_LIST: data})

    assert (found.outcome, found.exit_code) == (Outcome.STATUS_UNKNOWN, 2)
    assert failing(found) == [("status", code)]


def test_a_status_list_is_checked_anew_when_the_issuer_withdraws_the_key_that_signed_it():
    assert verdict().step("status").state is StepState.OK

    without_key = {DID: build_did_document(DID, [])}

    assert verdict(trusted=without_key).step("status").code == "status_list_wrong"


def test_a_withdrawal_shows_at_once_after_the_list_was_seen_without_it():
    assert verdict().is_valid

    lists = {STATUS_LIST: as_bytes(status_list(STATUS_INDEX))}

    assert verdict(lists=lists).outcome is Outcome.REVOKED
    assert verdict().is_valid


def test_a_stale_status_list_does_not_tell():
    found = verdict(now=NOW + timedelta(days=30))

    assert failing(found) == [("status", "status_list_stale")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "Other"}, "unknown_status_type"),
        ({"statusPurpose": "message"}, "unknown_status_type"),
        ({"statusListIndex": "-1"}, "wrong_index"),
        ({"statusListIndex": 5}, "wrong_index"),
        ({"statusListIndex": "131072"}, "status_list_wrong"),
    ],
)
def test_a_status_that_cannot_be_looked_up_is_named(change, code):
    found = verdict(changed(["credentialStatus"], CERTIFICATE["credentialStatus"] | change))

    assert found.step("status").code == code
    assert not found.is_valid


def test_a_certificate_without_status_cannot_be_revoked():
    document = build_credential(FACTS)
    del document["credentialStatus"]

    assert verdict(signed(document), lists={}).is_valid


def test_pinned_resources_are_held_against_their_digests():
    resources = {FACTS.evidence_url: evidence_bytes(FACTS), RULES.source_url: RULES.source.encode()}

    assert verdict(resources=resources).step("resources").code == "match"
    forged = verdict(resources={FACTS.evidence_url: evidence_bytes(FACTS) + b" "})
    assert forged.outcome is Outcome.ALTERED
    assert forged.step("resources").parameters == {"resource": FACTS.evidence_url}
    assert verdict(resources={"urn:else": b""}).step("resources").state is StepState.UNKNOWN


def test_points_are_derived_again_where_asked():
    assert verdict(recompute=lambda document: []).step("recompute").code == "points_match"
    found = verdict(recompute=lambda document: ["pull 415: 12.5, not 13"])
    assert found.outcome is Outcome.ALTERED
    assert found.step("recompute").parameters == {"differences": "pull 415: 12.5, not 13"}


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ([], "not an object"),
        ({}, "type"),
        (changed(["type"], "VerifiableCredential"), "type"),
        (changed(["type"], ["VerifiableCredential"]), "OpenBadgeCredential"),
        (changed(["type"], [["VerifiableCredential"], 5]), "type"),
        (changed(["id"], 5), "id"),
        (changed(["id"], "x" * 3000), "id"),
        (changed(["issuer"], {"id": ["did:web:x"]}), "issuer.id"),
        (changed(["issuer"], []), "issuer.id"),
        (changed(["credentialSubject"], []), "credentialSubject"),
        (changed(["credentialStatus"], []), "credentialStatus"),
        (changed(["validFrom"], "2026-09-02"), "validFrom"),
        (changed(["validFrom"], None), "validFrom"),
        (changed(["validFrom"], "2026-13-02T00:00:00Z"), "validFrom"),
        (changed(["validUntil"], "2020-01-01T00:00:00Z"), "before validFrom"),
        (changed(["proof"], []), "proof"),
        (changed(["proof"], "z123"), "proof"),
        (changed(["proof"], CERTIFICATE["proof"] * 5), "proof"),
    ],
)
def test_what_is_no_credential_is_malformed(document, detail):
    found = verdict(document)

    assert (found.outcome, found.exit_code) == (Outcome.MALFORMED, 1)
    assert detail in found.step("shape").parameters["detail"]


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "line 1, column 1"),
        (DATA[: len(DATA) // 2], "line "),
        (b"\x89PNG\r\n", "not UTF-8"),
        (b"[" * 100_000, "deeper than 32"),
        (b'{"id": 1, "id": 2}', "twice"),
        (bytes(MAX_BYTES + 1), "more than the 5000000"),
    ],
)
def test_what_is_no_json_is_malformed_and_says_where(data, detail):
    found = verdict(data)

    assert found.outcome is Outcome.MALFORMED
    assert found.credential is None
    assert detail in found.step("parse").parameters["detail"]


def test_a_blob_of_100_megabytes_is_not_read():
    found = verdict(bytes(100_000_000))

    assert found.outcome is Outcome.MALFORMED


def test_a_verdict_can_be_written_as_json():
    found = json.loads(json.dumps(verdict(trusted={}).as_json()))

    assert found["outcome"] == "issuer_unknown"
    assert found["valid"] is False
    assert found["steps"][3]["state"] == "unknown"


@given(st.integers(0, len(DATA) - 1), st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_no_flipped_bit_is_ever_valid(place, bit):
    data = bytearray(DATA)
    data[place] ^= 1 << bit
    with suppress(JsonError):
        assume(parse_json(bytes(data), max_bytes=MAX_BYTES) != CERTIFICATE)

    assert not verdict(bytes(data)).is_valid


def leaves(value, path=()):
    """The path of every value that is no container."""
    if isinstance(value, (dict, list)):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            yield from leaves(inner, (*path, key))
    else:
        yield path


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)


@given(st.sampled_from(list(leaves(CERTIFICATE))), SCALARS | st.lists(SCALARS, max_size=2))
@settings(max_examples=300, deadline=None)
def test_no_replaced_value_is_ever_valid(path, value):
    document = changed(path, value)
    assume(document != CERTIFICATE)

    assert not verdict(document).is_valid


@given(
    st.sampled_from(sorted({path[:-1] for path in leaves(CERTIFICATE)}, key=str)),
    st.sampled_from(["name", "description", "type", "id", "grade", "@context", "urn:x", "image"]),
    SCALARS,
)
@settings(max_examples=200, deadline=None)
def test_nothing_can_be_added(path, name, value):
    inner = CERTIFICATE
    for key in path:
        inner = inner[key]
    assume(isinstance(inner, dict) and name not in inner)

    assert not verdict(changed([*path, name], value)).is_valid


@given(st.sampled_from(list(leaves(CERTIFICATE))))
@settings(max_examples=100, deadline=None)
def test_nothing_can_be_left_out(path):
    document = deepcopy(CERTIFICATE)
    *folders, name = path
    inner = document
    for key in folders:
        inner = inner[key]
    del inner[name]

    assert not verdict(document).is_valid
