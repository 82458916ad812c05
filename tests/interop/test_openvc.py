"""Our certificates in front of openvc-core, and what it signs in front of us."""

from base64 import urlsafe_b64decode

import pytest

from credits.core.contexts import CREDENTIALS_V2
from credits.core.credential import build_credential
from credits.core.proof import JCS, RDFC, check_proof
from credits.core.vc_jwt import sign_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    METHOD,
    NOW,
    STATUS_INDEX,
    STATUS_LIST,
    token_signer,
)
from tests.interop.node import contexts
from tests.interop.openvc import ask, install
from tests.interop.shown import GOOD, RECORD, TAMPERED, status_list

SIGNERS = {kind: token_signer(kind) for kind in ("rsa", "ec")}


def alone(credential, suite):
    """``credential`` with one of its proofs: it does not know sets of them."""
    proofs = credential["proof"] if isinstance(credential["proof"], list) else [credential["proof"]]
    return credential | {"proof": proofs[[RDFC, JCS].index(suite)]}


@pytest.fixture(scope="session")
def show():
    """Show credentials to the verifier; its answer."""
    install()

    def shown(credentials, listed, tokens=None):
        known = contexts()
        for bundled in (CREDENTIALS_V2, "https://w3id.org/security/data-integrity/v2"):
            known.pop(bundled)  # It has these, and takes them from nobody.
        return ask(
            {
                "documents": {DID: DID_DOCUMENT},
                "lists": {STATUS_LIST: alone(listed, RDFC)},
                "contexts": known,
                "credentials": credentials,
                "now": NOW.isoformat(),
                "unsigned": build_credential(FACTS),
                "method": METHOD,
                "tokens": tokens or [],
            }
        )

    return shown


PAIRS = {name: credential for name, credential in GOOD.items() if "alone" not in name}


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_it_accepts_each_proof_and_refuses_tampered_ones(show, suite):
    shown = {name: alone(each, suite) for name, each in (PAIRS | TAMPERED).items()}

    verdicts = show(shown, status_list(7))["verdicts"]

    assert {verdicts[name] for name in PAIRS} == {"valid"}
    accepted = [name for name in TAMPERED if verdicts[name] == "valid"]
    # The one change is made in the other proof.
    assert accepted == (["proof date"] if suite == JCS else [])


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_it_sees_revocation(show, suite):
    shown = {name: alone(each, suite) for name, each in PAIRS.items()}

    verdicts = show(shown, status_list(STATUS_INDEX))["verdicts"]

    assert set(verdicts.values()) == {"CredentialRevoked"}


def test_it_accepts_a_record_by_its_jcs_proof_alone(show):
    shown = {suite: alone(RECORD, suite) for suite in (RDFC, JCS)}

    verdicts = show(shown, status_list())["verdicts"]

    # Its check of JSON-LD forms, before any signature, does not take the graph in a CLR; the
    # other verifiers do.
    assert verdicts == {RDFC: "ProofMalformed", JCS: "valid"}


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_what_it_signs_verifies_here_and_not_if_tampered_with(show, suite):
    answer = show({}, status_list())
    key = urlsafe_b64decode(answer["key"]["x"] + "=")
    document = answer["signed"][suite]
    proof = document["proof"]
    if suite == JCS:
        # It hashes the proof with its context, as the suite says, but leaves it out of the proof.
        assert not check_proof(document, proof, key)
        proof = proof | {"@context": document["@context"]}

    assert proof["cryptosuite"] == suite
    assert check_proof(document, proof, key)
    assert not check_proof(document | {"name": "Doctorate"}, proof, key)


@pytest.mark.parametrize("kind", SIGNERS)
def test_pyjwt_verifies_our_jwt_and_refuses_a_tampered_one(show, kind):
    signer = SIGNERS[kind]
    token = sign_credential(build_credential(FACTS), signer, key_id=f"{DID}#key")
    other = sign_credential(build_credential(FACTS) | {"name": "x"}, signer, key_id=f"{DID}#key")
    mixed = ".".join([*other.split(".")[:2], token.split(".")[2]])
    jwk = signer.public_jwk()

    answer = show({}, status_list(), [[token, jwk], [mixed, jwk], [other, jwk]])

    assert answer["tokens"] == ["valid", "InvalidSignatureError", "valid"]
