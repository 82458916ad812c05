"""What a university's machine reads."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

CERTIFICATES = "/api/v1/certificates"


@pytest.fixture
def certificate(make_certificate, make_application):
    certificate = make_certificate()
    make_application(certificate)
    return certificate


def test_a_machine_lists_the_certificates_sent_to_its_university(machine, certificate):
    answer = machine.get(CERTIFICATES)

    assert answer["Content-Type"] == "application/json"
    assert [row["code"] for row in answer.json()["results"]] == [certificate.code]
    assert answer.json()["results"][0]["learner"] == {
        "name": "Li Ming",
        "student_number": "0023110412",
    }
    assert answer.json()["results"][0]["points"] == "60"


def test_a_certificate_that_was_not_sent_is_not_listed(machine, make_certificate):
    unsent = make_certificate()

    assert machine.get(CERTIFICATES).json()["results"] == []
    assert machine.get(f"{CERTIFICATES}/{unsent.code}").status_code == 404


def test_a_withdrawn_application_takes_its_certificates_back(
    machine, make_certificate, make_application
):
    certificate = make_certificate()
    make_application(certificate, state="withdrawn")

    assert machine.get(CERTIFICATES).json()["results"] == []
    assert machine.get(f"{CERTIFICATES}/{certificate.code}").status_code == 404


@pytest.mark.parametrize("path", ["certificates", "applications", "recognitions"])
def test_another_university_sees_nothing_of_it(stranger, certificate, path):
    assert stranger.get(f"/api/v1/{path}").json()["results"] == []


def test_another_university_is_told_404(stranger, certificate):
    answer = stranger.get(f"{CERTIFICATES}/{certificate.code}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_the_signed_document_is_embedded_unchanged(machine, certificate):
    answer = machine.get(f"{CERTIFICATES}/{certificate.code}")

    assert certificate.credential in answer.content.decode()
    assert answer.json()["credential"] == json.loads(certificate.credential)


@pytest.mark.parametrize("size", [1, 40])
def test_a_page_takes_three_queries_however_long_it_is(
    machine, make_certificate, make_application, django_assert_num_queries, size
):
    make_application(*[make_certificate() for _ in range(size)])
    headers = machine.headers()

    # The token, the client with its institution, the page.
    with django_assert_num_queries(3):
        answer = machine.http.get(CERTIFICATES, headers=headers)

    assert len(answer.json()["results"]) == size


def test_following_next_reads_every_certificate_once(machine, make_certificate, make_application):
    made = [make_certificate() for _ in range(5)]
    make_application(*made)
    headers = machine.headers()

    codes, address = [], f"{CERTIFICATES}?limit=2"
    while address:
        answer = machine.http.get(address, headers=headers)
        codes += [row["code"] for row in answer.json()["results"]]
        address = answer.json()["next"]

    assert codes == [certificate.code for certificate in made]


def test_a_page_names_its_neighbours_in_the_link_header(
    machine, make_certificate, make_application
):
    make_application(*[make_certificate() for _ in range(2)])

    answer = machine.get(f"{CERTIFICATES}?limit=1")

    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert answer.json()["prev"] is None


def test_since_reads_what_is_new_or_revoked(machine, make_certificate, make_application):
    now = timezone.now()
    old = now - timedelta(days=2)
    quiet, revoked, fresh = make_certificate(), make_certificate(revoked_at=now), make_certificate()
    make_application(quiet, revoked, submitted_at=old)
    make_application(fresh, submitted_at=now)

    moment = quote((now - timedelta(hours=1)).isoformat())
    answer = machine.get(f"{CERTIFICATES}?since={moment}")

    codes = [row["code"] for row in answer.json()["results"]]
    assert codes == [revoked.code, fresh.code]


def test_since_reads_what_was_suspended_reinstated_or_superseded(
    machine, make_certificate, make_application
):
    now = timezone.now()
    quiet, reinstated = make_certificate(), make_certificate(life_changed_at=now)
    suspended = make_certificate(suspended_at=now, life_changed_at=now)
    ended = {"revoked_at": now, "life_changed_at": now, "superseded_by": quiet}
    superseded = make_certificate(**ended)
    made = [quiet, reinstated, suspended, superseded]
    make_application(*made, submitted_at=now - timedelta(days=2))

    moment = quote((now - timedelta(hours=1)).isoformat())
    rows = machine.get(f"{CERTIFICATES}?since={moment}").json()["results"]

    assert [(row["code"], row["status"], row["superseded_by"]) for row in rows] == [
        (reinstated.code, "valid", None),
        (suspended.code, "suspended", None),
        (superseded.code, "superseded", quiet.code),
    ]


def test_who_has_the_page_already_gets_304(machine, certificate):
    etag = machine.get(CERTIFICATES)["ETag"]

    answer = machine.get(CERTIFICATES, **{"If-None-Match": etag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_changed_page_has_another_etag(machine, certificate):
    etag = machine.get(CERTIFICATES)["ETag"]
    certificate.revoked_at = timezone.now()
    certificate.save()

    assert machine.get(CERTIFICATES, **{"If-None-Match": etag}).status_code == 200


def test_a_list_comes_whole_as_one_json_text_a_line(machine, make_certificate, make_application):
    make_application(*[make_certificate() for _ in range(3)])

    answer = machine.get(f"{CERTIFICATES}?limit=1", Accept="application/x-ndjson")

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert answer["Content-Type"] == "application/x-ndjson"
    assert len([json.loads(line)["code"] for line in lines]) == 3


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=501", "/limit"),
        ("limit=many", "/limit"),
        ("since=yesterday", "/since"),
        ("sinec=2026-01-01T00:00:00Z", "/sinec"),
    ],
)
def test_a_query_that_cannot_be_used_is_refused_by_name(machine, query, pointer):
    answer = machine.get(f"{CERTIFICATES}?{query}")

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "%00", "a" * 200])
def test_a_cursor_that_we_did_not_give_is_refused(machine, cursor):
    assert machine.get(f"{CERTIFICATES}?cursor={cursor}").status_code == 400


def test_applications_are_filtered_by_state(machine, make_certificate, make_application):
    waiting = make_application(make_certificate())
    make_application(make_certificate(), state="rejected", decision_reason="Too early")

    answer = machine.get("/api/v1/applications?state=submitted")

    assert [row["id"] for row in answer.json()["results"]] == [waiting.pk]
    assert answer.json()["results"][0]["proposed_credits"] == "2.00"


def test_a_university_reads_its_own_policies(machine, stranger, policy):
    own = machine.get("/api/v1/credit-policies").json()["results"]

    assert [row["slug"] for row in own] == [policy.slug]
    assert stranger.get("/api/v1/credit-policies").json()["results"] == []


def test_a_machine_learns_for_whom_it_acts(machine, university):
    assert machine.get("/api/v1/institutions/me").json()["slug"] == university.slug


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_address_that_is_none_is_a_problem_document(client, db, method):
    answer = getattr(client, method)("/api/v1/nothing-here")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_method_that_an_address_does_not_take_is_named(machine):
    answer = machine.post(CERTIFICATES, {})

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
