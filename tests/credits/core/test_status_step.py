"""Suspension beside revocation: seen by who reads on, and in nobody's way who does not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from jsonschema import Draft201909Validator

from credits.core.credential import build_credential
from credits.core.status import SUSPENSIONS, build_status_list_credential
from credits.core.status_step import lists_named
from credits.core.verdict import Outcome
from credits.core.verify import verify_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    ISSUED,
    NOW,
    STATUS_INDEX,
    STATUS_LIST,
    VECTORS,
    as_bytes,
    certificate,
    signed,
)

SUSPENSION_LIST = f"{STATUS_LIST}{SUSPENSIONS}"
CERTIFICATE = certificate(replace(FACTS, can_be_suspended=True))


def listed(url, purpose, *indexes, days=7):
    document = build_status_list_credential(
        url,
        DID,
        indexes,
        valid_from=ISSUED,
        valid_until=ISSUED + timedelta(days=days),
        purpose=purpose,
    )
    return as_bytes(signed(document))


REVOCATIONS = listed(STATUS_LIST, "revocation", 7)
SUSPENSION_OF_OTHERS = listed(SUSPENSION_LIST, "suspension", 8)


def verdict(document=CERTIFICATE, *, revoked=REVOCATIONS, suspended=SUSPENSION_OF_OTHERS):
    lists = {STATUS_LIST: revoked, SUSPENSION_LIST: suspended}
    return verify_credential(
        as_bytes(document),
        did_documents={DID: DID_DOCUMENT},
        status_lists={url: data for url, data in lists.items() if data},
        now=NOW,
    )


def test_what_stands_in_neither_list_is_valid():
    assert verdict().is_valid


def test_what_is_suspended_is_not_valid_and_may_be_again():
    found = verdict(suspended=listed(SUSPENSION_LIST, "suspension", STATUS_INDEX))

    assert (found.outcome, found.exit_code) == (Outcome.SUSPENDED, 1)
    assert found.step("status").parameters == {"url": SUSPENSION_LIST}


def test_revoked_is_said_before_suspended():
    found = verdict(
        revoked=listed(STATUS_LIST, "revocation", STATUS_INDEX),
        suspended=listed(SUSPENSION_LIST, "suspension", STATUS_INDEX),
    )

    assert found.outcome is Outcome.REVOKED


@pytest.mark.parametrize(
    ("suspended", "code"),
    [
        (None, "status_list_missing"),
        (b"{}", "status_list_wrong"),
        (listed(SUSPENSION_LIST, "revocation", 8), "status_list_wrong"),
        (REVOCATIONS, "status_list_wrong"),
        (listed(SUSPENSION_LIST, "suspension", 8, days=0), "status_list_stale"),
        # A suspension may have ended since.
        (listed(SUSPENSION_LIST, "suspension", STATUS_INDEX, days=0), "status_list_stale"),
    ],
)
def test_without_a_list_of_suspensions_nobody_can_tell(suspended, code):
    found = verdict(suspended=suspended)

    assert (found.outcome, found.exit_code) == (Outcome.STATUS_UNKNOWN, 2)
    assert found.step("status").code == code


@pytest.mark.parametrize("suspended", [None, b"{}"])
def test_what_is_revoked_needs_no_list_of_suspensions(suspended):
    revoked = listed(STATUS_LIST, "revocation", STATUS_INDEX)

    assert verdict(revoked=revoked, suspended=suspended).outcome is Outcome.REVOKED


def test_certificates_from_before_are_asked_for_revocation_alone():
    assert verdict(certificate(), suspended=None).is_valid


def test_what_else_a_status_refers_to_is_no_list():
    entry = CERTIFICATE["credentialStatus"] | {"statusReference": "https://else.example/why"}
    document = signed(build_credential(FACTS) | {"credentialStatus": entry})

    assert verdict(document, suspended=None).is_valid


def test_the_lists_to_ask_for_are_told_of_any_status():
    assert lists_named(CERTIFICATE["credentialStatus"]) == [STATUS_LIST, SUSPENSION_LIST]
    assert [lists_named(told) for told in (None, [], {}, "x")] == [[], [], [], []]


def test_the_status_is_one_object_as_open_badges_wants_it():
    schema = json.loads((VECTORS / "schemas/ob_v3p0_achievementcredential_schema.json").read_text())

    assert list(Draft201909Validator(schema).iter_errors(CERTIFICATE)) == []
    assert CERTIFICATE["credentialStatus"]["statusReference"] == SUSPENSION_LIST
