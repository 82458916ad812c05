"""Who may ask what: tokens, scopes, institutions."""

from base64 import b64encode
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone

from accounts.api import ClientThrottle
from accounts.clients import Scope, revoke_api_client
from tests.university import SCOPES

CERTIFICATES = "/api/v1/certificates"


def test_a_machine_gets_a_token_with_its_id_and_secret(machine):
    answer = machine.ask_token(scope="certificates:read")

    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["scope"] == "certificates:read"


def test_a_machine_may_say_its_secret_in_the_header(machine, client):
    said = b64encode(f"{machine.client_id}:{machine.secret}".encode()).decode()

    answer = client.post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {said}"},
    )

    assert answer.json()["scope"].split() == sorted(SCOPES)
    assert answer.json()["expires_in"] == 3600


def test_a_wrong_secret_gets_no_token(machine, client):
    form = {"grant_type": "client_credentials", "client_id": machine.client_id}
    answer = client.post("/identity/o/api/token", {**form, "client_secret": "guess"})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_machine_cannot_ask_for_a_scope_it_was_not_given(machine):
    assert machine.ask_token(scope="policies:write").json()["error"] == "invalid_scope"


def test_without_a_token_the_answer_is_401_and_says_how_to_come_in(client, db):
    answer = client.get(CERTIFICATES)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/api/docs/problems#not-authenticated")


@pytest.mark.parametrize("value", ["nonsense", "", "ÿ", "a b"])
def test_a_token_that_we_did_not_give_is_401(client, db, value):
    answer = client.get(CERTIFICATES, headers={"Authorization": f"Bearer {value}"})

    assert answer.status_code == 401


def test_a_token_in_the_address_is_not_read(machine, client):
    token = machine.ask_token().json()["access_token"]

    assert client.get(CERTIFICATES, {"access_token": token}).status_code == 401


def test_an_expired_token_is_401(machine, client):
    headers = machine.headers()
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(CERTIFICATES, headers=headers).status_code == 401


def test_a_revoked_machine_is_shut_out_at_once(machine, client):
    headers = machine.headers()
    revoke_api_client(machine.api_client, now=timezone.now())

    assert client.get(CERTIFICATES, headers=headers).status_code == 401
    assert machine.ask_token().status_code == 401


def test_a_token_outlives_no_revocation_mark(machine, client):
    headers = machine.headers()
    machine.api_client.revoked_at = timezone.now()
    machine.api_client.save()

    assert client.get(CERTIFICATES, headers=headers).status_code == 401


def test_a_missing_scope_is_403_and_named(machine, client):
    headers = machine.headers(scope="recognitions:read")
    answer = client.get(CERTIFICATES, headers=headers)

    assert answer.status_code == 403
    assert "certificates:read" in answer.json()["detail"]


def test_reading_does_not_let_a_machine_write(make_machine, university):
    reader = make_machine(university, (Scope.RECOGNITIONS_READ,))

    assert reader.post("/api/v1/recognitions", {}).status_code == 403
    assert reader.post("/api/v1/acknowledgements", {}).status_code == 403


def test_the_title_of_a_problem_is_in_the_askers_language(client, db):
    answer = client.get(CERTIFICATES, headers={"Accept-Language": "zh-hans"})

    assert answer["Content-Language"] == "zh-hans"


def test_every_answer_says_how_many_requests_are_left(machine):
    answer = machine.get(CERTIFICATES)

    assert answer["RateLimit-Policy"] == '"client";q=600;w=60'
    assert answer["RateLimit"].startswith('"client";r=599;t=')


def test_too_many_requests_are_429_and_say_when_to_come_back(machine, monkeypatch):
    monkeypatch.setattr(ClientThrottle, "quota", 1)
    headers = machine.headers()

    machine.http.get(CERTIFICATES, headers=headers)
    answer = machine.http.get(CERTIFICATES, headers=headers)

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert answer.json()["type"].endswith("#too-many-requests")
