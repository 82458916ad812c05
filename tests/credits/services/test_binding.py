"""Forms of certificates that are bound to holders' keys."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from jsonschema import Draft201909Validator

from credits.core.canonical import sha256_hex
from credits.core.log import document_body
from credits.core.verdict import Outcome
from credits.models import BoundCertificate, LogEntry
from credits.services.binding import NotBoundYetError, TooManyKeysError, bind_certificate
from credits.services.certificates import issue_certificate
from credits.services.fsck import certificates_are_whole
from credits.services.signing import sign_entered
from credits.services.verification import verify_upload
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.credentials import VECTORS
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
MOST = 20
SCHEMA = json.loads(
    (VECTORS / "schemas" / "ob_v3p0_achievementcredential_schema.json").read_text("utf-8")
)


@pytest.fixture
def certificate(student, worked):
    return issue_certificate(student, start=BEGUN, end=SCORED, now=NOW)


def bind(certificate, holder=HOLDER, now=LATER, most=MOST):
    return bind_certificate(certificate, holder, most=most, now=now)


@pytest.mark.django_db
def test_the_form_says_what_the_certificate_says_and_is_in_the_log(certificate):
    bound = bind(certificate)

    document, whole = json.loads(bound.credential), json.loads(certificate.credential)
    differing = {name for name in whole if document[name] != whole[name]}
    assert differing == {"validFrom", "credentialSubject", "proof"}
    assert document["validFrom"] == "2026-11-21T08:00:00Z"
    assert bound.log_entry.body_digest == sha256_hex(document_body(document))
    assert verify_upload(bound.credential.encode(), now=LATER).outcome is Outcome.VALID
    Draft201909Validator(SCHEMA).validate(document)
    assert [*certificates_are_whole(1, lambda _done, _total: None)] == []


@pytest.mark.django_db
def test_a_form_that_was_altered_is_found(certificate):
    bound = bind(certificate)
    text = bound.credential.replace("Change", "Chance")
    with connection.cursor() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("UPDATE credits_boundcertificate SET credential = %s", [text])

    (fault,) = certificates_are_whole(1, lambda _done, _total: None)

    assert fault.subject == certificate.code


@pytest.mark.django_db
def test_a_signed_form_is_never_edited(certificate):
    bind(certificate)

    with pytest.raises(IntegrityError), transaction.atomic():
        BoundCertificate.objects.update(credential="{}")


@pytest.mark.django_db
def test_a_certificate_is_bound_to_so_many_keys(certificate):
    bind(certificate, most=1)

    assert bind(certificate, most=1)
    with pytest.raises(TooManyKeysError):
        bind(certificate, "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", most=1)


@pytest.mark.django_db
def test_a_form_waits_for_the_signer(certificate, settings, tmp_path):
    path, settings.ISSUER_KEY_FILE = settings.ISSUER_KEY_FILE, tmp_path / "broken.pem"
    settings.ISSUER_KEY_FILE.write_text("no key")

    with pytest.raises(NotBoundYetError):
        bind(certificate)
    assert not BoundCertificate.objects.exists()

    settings.ISSUER_KEY_FILE = path
    assert sign_entered(now=LATER) == 1
    assert bind(certificate) == BoundCertificate.objects.get()
    assert LogEntry.objects.filter(kind=LogEntry.Kind.ISSUE).count() == 2


def test_two_requests_for_one_key_at_once_make_one_form(committed_db, certificate):
    first, second = at_once(lambda: bind(certificate), lambda: bind(certificate))

    assert isinstance(first, BoundCertificate)
    assert isinstance(second, BoundCertificate)
    assert first.credential == second.credential
    assert BoundCertificate.entered.count() == 1
