"""How a program registers, how a person lets it in, and how that ends."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.test import Client
from django.urls import reverse

from accounts.programs import READ_CREDENTIALS
from tests.pages import words_of
from tests.programs import *  # noqa: F403
from tests.programs import CALLBACK, METADATA, SITE, Program, decide, read, register
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def test_the_answer_to_a_grant_tells_code_scope_and_state(student):
    program = Program()

    told = decide(student, program, scopes=[READ_CREDENTIALS])

    assert told.keys() == {"code", "scope", "state"}
    assert (told["scope"], told["state"]) == (READ_CREDENTIALS, "abc")
    token = program.redeem(told["code"]).json()["access_token"]
    assert read("/ims/ob/v3p0/credentials", token).status_code == 200
    assert read("/ims/ob/v3p0/profile", token).status_code == 403


def test_a_code_serves_once_and_only_with_its_verifier(student):
    program = Program()
    told = decide(student, program)
    verifier, program.verifier = program.verifier, "x" * 64
    assert program.redeem(told["code"]).json()["error"] == "invalid_grant"

    program.verifier = verifier
    assert program.redeem(told["code"]).status_code == 200
    assert program.redeem(told["code"]).json()["error"] == "invalid_grant"


def test_who_does_not_want_to_connect_shares_nothing(student):
    assert decide(student, Program(), action="cancel") == {"error": "access_denied", "state": "abc"}


def test_access_is_refreshed_and_ends_when_the_person_disconnects(connected, student, client):
    program, tokens = connected
    fresh = program.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert read("/ims/ob/v3p0/profile", fresh["access_token"]).status_code == 200
    client.force_login(student)
    page = client.get(reverse("programs"))
    assert "Portfolio" in words_of(page)
    assert "Read your name and your e-mail address" in words_of(page)

    end = reverse("program-disconnect", args=[program.registered["client_id"]])
    answer = client.post(end, follow=True)

    assert "No program is connected" in words_of(answer)
    assert read("/ims/ob/v3p0/profile", fresh["access_token"]).status_code == 401
    again = program.token(grant_type="refresh_token", refresh_token=fresh["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


def test_nobody_else_disconnects_a_program(connected, registrar, client):
    program, tokens = connected
    client.force_login(registrar)

    client.post(reverse("program-disconnect", args=[program.registered["client_id"]]))

    assert read("/ims/ob/v3p0/profile", tokens["access_token"]).status_code == 200


def test_the_consent_page_says_who_asks_for_what_and_lets_the_browser_go_there(student, client):
    client.force_login(student)

    page = client.get(Program().ask())

    said = words_of(page)
    assert "Connect Portfolio?" in said
    assert f"It says that it belongs to {SITE}/" in said
    assert "Read your valid certificates" in said
    assert f"form-action 'self' {SITE};" in page["Content-Security-Policy"] + ";"


@pytest.mark.parametrize(
    "address", [f"{SITE};script-src *", "https://a b", "javascript:x", "'none'"]
)
def test_a_redirect_address_puts_nothing_into_the_security_policy(student, client, address):
    client.force_login(student)

    answer = client.get(Program().ask(redirect_uri=address))

    policy = answer.headers.get("Content-Security-Policy", "")
    assert "script-src *" not in policy
    assert answer.status_code != 302


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none"}, "interaction_required"),
    ],
)
def test_a_program_is_let_in_by_a_person_and_with_pkce_only(
    connected, student, client, changes, error
):
    client.force_login(student)

    answer = client.get(Program().ask(**changes))

    told = parse_qs(urlsplit(answer["Location"]).query)
    assert answer["Location"].startswith(CALLBACK)
    assert (told["error"], told["state"]) == ([error], ["abc"])


def test_nobody_is_sent_to_an_address_that_is_not_registered(student, client):
    client.force_login(student)

    answer = client.get(Program().ask(redirect_uri="https://evil.example/", code_challenge=None))

    assert answer.status_code == 400
    assert "Nothing was shared" in words_of(answer)


def test_registration_says_back_all_that_it_was_told():
    answer = register(contacts=["help@portfolio.example"])

    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in METADATA if name != "scope"} == {
        name: value for name, value in METADATA.items() if name != "scope"
    }
    assert told["contacts"] == ["help@portfolio.example"]
    assert told["client_secret_expires_at"] == 0
    assert told["client_secret"] not in OAuthClient.objects.get().secret


def test_scopes_that_are_not_offered_are_left_out():
    upsert = READ_CREDENTIALS.replace("readonly", "upsert")

    answer = register(scope=f"{READ_CREDENTIALS} {upsert} certificates:read openid")

    assert answer.json()["scope"] == READ_CREDENTIALS


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_types": ["client_credentials"]},
        {"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]},
        {"response_types": ["token"]},
        {"token_endpoint_auth_method": "none"},
        {"scope": "certificates:read"},
        {"scope": None},
        {"client_name": None},
        {"policy_uri": None},
        {"redirect_uris": ["http://portfolio.example/"]},
        {"redirect_uris": ["https://elsewhere.example/"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["https://portfolio.example/#x"]},
        {"redirect_uris": ["https://me@portfolio.example/"]},
        {"redirect_uris": ["https://[::1"]},
        {"redirect_uris": [f"{SITE}/{number}" for number in range(11)]},
        {"redirect_uris": []},
        {"logo_uri": 7},
        {"client_name": "x" * 5_000},
    ],
)
def test_a_program_registers_for_reading_only_and_by_its_own_addresses(changes):
    answer = register(**changes)

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_client_metadata", "invalid_redirect_uri"}
    assert not OAuthClient.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', '{"client_name": 5}', "x" * 30_000])
def test_a_registration_of_nonsense_is_refused(body):
    answer = Client().post(reverse("program-register"), body, content_type="application/json")

    assert answer.status_code in (400, 413)
    assert answer.json()["error"]


def test_registrations_are_counted():
    answers = {register().status_code for _ in range(5)}

    assert answers == {201, 429}
