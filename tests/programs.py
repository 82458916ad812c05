"""A program that a person connects, as Open Badges 3.0 describes it, and what it goes through.

Tests take the fixtures by ``from tests.programs import *``.
"""

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse

from accounts.programs import READ_CREDENTIALS, READ_PROFILE, STAY

SITE = "https://portfolio.example"
METADATA = {
    "client_name": "Portfolio",
    "client_uri": f"{SITE}/",
    "logo_uri": f"{SITE}/logo.png",
    "tos_uri": f"{SITE}/terms",
    "policy_uri": f"{SITE}/privacy",
    "software_id": "c88b6ed8-269e-448e-99be-7e2ff47167d1",
    "software_version": "v4",
    "redirect_uris": [f"{SITE}/Authorize"],
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "scope": f"{READ_CREDENTIALS} {READ_PROFILE} {STAY}",
}
CALLBACK = METADATA["redirect_uris"][0]


@pytest.fixture(autouse=True)
def fresh():
    caches["counters"].clear()
    cache.clear()


def register(**changes):
    told = {name: value for name, value in (METADATA | changes).items() if value is not None}
    return Client().post(reverse("program-register"), told, content_type="application/json")


class Program:
    """A program as the standard describes it; it knows the address of the site, no more."""

    def __init__(self, scope=METADATA["scope"]):
        self.web, self.scope = Client(), scope
        description = self.web.get("/ims/ob/v3p0/discovery").json()
        security = description["components"]["securitySchemes"]["OAuth2ACG"]
        self.flow = security["flows"]["authorizationCode"]
        answer = self.web.post(
            path_of(security["x-imssf-registrationUrl"]), METADATA, content_type="application/json"
        )
        assert answer.status_code == 201, answer.content
        self.registered = answer.json()
        self.verifier = secrets.token_urlsafe(48)

    def ask(self, **changes):
        """The address to which the person's browser is sent."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.registered["client_id"],
            "redirect_uri": CALLBACK,
            "scope": self.scope,
            "state": "abc",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        } | changes
        given = {name: value for name, value in query.items() if value is not None}
        return f"{path_of(self.flow['authorizationUrl'])}?{urlencode(given)}"

    def token(self, **form):
        secret = f"{self.registered['client_id']}:{self.registered['client_secret']}"
        authorization = "Basic " + base64.b64encode(secret.encode()).decode()
        return self.web.post(
            path_of(self.flow["tokenUrl"]), form, headers={"Authorization": authorization}
        )

    def redeem(self, code):
        return self.token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=self.verifier,
        )


def path_of(address):
    assert address.startswith("http://testserver/")
    return urlsplit(address).path


def decide(person, program, action="grant", scopes=None):
    """What the person's browser is sent back with."""
    browser = Client()
    browser.force_login(person)
    page = browser.get(program.ask())
    assert page.status_code == 200
    form = page.context["form"]
    chosen = form["scopes"].initial if scopes is None else scopes
    data = {"request": form["request"].initial or form.initial["request"], "action": action}
    answer = browser.post(reverse("program-authorize"), data | {"scopes": chosen})
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{CALLBACK}?")
    return {name: value for name, (value,) in parse_qs(urlsplit(answer["Location"]).query).items()}


@pytest.fixture
def connected(student):
    """A program that the student let in, and its tokens."""
    program = Program()
    told = decide(student, program)
    tokens = program.redeem(told["code"])
    assert tokens.status_code == 200, tokens.content
    return program, tokens.json()


def read(address, token, **query):
    return Client().get(address, query, headers={"Authorization": f"Bearer {token}"})
