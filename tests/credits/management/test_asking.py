"""What `opencredits verify` asks for online, where an institution of a site has issued."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from credits.core.bundle import verify_with_bundle
from credits.management.verification_files import ask_issuer
from credits.services.certificates import issue_certificate
from credits.services.issuer import issuer_did
from credits.services.records import issue_record
from credits.services.rotation import rotate_issuer_key
from credits.services.wishes import Wishes
from tests.committing import *  # noqa: F403
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def certificate(committed_db, live_server, settings, tmp_path, request):
    """One in the name of the university, on a site that answers."""
    settings.BASE_URL = live_server.url
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"
    request.getfixturevalue("worked")
    university, student = map(request.getfixturevalue, ("university", "student"))
    now = timezone.now()
    rotate_issuer_key(now=now, use_from=now, institution=university)
    end = BEGUN + timedelta(days=30)
    return issue_certificate(
        student, start=BEGUN, end=end, now=now, wishes=Wishes(issuer=university)
    )


def test_the_issuer_and_the_site_whose_log_it_is_are_asked(certificate, university):
    data = certificate.credential.encode()

    bundle = ask_issuer(data)

    assert set(bundle.did_documents) == {issuer_did(university), issuer_did()}
    assert len(bundle.status_lists) == 2
    assert verify_with_bundle(data, bundle, now=timezone.now()).is_valid


def test_of_a_record_the_institutions_in_it_are_asked(certificate, university, student):
    record = issue_record(student, now=timezone.now())

    bundle = ask_issuer(record.encode())

    assert set(bundle.did_documents) == {issuer_did(), issuer_did(university)}
    assert verify_with_bundle(record.encode(), bundle, now=timezone.now()).is_valid


def test_an_institution_of_another_site_in_a_record_is_not_asked(certificate, student):
    record = json.loads(issue_record(student, now=timezone.now()))
    inner = record["credentialSubject"]["verifiableCredential"][0]
    inner["issuer"]["id"] = "did:web:localhost%3A1:i:first-university"

    assert set(ask_issuer(json.dumps(record).encode()).did_documents) == {issuer_did()}
