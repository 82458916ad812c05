"""Verifying by page: by code, by link, by file; and what verifiers elsewhere fetch."""

import json
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from credits.core.did import did_web
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.scoring import score_project
from tests.credentials import as_bytes
from tests.credentials import certificate as foreign_certificate
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED, change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403
from tests.university import ISSUED

pytestmark = pytest.mark.django_db


def upload(client, data):
    return client.post("/verify", {"file": SimpleUploadedFile("li.json", data)})


def test_the_public_page_says_first_whether_it_is_valid(client, issued):
    answer = client.get(issued.get_absolute_url())

    assert answer.context["verdict"].is_valid
    words = words_of(answer)
    assert "Li Ming" in words
    assert "65" in words
    assert answer.context["is_logged"]


def test_a_revoked_certificate_says_so_with_the_reason(client, issued):
    revoke_certificate(issued, reason="Copied from another project", now=ISSUED)

    answer = client.get(issued.get_absolute_url())

    assert answer.context["verdict"].outcome == "revoked"
    assert "Copied from another project" in words_of(answer)


def test_a_code_as_people_type_it_leads_to_the_page(client, issued):
    typed = issued.code.lower().replace("-", "")

    for answer in (client.get(f"/c/{typed}"), client.get(f"/c/{issued.code.lower()}")):
        assert answer["Location"] == issued.get_absolute_url()
    for text in (typed, f"http://testserver/c/{issued.code}", f"https://x.example/c/{typed}.png"):
        assert client.get("/verify", {"code": text}).status_code == 302
        assert client.post("/verify", {"text": text}).status_code == 302


def test_a_code_with_a_slip_is_called_one(client, issued):
    last = "2" if issued.code[-1] != "2" else "3"

    answer = client.get(f"/c/{issued.code[:-1]}{last}")

    assert answer.status_code == 404
    assert answer.context["is_mistyped"]


def test_the_document_and_its_evidence_come_byte_for_byte(client, issued):
    document = client.get(f"/c/{issued.code}.json")
    evidence = client.get(f"/c/{issued.code}/evidence.json")

    assert document.content.decode() == issued.credential
    assert document["Content-Type"] == "application/vc"
    assert evidence.content.decode() == issued.evidence


def test_a_file_is_checked_and_shown(client, issued):
    answer = upload(client, issued.credential.encode())

    assert answer.context["verdict"].is_valid
    assert "Li Ming" in words_of(answer)


def test_the_text_of_a_file_is_checked_as_well(client, issued):
    assert client.post("/verify", {"text": issued.credential}).context["verdict"].is_valid


@pytest.mark.parametrize(
    ("form", "kind"),
    [("jwt", "application/jwt"), ("png", "image/png"), ("svg", "image/svg+xml")],
)
def test_every_form_is_served_and_taken_back(client, issued, form, kind):
    served = client.get(f"/c/{issued.code}.{form}")

    assert served["Content-Type"] == kind
    assert f"{issued.code}.{form}" in served["Content-Disposition"]
    answer = upload(client, served.content)
    assert answer.context["verdict"].is_valid
    assert "Li Ming" in words_of(answer)
    assert client.get(f"/c/{issued.code[:-1]}.{form}").status_code == 404


def test_a_jwt_may_be_pasted(client, issued):
    token = client.get(f"/c/{issued.code}.jwt").content.decode()

    answer = client.post("/verify", {"text": f" {token}\n"})

    assert answer.context["verdict"].is_valid
    assert "Li Ming" in words_of(answer)


def test_a_jwt_that_is_not_signed_is_called_altered(client, issued):
    token = client.get(f"/c/{issued.code}.jwt").content.decode()
    unsigned = f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."

    answer = upload(client, unsigned.encode())

    assert answer.context["verdict"].outcome == "altered"
    assert "alg_none" in words_of(answer)


def test_an_edited_file_is_called_altered(client, issued):
    edited = issued.credential.replace("Li Ming", "Wu Lan").encode()

    answer = upload(client, edited)

    assert answer.context["verdict"].outcome == "altered"


def test_a_file_of_another_issuer_is_not_called_forged(client):
    answer = upload(client, as_bytes(foreign_certificate()))

    assert answer.status_code == 200
    assert answer.context["verdict"].outcome == "issuer_unknown"


@pytest.mark.parametrize("data", [b"", b"{", b"\x89PNG\r\n", b"[]", b'{"a": 1}', b"\xff" * 99])
def test_a_file_that_is_no_certificate_is_refused_in_words(client, data):
    answer = upload(client, data)

    assert answer.status_code in {200, 400}
    assert "verdict" not in answer.context


def test_a_file_of_a_hundred_megabytes_is_not_even_read(client):
    body = BytesIO(b" " * 6_000_000)
    answer = client.generic(
        "POST", "/verify", body.getvalue(), content_type="application/octet-stream"
    )

    assert answer.status_code == 413
    assert "too large to be a certificate" in words_of(answer)


@pytest.mark.parametrize("depth", [50, 1_000, 100_000])
def test_a_file_that_is_nested_without_end_is_refused_in_words(client, depth):
    answer = upload(client, b'{"credentialSubject":' * depth + b"1" + b"}" * depth)

    assert answer.status_code in {200, 400}


def test_hostile_parameters_are_answered_in_words(client, issued):
    for value in map(sendable, HOSTILE):
        for data in ({"code": value}, {"all": value}):
            assert client.get("/verify", data).status_code in {200, 302, 404}, value
        sent = client.post("/verify", {"text": value})
        assert sent.status_code in {200, 302, 400, 404}, value
        led_to = client.get("/verify", {"code": value}, follow=True)
        assert led_to.status_code in {200, 404}, value


def test_the_status_list_is_signed_cacheable_and_the_same_for_all(client, issued):
    answer = client.get("/status/1")

    assert json.loads(answer.content)["type"][1] == "BitstringStatusListCredential"
    assert "max-age=300" in answer["Cache-Control"]
    again = client.get("/status/1", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("number", ["0", "2", "9" * 30])
def test_a_status_list_that_was_never_there_is_not_found(client, issued, number):
    assert client.get(f"/status/{number}").status_code == 404


def test_our_keys_are_where_did_web_says(client, issued, settings):
    answer = client.get("/.well-known/did.json")

    assert json.loads(answer.content)["id"] == did_web(settings.BASE_URL)
    assert answer["Content-Type"] == "application/did+json"


def test_the_page_takes_as_many_queries_however_long_the_certificate_is(client, student, worked):
    counts = []
    for size in (3, 30):
        harvest(worked, *(change(size * 100 + number) for number in range(size)), now=SCORED)
        score_project(worked, now=SCORED)
        now = timezone.now()
        issued = issue_certificate(student, start=BEGUN, end=SCORED, now=now)
        with CaptureQueriesContext(connection) as queries:
            client.get(issued.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 7


@pytest.mark.enable_socket
def test_a_jwt_that_cannot_be_signed_now_is_asked_for_later(client, issued, settings, tmp_path):
    settings.SIGNER_SOCKET = tmp_path / "nobody"

    answer = client.get(f"/c/{issued.code}.jwt")

    assert answer.status_code == 503
    assert "Try again later" in answer.content.decode()
