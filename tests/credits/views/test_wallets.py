"""Wallets at the door: what they are told, what they get, what they are refused, by name."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credits.core.did import assertion_keys
from credits.core.log_step import log_step
from credits.core.openid4vci import PRE_AUTHORIZED, well_known
from credits.core.verdict import StepState
from credits.models import BoundCertificate, WalletOffer
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.issuer import did_document, issuer_signer
from credits.services.log import publish_checkpoint
from credits.services.wallets import (
    MOST_KEYS,
    MOST_WRONG_DIGITS,
    forget_offers,
    new_nonce,
    offer_certificate,
)
from credits.views.wallet_protocol import QUOTA
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.pages import words_of
from tests.university import *  # noqa: F403
from tests.wallet import Wallet

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ISSUER = "http://testserver"
TOKEN = "/identity/o/api/token"
LDP = "certificate_ldp_vc"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    caches["counters"].clear()


@pytest.fixture
def certificate(student, worked):
    return issue_certificate(student, start=BEGUN, end=SCORED, now=NOW)


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def offer(certificate):
    """An open offer: its address, its code, its digits."""
    new = offer_certificate(certificate, now=timezone.now())
    path = reverse("wallet-offer", args=[new.handle])
    grant = Client().get(path).json()["grants"][PRE_AUTHORIZED]
    return SimpleNamespace(path=path, code=grant["pre-authorized_code"], digits=new.digits)


@pytest.fixture
def token(offer):
    return redeem(offer).json()["access_token"]


def redeem(offer, **changes):
    form = {
        "grant_type": PRE_AUTHORIZED,
        "pre-authorized_code": offer.code,
        "tx_code": offer.digits,
    } | changes
    return Client().post(TOKEN, {name: value for name, value in form.items() if value is not None})


def wrong(digits):
    return f"{(int(digits) + 1) % 10**6:06}"


def proof(**claims):
    wallet = Wallet(offer={"credential_issuer": ISSUER})
    return wallet.proof(**{"nonce": new_nonce(), **claims})


def ask(token, asked=None, **changes):
    """Ask for the certificate with a good request, changed."""
    good = {"credential_configuration_id": LDP, "proofs": {"jwt": [proof()]}}
    whole = asked if asked is not None else good | changes
    return Client().post(
        reverse("wallet-credential"),
        whole if isinstance(whole, str) else json.dumps(whole),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def refusal(answer):
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("issuer", "path"),
    [
        ("https://issuer.example", "/.well-known/x"),
        ("https://issuer.example:8443/", "/.well-known/x"),
        ("https://issuer.example/tenant/one", "/.well-known/x/tenant/one"),
    ],
)
def test_a_well_known_path_comes_before_the_path_of_the_issuer(issuer, path):
    assert well_known("x", issuer) == path


def test_only_the_holder_offers_a_certificate(client, registrar, certificate):
    page = reverse("certificate-wallet", args=[certificate.code])

    assert client.post(page).status_code == 302
    client.force_login(registrar)
    assert client.post(page).status_code == 404
    assert "Put into a wallet" not in words_of(client.get(certificate.get_absolute_url()))
    assert not WalletOffer.objects.exists()


def test_the_page_shows_an_offer_once_and_keeps_no_secret(li, certificate):
    page = reverse("certificate-wallet", args=[certificate.code])
    assert "No wallet has taken it yet" in words_of(li.get(page))
    assert "Put into a wallet" in words_of(li.get(certificate.get_absolute_url()))

    answer = li.post(page)

    digits, said = answer.context["digits"], words_of(answer)
    assert digits in said
    assert "no-store" in answer["Cache-Control"]
    value = parse_qs(urlsplit(answer.context["link_url"]).query)["credential_offer"][0]
    code = json.loads(value)["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    stored = str(WalletOffer.objects.values().get())
    assert code not in stored
    assert digits not in stored
    assert digits not in words_of(li.get(page))


def test_a_certificate_that_is_revoked_is_not_offered(li, certificate):
    revoke_certificate(certificate, reason="mistaken", now=timezone.now())

    answer = li.post(reverse("certificate-wallet", args=[certificate.code]), follow=True)

    assert "not in force any more" in words_of(answer)
    assert not WalletOffer.objects.exists()


def test_an_offer_says_nothing_of_the_person(offer, student):
    text = Client().get(offer.path).content.decode()

    assert student.email not in text
    assert "OC-" not in text


def test_a_new_offer_ends_the_one_before(certificate, offer):
    offer_certificate(certificate, now=timezone.now())

    assert refusal(redeem(offer)) == (400, "invalid_grant")
    assert refusal(Client().get(offer.path))[0] == 404


def test_a_code_serves_once(offer):
    answer = redeem(offer)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["token_type"] == "Bearer"
    assert refusal(redeem(offer)) == (400, "invalid_grant")
    assert refusal(Client().get(offer.path))[0] == 404


def test_digits_can_be_guessed_a_few_times_only(offer):
    for _ in range(MOST_WRONG_DIGITS):
        assert refusal(redeem(offer, tx_code=wrong(offer.digits))) == (400, "invalid_grant")

    assert refusal(redeem(offer)) == (400, "invalid_grant")


def test_one_wrong_guess_is_forgiven(offer):
    redeem(offer, tx_code=wrong(offer.digits))

    assert redeem(offer).status_code == 200


def test_an_offer_is_over_after_ten_minutes(offer):
    WalletOffer.objects.update(expires_at=timezone.now())

    assert refusal(redeem(offer)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tx_code": None}, "invalid_request"),
        ({"tx_code": ""}, "invalid_request"),
        ({"tx_code": "٣" * 6}, "invalid_grant"),
        ({"pre-authorized_code": None}, "invalid_request"),
        ({"pre-authorized_code": "x"}, "invalid_grant"),
        ({"pre-authorized_code": "\0"}, "invalid_grant"),
        ({"authorization_details": "x"}, "invalid_request"),
        ({"authorization_details": "[]"}, "invalid_request"),
        ({"authorization_details": '[{"type":"payment"}]'}, "invalid_request"),
        (
            {
                "authorization_details": '[{"type":"openid_credential",'
                '"credential_configuration_id":"degree"}]'
            },
            "invalid_request",
        ),
        ({"grant_type": "x"}, "unsupported_grant_type"),
    ],
)
def test_a_token_request_is_refused_by_name(offer, changes, error):
    answer = redeem(offer, **changes)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    # What is malformed uses nothing up.
    assert redeem(offer).status_code == 200


def test_a_wallet_gets_the_certificate(token):
    answer = ask(token)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    (only,) = answer.json()["credentials"]
    assert only["credential"]["credentialSubject"]["id"].startswith("did:key:zDn")


def test_the_same_key_gets_the_same_document_and_one_log_entry(token):
    wallet = Wallet(offer={"credential_issuer": ISSUER})
    answers = [
        ask(token, proofs={"jwt": [wallet.proof(nonce=new_nonce())]}).json() for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert BoundCertificate.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"credential_configuration_id": "degree"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": ["x"]}, "unknown_credential_configuration"),
        ({"credential_identifier": LDP}, "invalid_credential_request"),
        ({"proofs": None}, "invalid_proof"),
        ({"proofs": {}}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"proofs": {"jwt": ["x"]}}, "invalid_proof"),
        ({"proofs": {"jwt": [1]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["x", "y"]}}, "invalid_proof"),
        ({"proofs": {"di_vp": [{}]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["x"], "di_vp": [{}]}}, "invalid_proof"),
        ({"proof": {"proof_type": "jwt", "jwt": "x"}, "proofs": None}, "invalid_proof"),
    ],
)
def test_a_credential_request_is_refused_by_name(token, changes, error):
    assert refusal(ask(token, **changes)) == (400, error)
    assert not BoundCertificate.objects.exists()


def test_an_identifier_that_was_not_granted_is_refused_by_name(token):
    asked = {"credential_identifier": "x", "proofs": {"jwt": [proof()]}}

    assert refusal(ask(token, asked)) == (400, "unknown_credential_identifier")


@pytest.mark.parametrize("body", ["", "[]", "{", '{"a":1,"a":2}', '"\\ud800"', "x" * 60_000])
def test_a_body_of_nonsense_is_refused_by_name(token, body):
    assert refusal(ask(token, body)) == (400, "invalid_credential_request")


@pytest.mark.parametrize("nonce", ["x", "a:b:c", "é"])
def test_a_nonce_that_is_not_ours_is_refused_by_name(token, nonce):
    assert refusal(ask(token, proofs={"jwt": [proof(nonce=nonce)]})) == (400, "invalid_nonce")


def test_a_nonce_is_good_for_minutes(token, settings):
    settings.SECRET_KEY = "another"
    nonce = new_nonce()
    settings.SECRET_KEY = "only for tests"

    assert refusal(ask(token, proofs={"jwt": [proof(nonce=nonce)]})) == (400, "invalid_nonce")


def test_a_proof_for_another_issuer_is_refused_by_name(token):
    made = proof(aud="https://elsewhere.example")

    assert refusal(ask(token, proofs={"jwt": [made]})) == (400, "invalid_proof")


@pytest.mark.parametrize("value", ["", "x", "\xe9"])
def test_nothing_is_given_without_a_token(value, certificate):
    answer = ask(value)

    assert refusal(answer) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends(token):
    WalletOffer.objects.update(token_expires_at=timezone.now())

    assert refusal(ask(token)) == (401, "invalid_token")


def test_a_token_for_one_certificate_is_none_for_anything_else(token):
    headers = {"Authorization": f"Bearer {token}"}

    for path in ("/ims/ob/v3p0/credentials", "/api/v1/certificates", "/identity/o/api/userinfo"):
        assert Client().get(path, headers=headers).status_code == 401


def test_not_every_wallet_in_the_world_gets_a_form_of_its_own(token):
    answers = {ask(token).status_code for _ in range(MOST_KEYS)}

    assert answers == {200}
    assert refusal(ask(token)) == (400, "credential_request_denied")


def test_wallets_in_browsers_may_ask(token):
    path = reverse("wallet-credential")
    asked = {"Origin": "https://wallet.example", "Access-Control-Request-Method": "POST"}

    answer = Client().options(path, headers=asked)

    assert "POST" in answer["Access-Control-Allow-Methods"]
    assert "Authorization" in answer["Access-Control-Allow-Headers"]
    assert ask(token)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("name", ["wallet-nonce", "wallet-credential"])
def test_another_method_is_refused(name):
    answer = Client().get(reverse(name))

    assert refusal(answer) == (405, "invalid_request")
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("path", [TOKEN, "/wallet/nonce", "/wallet/credential"])
def test_who_asks_too_often_is_told_when_to_come_back(path):
    answers = [Client().post(path) for _ in range(QUOTA + 1)]

    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_old_offers_are_forgotten(offer, certificate):
    now = timezone.now()
    assert forget_offers(now=now) == 0

    assert forget_offers(now=now + timedelta(hours=1)) == 1
    assert not WalletOffer.objects.exists()


def test_the_holder_has_the_proof_that_a_form_is_in_the_log(li, registrar, certificate, token):
    document = ask(token).json()["credentials"][0]["credential"]
    path = reverse("wallet-proof", args=[certificate.code, BoundCertificate.objects.get().pk])
    assert li.get(path).status_code == 404

    publish_checkpoint(issuer_signer(now=NOW), now=NOW)

    step = log_step(document, li.get(path).content.decode(), assertion_keys(did_document()))
    assert step.state == StepState.OK
    li.force_login(registrar)
    assert li.get(path).status_code == 404


def test_the_number_of_queries_does_not_grow(li, certificate, token):
    page, counts = reverse("certificate-wallet", args=[certificate.code]), []
    for _ in range(2):
        ask(token)
        with CaptureQueriesContext(connection) as captured:
            li.get(page)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_metadata_costs_one_query_at_most():
    with CaptureQueriesContext(connection) as captured:
        Client().get("/.well-known/openid-credential-issuer")
        Client().get("/.well-known/oauth-authorization-server")

    assert len(captured) <= 1


def test_everybody_may_read_what_wallets_get(client):
    assert "Wallets and connected programs" in words_of(client.get(reverse("wallet-about")))
