"""After a theft: what the log held before stands, and what the thief signs does not."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from credits.core.checkpoint import build_checkpoint, sign_note
from credits.core.clr import RecordFacts, build_record
from credits.core.credential import build_credential, build_did_document
from credits.core.did import verification_method
from credits.core.jose import thumbprint
from credits.core.log import leaf_bytes
from credits.core.merkle import inclusion_proof, leaf_hash, root_hash
from credits.core.multikey import encode_public_key
from credits.core.proof import add_proofs
from credits.core.signing_policy import statement_digest
from credits.core.sound_log import build_sound_checkpoint, read_sound_checkpoint
from credits.core.status import build_status_list_credential
from credits.core.tlog_proof import build_tlog_proof
from credits.core.vc_jwt import sign_credential
from credits.core.verify import Outcome, verify_credential
from tests.credentials import (
    DID,
    FACTS,
    ISSUED,
    KEY,
    METHOD,
    NOW,
    SIGNER,
    STATUS_LIST,
    as_bytes,
    certificate,
    signer,
    token_signer,
)

ORIGIN = "credits.university.example/log"
THEFT = ISSUED + timedelta(hours=3)
NEW = signer("successor")
NEW_KEY = encode_public_key(NEW.public_key())
TOKENS = token_signer("ec")
JWK = TOKENS.public_jwk()
THUMB = thumbprint(JWK)
DID_DOCUMENT = build_did_document(DID, [KEY, NEW_KEY], [JWK], revoked={KEY: THEFT, THUMB: THEFT})
SALT = bytes(range(32))


def by(key, document):
    method = verification_method(DID, encode_public_key(key.public_key()))
    return add_proofs(document, key, verification_method=method, created=ISSUED)


GENUINE = certificate()
FORGED = by(SIGNER, {**build_credential(FACTS), "name": "Doctor of everything"})
LEAVES = [
    leaf_hash(leaf_bytes("issue", statement_digest(GENUINE), SALT)),
    *(leaf_hash(str(number).encode()) for number in range(5)),
    leaf_hash(leaf_bytes("issue", statement_digest(FORGED), SALT)),
]
SOUND_SIZE = 6


def sound_note(size=SOUND_SIZE, key=NEW, method=METHOD, leaves=LEAVES):
    text = build_sound_checkpoint(
        ORIGIN, size, root_hash(leaves[:size]), method=method, since=THEFT
    )
    return sign_note(text, key, name=ORIGIN)


def log_proof(index=0, note=None, size=SOUND_SIZE):
    path = inclusion_proof(LEAVES[:size], index)
    return build_tlog_proof(index, path, note or sound_note(), kind="issue", salt=SALT.hex())


def verified(data, *proofs, did=DID_DOCUMENT):
    listed = build_status_list_credential(
        STATUS_LIST, DID, [], valid_from=ISSUED, valid_until=ISSUED + timedelta(days=7)
    )
    return verify_credential(
        data if isinstance(data, bytes) else as_bytes(data),
        did_documents={DID: did},
        status_lists={STATUS_LIST: as_bytes(by(NEW, listed))},
        now=NOW,
        log_proofs=proofs,
    )


def test_the_stolen_key_stays_in_the_did_document_and_asserts_nothing():
    method = next(each for each in DID_DOCUMENT["verificationMethod"] if each["id"] == METHOD)

    assert method["revoked"] == "2026-09-02T11:00:00Z"
    assert METHOD not in DID_DOCUMENT["assertionMethod"]


def test_a_signature_of_a_stolen_key_alone_is_worth_nothing():
    verdict = verified(GENUINE)

    assert verdict.outcome is Outcome.KEY_REVOKED
    assert verdict.exit_code == 1
    assert verdict.step("proof").parameters["since"] == "2026-09-02T11:00:00Z"


def test_what_was_logged_before_the_theft_stands():
    assert verified(GENUINE, log_proof()).is_valid


def test_a_back_dated_forgery_is_refused_whatever_log_proof_comes_with_it():
    proofs = [log_proof(), log_proof(5), log_proof(6, size=7), log_proof(6, sound_note(7), 7)]

    assert verified(FORGED).outcome is Outcome.KEY_REVOKED
    assert verified(FORGED, *proofs[:3]).outcome is Outcome.KEY_REVOKED
    # Only the issuer's new key could say that the forgery was in the log before.
    assert verified(FORGED, proofs[3]).is_valid


@pytest.mark.parametrize(
    "note",
    [
        sound_note(7, key=SIGNER),  # the thief says what the log was
        sound_note(7, key=signer("nobody")),
        sound_note(7, method=verification_method(DID, NEW_KEY)),  # about another key
        sound_note(7, method=METHOD + "x"),
        sign_note(build_checkpoint(ORIGIN, 7, root_hash(LEAVES)), NEW, name=ORIGIN),
        sign_note(build_checkpoint(ORIGIN, 7, root_hash(LEAVES)), SIGNER, name=ORIGIN),
    ],
)
def test_another_word_about_the_log_does_not_help_a_forgery(note):
    assert verified(FORGED, log_proof(6, note, 7)).outcome is Outcome.KEY_REVOKED


@pytest.mark.parametrize(
    "extension",
    ["", "key-withdrawn\n", "something else\n", f"key-withdrawn {METHOD} x\nmore\n"],
)
def test_a_checkpoint_with_another_line_says_nothing_of_a_key(extension):
    text = build_checkpoint(ORIGIN, 7, root_hash(LEAVES)) + extension
    note = sign_note(text, NEW, name=ORIGIN)

    assert verified(FORGED, log_proof(6, note, 7)).outcome is Outcome.KEY_REVOKED


@pytest.mark.parametrize("proof", ["", "rubbish", "c2sp.org/tlog-proof@v1\nindex 0\n\n\n"])
def test_a_damaged_log_proof_does_not_help(proof):
    assert verified(GENUINE, proof).outcome is Outcome.KEY_REVOKED


def test_one_good_proof_among_others_is_enough():
    assert verified(GENUINE, "rubbish", log_proof(3), log_proof()).is_valid


def test_a_changed_certificate_of_a_stolen_key_is_called_changed():
    changed = {**GENUINE, "name": "Doctor"}

    assert verified(changed, log_proof()).outcome is Outcome.ALTERED


def test_a_certificate_that_was_signed_anew_is_valid_without_any_proof():
    again = by(NEW, build_credential(FACTS))

    assert verified(again).is_valid
    assert statement_digest(again) == statement_digest(GENUINE)


def test_one_proof_by_the_new_key_does_not_carry_one_by_the_stolen_one():
    mixed = {**FORGED, "proof": [by(NEW, build_credential(FACTS))["proof"][0], FORGED["proof"][1]]}

    assert not verified(mixed).is_valid


def test_certificates_in_a_record_need_their_own_log_proof():
    facts = RecordFacts(
        "urn:uuid:1", "urn:uuid:2", "Record", FACTS.issuer, ISSUED, [GENUINE],
        ISSUED + timedelta(days=7),
    )  # fmt: skip
    whole = by(NEW, build_record(facts))

    assert verified(whole, log_proof()).is_valid
    assert verified(whole).outcome is Outcome.KEY_REVOKED


def test_a_token_of_a_stolen_key_stands_by_the_log_too():
    method = verification_method(DID, THUMB)
    token = sign_credential(GENUINE, TOKENS, key_id=method).encode()

    assert verified(token).outcome is Outcome.KEY_REVOKED
    assert verified(token, log_proof()).outcome is Outcome.KEY_REVOKED  # about another key
    assert verified(token, log_proof(note=sound_note(method=method))).is_valid


def test_a_key_that_was_retired_and_not_stolen_needs_no_proof():
    did = build_did_document(DID, [KEY, NEW_KEY])

    assert verified(GENUINE, did=did).is_valid


def test_a_status_list_of_a_stolen_key_says_nothing():
    listed = build_status_list_credential(
        STATUS_LIST, DID, [], valid_from=ISSUED, valid_until=ISSUED + timedelta(days=7)
    )
    verdict = verify_credential(
        as_bytes(by(NEW, build_credential(FACTS))),
        did_documents={DID: DID_DOCUMENT},
        status_lists={STATUS_LIST: as_bytes(by(SIGNER, listed))},
        now=NOW,
        log_proofs=[log_proof()],
    )

    assert verdict.outcome is Outcome.STATUS_UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"controller": "did:web:somebody.else"},
        {"type": "JsonWebKey"},
        {"publicKeyMultibase": "z123"},
    ],
)
def test_a_revoked_key_that_is_none_of_the_issuers_is_not_listed(change):
    methods = [
        {**method, **change} if method["id"] == METHOD else method
        for method in DID_DOCUMENT["verificationMethod"]
    ]
    did = {**DID_DOCUMENT, "verificationMethod": methods}

    assert verified(GENUINE, log_proof(), did=did).outcome is Outcome.ALTERED


def test_the_sound_checkpoint_tells_what_it_is_about():
    sound = read_sound_checkpoint(sound_note(), [NEW.public_key()])

    assert sound.method == METHOD
    assert sound.checkpoint.tree_size == SOUND_SIZE


def test_the_moment_of_theft_is_told_in_utc():
    at = datetime(2026, 9, 2, 19, tzinfo=UTC).astimezone()

    did = build_did_document(DID, [KEY], revoked={KEY: at})

    assert json.dumps(did).count("2026-09-02T19:00:00Z") == 1
