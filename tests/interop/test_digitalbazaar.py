"""Our certificates in front of @digitalbazaar/vc, a verifier that we did not write."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from credits.core.status import build_status_list_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    NOW,
    STATUS_INDEX,
    STATUS_LIST,
    certificate,
    facts_with,
    signed,
)
from tests.interop.node import contexts, install, program, run


def status_list(*revoked):
    """A list that is fresh by the real clock, at which that verifier looks."""
    now = datetime.now(UTC)
    start, end = now - timedelta(hours=1), now + timedelta(days=1)
    return signed(
        build_status_list_credential(STATUS_LIST, DID, revoked, valid_from=start, valid_until=end)
    )


def changed(*path, value):
    document = certificate()
    *folders, name = path
    inner = document
    for key in folders:
        inner = inner[key]
    inner[name] = value
    return document


GOOD = {
    "certificate": certificate(),
    "with many contributions": certificate(facts_with(50)),
    "linked-data proof alone": certificate() | {"proof": certificate()["proof"][0]},
}
TAMPERED = {
    "score": changed("credentialSubject", "result", 0, "value", value="98.25"),
    "name": changed("credentialSubject", "identifier", 0, "identityHash", value="Chen"),
    "undefined term": changed("credentialSubject", "grade", value="A+"),
    "proof date": changed("proof", 0, "created", value="2026-09-01T00:00:00Z"),
    "pinned digest": changed("relatedResource", 0, "digestSRI", value="sha384-AAAA"),
    "expiry": changed("validUntil", value="2099-01-01T00:00:00Z"),
    "another key": signed({**certificate()}, "forger"),
}


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
