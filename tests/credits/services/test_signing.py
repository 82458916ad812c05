"""Signing comes after the log: what is entered gets signed, whatever happens in between."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from credits.core.canonical import sha256_hex
from credits.core.log import document_body
from credits.core.sealed import LeafKind
from credits.keyfiles import make_ed25519_key, make_rsa_key
from credits.models import Certificate, LogEntry, SealedCertificate, StatusList
from credits.services.certificates import find_certificate, issue_certificate
from credits.services.fsck import certificates_are_whole
from credits.services.issuer import IssuerKeyError
from credits.services.sharing import NotSignedYetError, share_part, what_can_be_shown
from credits.services.signing import sign_entered
from credits.services.verification import verify_stored
from tests.committing import *  # noqa: F403
from tests.committing import at_once, crash_while_waiting
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings, tmp_path):
    """A key that can be lost and found again."""
    settings.ISSUER_KEY_FILE = tmp_path / "issuer.pem"
    settings.ISSUER_KEY_FILE.write_text(make_ed25519_key())
    settings.ISSUER_KEY_FILE.chmod(0o600)
    return settings.ISSUER_KEY_FILE


@pytest.fixture
def without_key(key_file):
    """No key can be read until ``without_key()`` is called."""
    pem = key_file.read_text()
    key_file.write_text(make_rsa_key())
    return lambda: key_file.write_text(pem)


def issue(holder, now=NOW):
    return issue_certificate(holder, start=BEGUN, end=BEGUN + timedelta(days=30), now=now)


def test_a_certificate_is_in_the_log_before_it_is_signed(student, worked, without_key):
    certificate = issue(student)

    body = document_body(json.loads(certificate.credential))
    assert certificate.log_entry.body_digest == certificate.digest == sha256_hex(body)
    assert certificate.signed_at is None
    assert "proof" not in json.loads(certificate.credential)


def test_what_is_not_signed_is_no_certificate_yet(client, student, worked, without_key):
    certificate = issue(student)

    assert not Certificate.objects.exists()
    assert not student.certificates.exists()
    assert find_certificate(certificate.code) is None
    assert client.get(f"/c/{certificate.code}.json").status_code == 404
    assert list(certificates_are_whole(1, lambda *_: None)) == []


def test_it_is_signed_when_the_key_is_back(student, worked, without_key):
    certificate = issue(student)
    with pytest.raises(IssuerKeyError):
        sign_entered(now=NOW)
    without_key()

    assert sign_entered(now=LATER) == 1

    (signed,) = Certificate.objects.all()
    assert (signed.pk, signed.signed_at, signed.issued_at) == (certificate.pk, LATER, NOW)
    assert signed.digest == certificate.digest
    assert verify_stored(signed, now=LATER).is_valid
    assert sign_entered(now=LATER) == 0


def test_the_holder_is_told_that_it_waits(client, student, worked, without_key):
    client.force_login(student)
    asked = {"start": "2026-10-01", "end": "2026-10-31"}

    answer = client.post("/me/certificates/new", asked, follow=True)

    assert "entered in the log" in answer.content.decode()
    assert answer.context["unsigned_count"] == Certificate.entered.count() == 1
    without_key()
    sign_entered(now=LATER)
    assert client.get("/me/certificates").context["unsigned_count"] == 0


def test_a_part_is_shared_only_when_its_sealed_form_is_signed(student, worked, key_file):
    certificate, pem = issue(student), key_file.read_text()
    leaves = what_can_be_shown(certificate)
    total = {place for place, leaf in enumerate(leaves) if leaf.kind is LeafKind.TOTAL}
    key_file.write_text(make_rsa_key())

    with pytest.raises(NotSignedYetError, match="in a minute"):
        share_part(certificate, total, now=NOW)

    assert not SealedCertificate.objects.exists()
    key_file.write_text(pem)
    assert share_part(certificate, total, now=LATER).sealed.signed_at == LATER
    assert SealedCertificate.entered.count() == 1


def test_what_cannot_be_signed_keeps_nothing_else_waiting(student, worked, without_key):
    spoilt, sound = issue(student), issue(student)
    document = json.loads(spoilt.credential) | {"nobodyDefinedThis": 1}
    Certificate.entered.filter(pk=spoilt.pk).update(credential=json.dumps(document))
    without_key()

    assert sign_entered(now=LATER) == 1

    assert list(Certificate.objects.all()) == [sound]
    (fault,) = certificates_are_whole(1, lambda *_: None)
    assert fault.subject == spoilt.code


def test_signed_stays_signed(student, worked):
    certificate = issue(student)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(signed_at=None)


def test_who_dies_while_signing_leaves_it_to_the_next(committed_db, student, worked, without_key):
    certificate = issue(student)
    without_key()

    crash_while_waiting(
        lambda: sign_entered(now=LATER), lock="LOCK TABLE credits_certificate IN SHARE MODE"
    )

    assert not Certificate.objects.exists()
    assert sign_entered(now=LATER) == 1
    assert Certificate.objects.get().log_entry_id == certificate.log_entry_id
    assert LogEntry.objects.filter(kind=LogEntry.Kind.ISSUE).count() == 1


def test_who_signs_at_once_signs_each_once(committed_db, student, worked, without_key):
    for _ in range(3):
        issue(student)
    without_key()

    done = at_once(*[lambda: sign_entered(now=LATER)] * 3)

    assert [result for result in done if isinstance(result, Exception)] == []
    assert sum(done) == 3
    assert StatusList.objects.get().signed_at == LATER
