"""Our certificates in front of @digitalbazaar/vc, a verifier that we did not write."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from credits.core.credential import Issuer, build_credential, build_did_document
from credits.core.did import institution_did, verification_method
from credits.core.multikey import decode_public_key, encode_public_key
from credits.core.proof import add_proofs, check_proof
from tests.credentials import DID, DID_DOCUMENT, FACTS, KEY, NOW, STATUS_INDEX, signer
from tests.interop.node import contexts, install, program, run
from tests.interop.shown import GOOD, RECORD, TAMPERED, status_list


@pytest.fixture(scope="session")
def show():
    """Show credentials to the verifier; its verdicts by name."""
    install()

    def shown(credentials, listed, now=NOW, did=DID_DOCUMENT):
        given = {
            "documents": contexts() | {did["id"]: deepcopy(did)},
            "statusList": listed,
            "credentials": credentials,
            "now": now.isoformat(),
        }
        return json.loads(run([program("node"), "verify.mjs"], json.dumps(given)))

    return shown


def test_an_independent_verifier_accepts_certificates_and_refuses_tampered_ones(show):
    verdicts = show(GOOD | TAMPERED, status_list(7, 1000))

    assert {name: verdicts[name] for name in GOOD} == {
        name: {"verified": True, "revoked": False, "error": ""} for name in GOOD
    }
    assert [name for name in TAMPERED if verdicts[name]["verified"]] == []
    assert "Safe mode" in verdicts["undefined term"]["error"]


def test_an_independent_verifier_sees_revocation_in_our_status_list(show):
    verdicts = show(GOOD, status_list(STATUS_INDEX))

    assert all(verdicts[name]["revoked"] for name in GOOD)


def test_an_independent_verifier_sees_that_a_certificate_has_expired(show):
    verdicts = show(GOOD, status_list(), now=FACTS.expires_at + timedelta(days=1))

    assert not any(verdict["verified"] for verdict in verdicts.values())


def test_after_a_theft_it_refuses_the_stolen_key_and_takes_what_was_signed_anew(show):
    successor = signer("successor")
    new = encode_public_key(successor.public_key())
    did = build_did_document(DID, [KEY, new], revoked={KEY: NOW})
    by_successor = {"verification_method": verification_method(DID, new), "created": NOW}
    old = GOOD["certificate"]
    anew, listed = (add_proofs(each, successor, **by_successor) for each in (old, status_list(7)))

    verdicts = show({"stolen": old, "anew": anew}, listed, did=did)

    assert not verdicts["stolen"]["verified"]
    assert verdicts["anew"] == {"verified": True, "revoked": False, "error": ""}


def test_it_accepts_what_an_institution_issues_only_with_a_list_of_that_institution(show):
    key, issuer = signer("institution"), institution_did(DID, "first-university")
    public = encode_public_key(key.public_key())
    did = build_did_document(issuer, [public])
    by = {"verification_method": verification_method(issuer, public), "created": NOW}
    facts = replace(FACTS, issuer=Issuer(issuer, "First University", "https://first.example"))
    certificate = add_proofs(build_credential(facts), key, **by)
    theirs, revoked = (
        add_proofs({**unsigned(status_list(*places)), "issuer": issuer}, key, **by)
        for places in ((7,), (STATUS_INDEX,))
    )
    good = {"verified": True, "revoked": False, "error": ""}

    assert show({"one": certificate}, theirs, did=did)["one"] == good
    assert show({"one": certificate}, revoked, did=did)["one"]["revoked"]
    tampered = {**certificate, "name": "Doctorate"}
    assert not show({"one": tampered}, theirs, did=did)["one"]["verified"]
    assert not show({"one": certificate}, theirs)["one"]["verified"]
    assert not show({"one": certificate}, status_list(7), did=did)["one"]["verified"]


def unsigned(document):
    return {name: value for name, value in document.items() if name != "proof"}


def test_what_it_signs_verifies_here_and_not_if_tampered_with():
    install()
    given = {
        "documents": contexts(),
        "unsigned": build_credential(FACTS),
        "controller": DID,
        "now": NOW.isoformat(),
    }

    answer = json.loads(run([program("node"), "issue.mjs"], json.dumps(given)))

    document, key = answer["credential"], decode_public_key(answer["publicKeyMultibase"])
    assert check_proof(document, document["proof"], key)
    assert not check_proof(document | {"name": "Doctorate"}, document["proof"], key)


def test_an_independent_verifier_accepts_a_record(show):
    assert show({"record": RECORD}, status_list())["record"]["verified"]
