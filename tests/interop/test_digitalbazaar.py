"""Our certificates in front of @digitalbazaar/vc, a verifier that we did not write."""

import json
from copy import deepcopy
from datetime import timedelta

import pytest

from credits.core.credential import build_credential
from credits.core.multikey import decode_public_key
from credits.core.proof import check_proof
from tests.credentials import DID, DID_DOCUMENT, FACTS, NOW, STATUS_INDEX
from tests.interop.node import contexts, install, program, run
from tests.interop.shown import GOOD, RECORD, TAMPERED, status_list


@pytest.fixture(scope="session")
def show():
    """Show credentials to the verifier; its verdicts by name."""
    install()

    def shown(credentials, listed, now=NOW):
        given = {
            "documents": contexts() | {DID: deepcopy(DID_DOCUMENT)},
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
