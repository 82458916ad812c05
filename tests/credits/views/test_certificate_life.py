"""Every state of a certificate in words, and the page on which the staff changes it."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits.core.verdict import Outcome
from credits.models import Certificate, StatusList
from credits.services.certificate_life import (
    mark_superseded,
    reinstate_certificate,
    revoke_certificate,
    suspend_certificate,
)
from credits.services.certificates import issue_certificate
from credits.services.verification import verify_stored
from tests.credentials import as_bytes
from tests.credentials import certificate as foreign_certificate
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.pages import words_of
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    return issue_certificate(student, start=BEGUN, end=SCORED, now=timezone.now())


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_user("root", is_staff=True))
    return client


def page(client, certificate):
    return client.get(certificate.get_absolute_url())


def drop(client, data):
    return client.post(reverse("verify"), {"file": SimpleUploadedFile("li.json", data)})


def both(client, certificate):
    """The words of the page, and those on the file that somebody drops."""
    shown, dropped = page(client, certificate), drop(client, certificate.credential.encode())
    assert shown.context["verdict"].outcome == dropped.context["verdict"].outcome
    return words_of(shown), words_of(dropped)


def test_valid(client, certificate):
    for words in both(client, certificate):
        assert "This certificate is valid" in words
        assert "neither revoked nor suspended" in words


def test_revoked_with_the_day_and_the_reason(client, certificate):
    revoke_certificate(certificate, reason="Copied from another project", now=timezone.now())

    for words in both(client, certificate):
        assert "This certificate was revoked" in words
        assert "for good" in words
        assert "Reason: Copied from another project." in words


def test_revoked_since_nothing_counts_any_more(client, certificate):
    revoke_certificate(certificate, reason="nothing-counts", now=timezone.now())

    for words in both(client, certificate):
        assert "none of its contributions counts any more" in words


def test_suspended_with_the_reason_and_valid_again(client, certificate):
    suspend_certificate(certificate, reason="Looked into", now=timezone.now())
    for words in both(client, certificate):
        assert "This certificate is suspended" in words
        assert "Reason: Looked into." in words

    reinstate_certificate(certificate, now=timezone.now())
    for words in both(client, certificate):
        assert "This certificate is valid" in words


def test_superseded_with_a_link_to_the_successor_and_back(client, certificate, student):
    now = timezone.now()
    successor = issue_certificate(student, start=BEGUN, end=SCORED, now=now)
    mark_superseded(certificate, successor, now=now)

    for words in both(client, certificate):
        assert "This certificate was superseded" in words
        assert f"Certificate {successor.code} took its place" in words
    assert successor.get_absolute_url() in page(client, certificate).content.decode()
    words = words_of(page(client, successor))
    assert "This certificate is valid" in words
    assert f"It took the place of certificate {certificate.code}" in words


def test_expired_with_the_day(client, student, worked):
    long_ago = timezone.now() - timedelta(days=6 * 365)
    certificate = issue_certificate(student, start=BEGUN, end=SCORED, now=long_ago)

    for words in both(client, certificate):
        assert "This certificate has expired" in words
        assert "It was valid until" in words


def test_altered(client, certificate):
    forged = certificate.credential.replace("Li Ming", "Wu Ming").encode()

    answer = drop(client, forged)

    assert answer.context["verdict"].outcome is Outcome.ALTERED
    assert "This certificate was altered" in words_of(answer)


def test_what_is_altered_is_not_taken_for_the_certificate_that_it_names(client, certificate):
    revoke_certificate(certificate, reason="Copied from another project", now=timezone.now())

    answer = drop(client, certificate.credential.replace("Li Ming", "Wu Ming").encode())

    assert answer.context["known"] is None
    assert "Copied" not in words_of(answer)


def test_issuer_unknown(client):
    answer = drop(client, as_bytes(foreign_certificate()))

    assert answer.context["verdict"].outcome is Outcome.ISSUER_UNKNOWN
    assert "We do not know who issued this" in words_of(answer)


def test_status_unreachable_is_never_called_valid(client, certificate):
    StatusList.objects.update(credential="{}", suspensions="{}")

    for words in both(client, certificate):
        assert "Cannot tell: it may have been revoked" in words
        assert "Do not take it for valid" in words
        assert "This certificate is valid" not in words


@pytest.mark.parametrize("name", ["status-list", "suspension-list"])
def test_both_lists_are_signed_cacheable_and_the_same_for_all(client, certificate, name):
    answer = client.get(reverse(name, args=[1]))

    assert answer["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in answer.get("Vary", "")
    assert (
        client.get(reverse(name, args=[1]), headers={"If-None-Match": answer["ETag"]}).status_code
        == 304
    )
    document = json.loads(answer.content)
    assert document["id"] == f"http://testserver{reverse(name, args=[1])}"
    assert len(document["proof"]) == 2
    assert client.get(reverse(name, args=[7])).status_code == 404


def test_the_lists_of_the_holder_say_each_state(client, certificate, student):
    client.force_login(student)
    successor = issue_certificate(student, start=BEGUN, end=SCORED, now=timezone.now())
    mark_superseded(certificate, successor, now=timezone.now())
    suspend_certificate(successor, reason="Looked into", now=timezone.now())

    words = words_of(client.get(reverse("certificates")))

    assert "Superseded" in words
    assert "Suspended" in words


def act(client, certificate, **given):
    address = reverse("certificate-life", args=[certificate.code])
    return client.post(address, {"is_meant": "on", "reason": "", **given})


def test_the_staff_suspends_reinstates_and_revokes(staff, certificate):
    for given, outcome in (
        ({"act": "suspend", "reason": "Looked into"}, Outcome.SUSPENDED),
        ({"act": "reinstate"}, Outcome.VALID),
        ({"act": "revoke", "reason": "Copied"}, Outcome.REVOKED),
    ):
        answer = act(staff, certificate, **given)

        assert answer["Location"] == certificate.get_absolute_url()
        certificate.refresh_from_db()
        assert verify_stored(certificate, now=timezone.now()).outcome is outcome


@pytest.mark.parametrize(
    "given",
    [
        {"act": "revoke", "reason": " "},
        {"act": "revoke", "reason": "Copied", "is_meant": ""},
        {"act": "reinstate"},
        {"act": "burn", "reason": "Copied"},
        {"reason": "Copied"},
    ],
)
def test_nothing_happens_unless_it_is_meant_and_said_why(staff, certificate, given):
    answer = act(staff, certificate, **given)

    assert answer.status_code == 200
    certificate.refresh_from_db()
    assert verify_stored(certificate, now=timezone.now()).is_valid


def test_a_holder_withdraws_an_own_certificate_and_no_more(client, certificate, student):
    client.force_login(student)
    assert "Withdraw this certificate" in words_of(page(client, certificate))

    assert act(client, certificate, act="suspend", reason="x").status_code == 200
    act(client, certificate, act="revoke", reason="I want another one")

    certificate.refresh_from_db()
    assert certificate.revocation_reason == "I want another one"
    assert certificate.suspended_at is None


def test_for_others_the_page_is_not_there(client, certificate, registrar):
    address = reverse("certificate-life", args=[certificate.code])
    assert client.get(address).status_code == 302
    client.force_login(registrar)

    assert client.get(address).status_code == 404
    assert act(client, certificate, act="revoke", reason="x").status_code == 404
    assert Certificate.objects.valid(timezone.now()).exists()


def test_what_ended_cannot_be_changed_any_more(staff, certificate):
    revoke_certificate(certificate, reason="Copied", now=timezone.now())

    assert act(staff, certificate, act="reinstate").status_code == 404
    assert "Suspend or revoke" not in words_of(page(staff, certificate))
