"""What our own certificates and strangers' files are worth, by our keys and lists."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from credits.core.verdict import Outcome
from credits.models import StatusList
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.stating import VALID_FOR
from credits.services.status import status_list_url
from credits.services.verification import OwnStatusLists, verify_stored, verify_upload
from tests.credentials import as_bytes
from tests.credentials import certificate as foreign_certificate
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
END = BEGUN + timedelta(days=30)

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    return issue_certificate(student, start=BEGUN, end=END, now=NOW)


def test_what_we_issued_is_valid_from_the_row_and_from_a_file(certificate):
    assert verify_stored(certificate, now=NOW).is_valid
    assert verify_upload(certificate.credential.encode(), now=NOW).is_valid


def test_the_evidence_in_the_row_is_held_against_the_document(certificate):
    verdict = verify_stored(certificate, now=NOW)

    assert verdict.step("resources").code == "match"


def test_evidence_that_was_edited_behind_our_back_is_noticed(certificate):
    certificate.evidence = certificate.evidence.replace("Change 1", "Change 7")

    assert verify_stored(certificate, now=NOW).outcome is Outcome.ALTERED


def test_a_document_that_was_edited_is_altered(certificate):
    edited = certificate.credential.replace("Li Ming", "Wu Lan").encode()

    assert verify_upload(edited, now=NOW).outcome is Outcome.ALTERED


def test_the_same_document_in_other_spacing_is_as_valid(certificate):
    compact = json.dumps(json.loads(certificate.credential)).encode()

    assert verify_upload(compact, now=NOW).is_valid


def test_a_file_costs_the_same_queries_however_many_lists_there_are(
    certificate, django_assert_num_queries
):
    data = certificate.credential.encode()
    with django_assert_num_queries(4):
        verify_upload(data, now=NOW)
    StatusList.objects.bulk_create(StatusList(number=number) for number in range(2, 12))

    with django_assert_num_queries(4):
        assert verify_upload(data, now=NOW).is_valid


def test_only_addresses_of_lists_that_there_are_lead_to_a_list(certificate):
    lists = OwnStatusLists(NOW)
    url = status_list_url(certificate.status_list_id)

    assert list(lists) == [url, f"{url}/suspension"]
    assert len(lists) == 2
    assert lists[f"{url}/suspension"].startswith(b"{")
    assert lists[url].startswith(b"{")
    for other in (f"{url}0", f"{url}/", url.replace("http", "x"), "1", "", f"{url[:-1]}01"):
        assert other not in lists


def test_another_issuer_is_unknown_here():
    verdict = verify_upload(as_bytes(foreign_certificate()), now=NOW)

    assert verdict.outcome is Outcome.ISSUER_UNKNOWN


def test_who_claims_to_be_us_without_our_key_is_refused(certificate):
    foreign, ours = foreign_certificate(), json.loads(certificate.credential)

    posing = as_bytes(foreign | {"issuer": ours["issuer"]})

    assert verify_upload(posing, now=NOW).outcome is Outcome.ALTERED


def test_a_revoked_certificate_is_revoked_in_every_copy(certificate):
    copy = certificate.credential.encode()
    revoke_certificate(certificate, reason="by mistake", now=NOW)

    assert verify_upload(copy, now=NOW).outcome is Outcome.REVOKED


def test_after_its_time_it_has_expired(certificate):
    last = NOW + VALID_FOR

    assert verify_stored(certificate, now=last - timedelta(seconds=1)).is_valid
    assert verify_stored(certificate, now=last).outcome is Outcome.EXPIRED


def test_before_its_time_it_is_not_valid_yet(certificate):
    verdict = verify_stored(certificate, now=NOW - timedelta(days=1))

    assert verdict.outcome is Outcome.NOT_YET_VALID


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe\0", b"[]", b"null", b'{"id": 1}'])
def test_rubbish_is_no_certificate(data):
    assert verify_upload(data, now=NOW).outcome is Outcome.MALFORMED
