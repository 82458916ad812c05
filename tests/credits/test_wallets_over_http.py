"""A wallet that is not ours takes a certificate from the running server, over HTTP."""

import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credits.core.verdict import Outcome
from credits.models import BoundCertificate, LogEntry
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.verification import verify_upload
from tests.committing import *  # noqa: F403
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.university import *  # noqa: F403
from tests.wallet import Wallet, did_key

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def certificate(committed_db, live_server, settings, student, worked):
    settings.BASE_URL = live_server.url
    return issue_certificate(student, start=BEGUN, end=SCORED, now=NOW)


@pytest.fixture
def page(certificate, student):
    """What the holder's page shows when an offer is made."""

    def offered():
        holder = Client()
        holder.force_login(student)
        answer = holder.post(reverse("certificate-wallet", args=[certificate.code]))
        assert answer.status_code == 200
        return answer.context

    return offered


@pytest.mark.parametrize("link", ["qr_url", "link_url"])
@pytest.mark.parametrize("binding", ["did:key", "did:jwk", "jwk"])
@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_a_wallet_takes_both_forms_bound_to_its_key(certificate, page, link, binding, kind):
    key = (
        ed25519.Ed25519PrivateKey.generate()
        if kind == "ed25519"
        else ec.generate_private_key(ec.SECP256R1())
    )
    wallet, shown = Wallet(key, binding), page()
    wallet.open(shown[link])
    assert wallet.ask_token(shown["digits"]).status_code == 200

    (embedded,), (token,) = wallet.configurations("ldp_vc"), wallet.configurations("jwt_vc_json")
    document, compact = wallet.take(embedded), wallet.take(token)

    holder = wallet.did if binding == "did:jwk" else did_key(key)
    whole = json.loads(certificate.credential)
    assert document["credentialSubject"] == whole["credentialSubject"] | {"id": holder}
    same = ("@context", "id", "type", "issuer", "evidence", "awardedDate", "credentialStatus")
    assert {name: document[name] for name in same} == {name: whole[name] for name in same}
    assert [proof["cryptosuite"] for proof in document["proof"]] == [
        "eddsa-rdfc-2022",
        "eddsa-jcs-2022",
    ]
    claims = jwt.decode(compact, options={"verify_signature": False})
    assert claims["sub"] == holder
    for data in (json.dumps(document), compact):
        assert verify_upload(data.encode(), now=timezone.now()).outcome is Outcome.VALID
    bound = BoundCertificate.objects.get()
    assert bound.holder_did == holder
    assert bound.log_entry.kind == LogEntry.Kind.ISSUE
    assert bound.log_entry_id != certificate.log_entry_id


def test_what_a_wallet_holds_is_revoked_with_the_certificate(certificate, page):
    wallet, shown = Wallet(), page()
    wallet.open(shown["qr_url"])
    wallet.ask_token(shown["digits"])
    document = wallet.take("certificate_ldp_vc")

    revoke_certificate(certificate, reason="mistaken", now=timezone.now())

    verdict = verify_upload(json.dumps(document).encode(), now=timezone.now())
    assert verdict.outcome is Outcome.REVOKED
    asked = {
        "credential_configuration_id": "certificate_ldp_vc",
        "proofs": {"jwt": [wallet.proof()]},
    }
    refused = wallet.ask_credential(asked)
    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")


def test_a_wallet_may_ask_by_authorization_details(certificate, page):
    wallet, shown = Wallet(), page()
    wallet.open(shown["qr_url"])
    details = [
        {"type": "openid_credential", "credential_configuration_id": "certificate_jwt_vc_json"}
    ]

    answer = wallet.ask_token(shown["digits"], authorization_details=json.dumps(details)).json()

    (granted,) = answer["authorization_details"]
    (identifier,) = granted["credential_identifiers"]
    asked = {"credential_identifier": identifier, "proofs": {"jwt": [wallet.proof()]}}
    assert wallet.ask_credential(asked).status_code == 200
