"""Suspended, reinstated, revoked: in the lists, in the log, and told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from credits.core.canonical import canonical_json, sha256_hex
from credits.core.status import decode_bitstring, is_set
from credits.core.verdict import Outcome
from credits.models import Application, Certificate, LogEntry, Notice, Recognition
from credits.services.booking import keep_recognition, reverse_recognition
from credits.services.certificate_life import (
    AlreadyRevokedError,
    NoReasonGivenError,
    NotSuspendableError,
    NotSuspendedError,
    mark_superseded,
    reinstate_certificate,
    revoke_certificate,
    suspend_certificate,
    suspension_statement,
)
from credits.services.certificates import issue_certificate
from credits.services.recognition import (
    CertificateNotValidError,
    Decision,
    decide_application,
    submit_application,
)
from credits.services.sharing import NotInForceError, share_part
from credits.services.status import status_list_document, suspension_list_document
from credits.services.verification import verify_stored, verify_upload, with_life
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
END = BEGUN + timedelta(days=30)
WHY = "under investigation"

pytestmark = pytest.mark.django_db


def issue(student):
    return issue_certificate(student, start=BEGUN, end=END, now=NOW)


@pytest.fixture
def certificate(student, worked):
    return issue(student)


def kinds_logged():
    return list(LogEntry.objects.order_by("index").values_list("kind", flat=True))


def is_listed(document, certificate):
    bits = decode_bitstring(json.loads(document)["credentialSubject"]["encodedList"])
    return is_set(bits, certificate.status_index)


def told(person):
    return [(one.kind, one.parameters.get("what", "")) for one in Notice.objects.of(person)]


def test_what_is_suspended_says_so_at_once_everywhere(certificate, student):
    held = suspend_certificate(certificate, reason=WHY, now=LATER)

    assert (held.suspended_at, held.suspension_reason) == (LATER, WHY)
    assert verify_stored(held, now=LATER).outcome is Outcome.SUSPENDED
    assert verify_upload(held.credential.encode(), now=LATER).outcome is Outcome.SUSPENDED
    assert is_listed(suspension_list_document(1, now=LATER), held)
    assert not is_listed(status_list_document(1, now=LATER), held)
    assert not Certificate.objects.valid(LATER).exists()
    assert Certificate.objects.in_force(LATER).exists()
    assert kinds_logged()[-1] == LogEntry.Kind.SUSPEND
    assert told(student) == [("suspended", "")]


def test_the_log_commits_to_a_suspension(certificate):
    held = suspend_certificate(certificate, reason=WHY, now=LATER)

    body = canonical_json(suspension_statement(held, LATER))
    assert LogEntry.objects.latest("index").body_digest == sha256_hex(body)


def test_what_is_reinstated_is_valid_again(certificate, student):
    suspend_certificate(certificate, reason=WHY, now=NOW)

    back = reinstate_certificate(certificate, now=LATER)

    assert (back.suspended_at, back.suspension_reason) == (None, "")
    assert verify_stored(back, now=LATER).is_valid
    assert not is_listed(suspension_list_document(1, now=LATER), back)
    assert kinds_logged()[-2:] == [LogEntry.Kind.SUSPEND, LogEntry.Kind.SUSPEND]
    assert told(student) == [("reinstated", ""), ("suspended", "")]


def test_suspending_again_and_reinstating_what_is_not_suspended_is_refused(certificate):
    with pytest.raises(NotSuspendedError):
        reinstate_certificate(certificate, now=NOW)
    suspend_certificate(certificate, reason=WHY, now=NOW)

    with pytest.raises(NotSuspendableError):
        suspend_certificate(certificate, reason="again", now=LATER)

    assert kinds_logged().count(LogEntry.Kind.SUSPEND) == 1


def test_what_is_revoked_or_expired_is_not_suspended(certificate, student):
    with pytest.raises(NotSuspendableError):
        suspend_certificate(certificate, reason=WHY, now=NOW + timedelta(days=3000))
    revoke_certificate(certificate, reason=WHY, now=NOW)

    with pytest.raises(NotSuspendableError):
        suspend_certificate(certificate, reason=WHY, now=NOW)
    with pytest.raises(NotSuspendedError):
        reinstate_certificate(certificate, now=NOW)


@pytest.mark.parametrize("act", [suspend_certificate, revoke_certificate])
def test_nothing_happens_without_a_reason(certificate, act):
    with pytest.raises(NoReasonGivenError):
        act(certificate, reason=" ", now=NOW)

    assert verify_stored(certificate, now=NOW).is_valid


def test_a_suspended_certificate_can_be_revoked(certificate):
    suspend_certificate(certificate, reason=WHY, now=NOW)

    revoked = revoke_certificate(certificate, reason="plagiarism", now=LATER)

    assert verify_stored(revoked, now=LATER).outcome is Outcome.REVOKED
    assert not is_listed(suspension_list_document(1, now=LATER), revoked)


def test_nothing_can_be_done_with_a_suspended_certificate(certificate, student, policy):
    suspend_certificate(certificate, reason=WHY, now=NOW)

    with pytest.raises(CertificateNotValidError):
        submit_application(
            student, institution=policy.institution, certificates=[certificate], now=LATER
        )
    with pytest.raises(NotInForceError):
        share_part(certificate, [0], now=LATER)


def test_an_application_cannot_be_approved_while_its_certificate_is_suspended(
    certificate, student, policy, registrar
):
    asked = submit_application(
        student, institution=policy.institution, certificates=[certificate], now=NOW
    )
    suspend_certificate(certificate, reason=WHY, now=NOW)

    with pytest.raises(CertificateNotValidError):
        decide_application(asked, Decision(approve=True), decided_by=registrar, now=LATER)

    reinstate_certificate(certificate, now=LATER)
    decided = decide_application(asked, Decision(approve=True), decided_by=registrar, now=LATER)
    assert decided.state == Application.State.APPROVED
    assert told(registrar) == [("review", "reinstated"), ("review", "suspended")]


def test_a_certificate_whose_document_knows_no_suspension_is_suspended_here(certificate):
    verdict = verify_stored(certificate, now=NOW)
    certificate.suspended_at = NOW

    assert verdict.is_valid
    assert with_life(verdict, certificate).outcome is Outcome.SUSPENDED


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": None},
        {"revocation_reason": "another"},
        {"suspended_at": NOW},
        {"superseded_by": None},
    ],
)
def test_the_database_lets_nobody_undo_a_revocation(certificate, student, change):
    successor = issue(student)
    mark_superseded(certificate, successor, now=NOW)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**change)


@pytest.mark.parametrize("change", [{"points": 1}, {"expires_at": None}, {"issued_at": LATER}])
def test_the_database_refuses_to_change_what_was_certified(certificate, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**change)


def test_what_is_superseded_is_revoked_and_names_its_successor(certificate, student):
    successor = issue(student)

    former = mark_superseded(certificate, successor, now=LATER)

    assert former.superseded_by == successor
    assert is_listed(status_list_document(1, now=LATER), former)
    assert verify_stored(former, now=LATER).outcome is Outcome.SUPERSEDED
    assert verify_upload(former.credential.encode(), now=LATER).outcome is Outcome.SUPERSEDED
    step = verify_stored(former, now=LATER).step("status")
    assert step.parameters["successor"] == successor.code
    assert verify_stored(successor, now=LATER).is_valid
    assert kinds_logged()[-1] == LogEntry.Kind.SUPERSEDE


def test_only_one_certificate_takes_the_place_of_another(certificate, student):
    first, second = issue(student), issue(student)
    mark_superseded(certificate, first, now=NOW)

    with pytest.raises(AlreadyRevokedError):
        mark_superseded(certificate, second, now=NOW)


def test_a_recognition_that_loses_its_certificate_is_marked_and_stays(
    certificate, student, policy, registrar
):
    asked = submit_application(
        student, institution=policy.institution, certificates=[certificate], now=NOW
    )
    decide_application(asked, Decision(approve=True), decided_by=registrar, now=NOW)
    revoke_certificate(certificate, reason="plagiarism", now=LATER)

    recognition = Recognition.objects.get()

    assert (recognition.state, recognition.needs_review_since) == ("approved", LATER)
    assert recognition.updated_at == LATER
    assert recognition.events.last().actor == "OpenCredits"
    assert certificate.code in recognition.events.last().reason
    assert told(registrar) == [("review", "revoked")]


@pytest.mark.parametrize("end", [keep_recognition, reverse_recognition])
def test_a_person_ends_the_review(recognition, end):
    certificate = recognition.application.certificates.get()
    Recognition.objects.update(needs_review_since=NOW)

    ended = end(recognition, actor="Chen", reason="Looked at it", now=LATER)

    assert certificate.pk
    assert ended.needs_review_since is None
    assert Recognition.objects.get().events.last().reason == "Looked at it"


def test_keeping_is_for_what_waits_for_a_review(recognition):
    with pytest.raises(Exception, match="no review"):
        keep_recognition(recognition, actor="Chen", reason="x", now=NOW)


def test_what_was_taken_back_or_withdrawn_concerns_nobody(certificate, student, registrar, policy):
    asked = submit_application(
        student, institution=policy.institution, certificates=[certificate], now=NOW
    )
    decided = decide_application(asked, Decision(approve=True), decided_by=registrar, now=NOW)
    reverse_recognition(decided.recognition, actor="Chen", reason="x", now=NOW)

    revoke_certificate(certificate, reason="plagiarism", now=LATER)

    assert told(registrar) == []
    assert Recognition.objects.get().needs_review_since is None
