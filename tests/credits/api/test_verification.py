"""Anybody may ask by API what a certificate is worth."""

import json

import pytest

from accounts.api import VisitorThrottle
from credits.services.certificates import revoke_certificate

PATH = "/api/v1/verify"


def ask(client, body, content_type="application/vc"):
    return client.post(PATH, body, content_type=content_type)


def test_a_certificate_is_valid_without_a_token(client, issued):
    answer = ask(client, issued.credential)

    assert answer.status_code == 200
    assert (answer.json()["valid"], answer.json()["outcome"]) == (True, "valid")
    assert {step["state"] for step in answer.json()["steps"]} == {"ok"}


def test_a_certificate_with_one_word_changed_is_altered(client, issued):
    answer = ask(client, issued.credential.replace("Li Ming", "Li Minh"))

    assert (answer.json()["valid"], answer.json()["outcome"]) == (False, "altered")


def test_a_revoked_certificate_is_revoked(client, issued):
    revoke_certificate(issued, reason="copied", now=issued.issued_at)

    assert ask(client, issued.credential).json()["outcome"] == "revoked"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\x00", b"[]", json.dumps({"a": 1}).encode()])
def test_what_is_no_certificate_is_malformed(client, db, body):
    answer = ask(client, body)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "malformed")


def test_what_is_too_large_is_refused(client, db):
    answer = ask(client, b" " * 1_000_001)

    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"


def test_visitors_are_limited_too(client, db, monkeypatch):
    monkeypatch.setattr(VisitorThrottle, "quota", 1)

    ask(client, b"{}")

    assert ask(client, b"{}").status_code == 429
