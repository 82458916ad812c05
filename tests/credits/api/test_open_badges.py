"""The Open Badges 3.0 API: what a connected program reads, and what nobody does."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jsonschema import Draft201909Validator

from credits.models import Certificate
from credits.services.certificates import revoke_certificate
from tests.credentials import VECTORS
from tests.pages import HOSTILE, sendable
from tests.programs import *  # noqa: F403
from tests.programs import METADATA, path_of, read
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def schema(name):
    text = (VECTORS / f"schemas/ob_v3p0_{name}_schema.json").read_text()
    return Draft201909Validator(json.loads(text))


def test_a_program_gets_from_discovery_to_the_certificates(connected, issued):
    _program, tokens = connected
    assert set(tokens["scope"].split()) == set(METADATA["scope"].split())

    answer = read("/ims/ob/v3p0/credentials", tokens["access_token"])

    assert answer.status_code == 200
    schema("getopenbadgecredentialsresponse").validate(answer.json())
    assert answer.json() == {"credential": [json.loads(issued.credential)], "compactJwsString": []}
    assert answer["X-Total-Count"] == "1"
    assert "no-store" in answer["Cache-Control"]


def test_the_profile_is_that_of_the_person(connected, student):
    _program, tokens = connected

    answer = read("/ims/ob/v3p0/profile", tokens["access_token"])

    schema("profile").validate(answer.json())
    assert (answer.json()["name"], answer.json()["email"]) == (str(student), student.email)


def test_pages_follow_each_other(connected, student, make_certificate):
    for _ in range(5):
        make_certificate()
    _program, tokens = connected
    address, seen = "/ims/ob/v3p0/credentials?limit=2", []

    while address:
        answer = Client().get(
            address, headers={"Authorization": f"Bearer {tokens['access_token']}"}
        )
        seen += answer.json()["credential"]
        links = dict(reversed(link.split("; rel=")) for link in answer["Link"].split(", "))
        assert '"first"' in links
        assert "offset=4" in links['"last"']
        assert ('"prev"' in links) == ("offset=0" not in address and "offset" in address)
        address = links.get('"next"', "").strip("<>").replace("http://testserver", "")

    assert answer["X-Total-Count"] == "5"
    assert len(seen) == 5


def test_since_leaves_out_what_was_issued_before(connected, issued):
    _program, tokens = connected
    token, moment = tokens["access_token"], issued.issued_at

    for since, count in ((moment - timedelta(seconds=1), 1), (moment, 0)):
        answer = read("/ims/ob/v3p0/credentials", token, since=since.isoformat())
        assert answer["X-Total-Count"] == str(count)
        assert "since=" in answer["Link"]


def test_only_valid_certificates_of_the_person_are_given(connected, issued, make_certificate):
    _program, tokens = connected
    revoke_certificate(issued, reason="mistaken", now=timezone.now())
    make_certificate(expires_at=timezone.now() - timedelta(days=1))

    assert read("/ims/ob/v3p0/credentials", tokens["access_token"])["X-Total-Count"] == "0"


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "x"}, {"offset": "-1"}, {"since": "2026"}]
)
def test_a_parameter_that_cannot_be_used_is_named(connected, query):
    _program, tokens = connected

    answer = read("/ims/ob/v3p0/credentials", tokens["access_token"], **query)

    assert answer.status_code == 400
    assert minor(answer) == "invalid_query_parameter"
    assert next(iter(query)) in answer.json()["imsx_description"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["limit", "offset", "since"])
def test_no_parameter_breaks_it(connected, name, value):
    _program, tokens = connected

    answer = read("/ims/ob/v3p0/credentials", tokens["access_token"], **{name: sendable(value)})

    assert answer.status_code in (200, 400)


def minor(answer):
    document = answer.json()
    schema("imsx_statusinfo").validate(document)
    (only,) = document["imsx_codeMinor"]["imsx_codeMinorField"]
    return only["imsx_codeMinorFieldValue"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["credentials", "profile", "discovery"])
def test_nothing_can_be_written(connected, method, path):
    _program, tokens = connected
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    answer = getattr(Client(), method)(f"/ims/ob/v3p0/{path}", headers=headers)

    assert answer.status_code == 405
    assert (minor(answer), answer.json()["imsx_codeMajor"]) == ("not_allowed", "unsupported")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("path", ["credentials", "profile"])
@pytest.mark.parametrize("header", [None, "Bearer x", "Bearer", "Basic eDp5", "Bearer é"])
def test_nothing_is_told_without_a_token(path, header, issued):
    headers = {"Authorization": header} if header else {}

    answer = Client().get(f"/ims/ob/v3p0/{path}", headers=headers)

    assert answer.status_code == 401
    assert minor(answer) == "unauthorizedrequest"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_token_of_a_person_who_was_shut_out_is_worth_nothing(connected, student):
    _program, tokens = connected
    student.is_active = False
    student.save()

    assert read("/ims/ob/v3p0/profile", tokens["access_token"]).status_code == 401


def test_tokens_of_programs_and_of_machines_do_not_stand_for_each_other(connected, machine):
    _program, tokens = connected

    assert read("/api/v1/certificates", tokens["access_token"]).status_code == 401
    assert machine.get("/ims/ob/v3p0/credentials").status_code == 401


def test_every_other_address_answers_in_the_same_form():
    answer = Client().get("/ims/ob/v3p0/badges")

    assert answer.status_code == 404
    assert minor(answer) == "not_found"


def test_who_asks_too_often_is_told_when_to_come_back():
    answers = [Client().get("/ims/ob/v3p0/discovery") for _ in range(61)]

    assert answers[-1].status_code == 429
    assert minor(answers[-1]) == "server_busy"
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_number_of_queries_does_not_grow(connected, make_certificate):
    _program, tokens = connected
    counts = set()
    for _ in range(2):
        make_certificate()
        with CaptureQueriesContext(connection) as captured:
            read("/ims/ob/v3p0/credentials", tokens["access_token"])
        counts.add(len(captured))

    assert counts == {3}
    assert Certificate.objects.count() == 2


def test_the_description_is_an_open_api_document_with_all_that_is_needed():
    answer = Client().get("/ims/ob/v3p0/discovery")

    document = answer.json()
    assert document["openapi"].startswith("3.0.")
    assert document["info"].keys() >= {
        "title",
        "termsOfService",
        "x-imssf-image",
        "x-imssf-privacyPolicyUrl",
    }
    assert set(document["paths"]) == {"/credentials", "/profile", "/discovery"}
    assert all(set(operations) == {"get"} for operations in document["paths"].values())
    for name in ("termsOfService", "x-imssf-privacyPolicyUrl"):
        assert Client().get(path_of(document["info"][name])).status_code == 200
