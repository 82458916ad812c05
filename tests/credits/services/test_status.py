"""Status lists: signed, fresh, and with places that tell nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from credits.core.status import decode_bitstring, is_set
from credits.models import StatusList
from credits.services import status
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.status import (
    RENEW_AFTER,
    renew_status_lists,
    reserve_places,
    status_list_document,
)
from credits.services.verification import verify_stored
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
END = BEGUN + timedelta(days=30)
MOMENT = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    issued = issue_certificate(student, start=BEGUN, end=END, now=NOW)
    issued.refresh_from_db()
    return issued


def revoked_places(document):
    bits = decode_bitstring(json.loads(document)["credentialSubject"]["encodedList"])
    return [index for index in range(len(bits) * 8) if is_set(bits, index)]


def test_the_list_is_signed_with_the_first_certificate_in_it(certificate):
    assert certificate.status_list.signed_at == NOW
    assert revoked_places(certificate.status_list.credential) == []


def test_the_list_shows_exactly_what_is_revoked(certificate):
    revoke_certificate(certificate, reason="by mistake", now=NOW + MOMENT)

    document = status_list_document(1, now=NOW + MOMENT)

    assert revoked_places(document) == [certificate.status_index]


def test_a_list_is_signed_anew_after_a_day_and_not_before(certificate):
    at_first = certificate.status_list.credential

    same = status_list_document(1, now=NOW + RENEW_AFTER)
    anew = status_list_document(1, now=NOW + RENEW_AFTER + MOMENT)

    assert same == at_first
    assert json.loads(anew)["validFrom"] == "2026-11-21T08:00:01Z"


def test_a_list_that_was_never_there_is_not_made_up():
    with pytest.raises(StatusList.DoesNotExist):
        status_list_document(7, now=NOW)


def test_only_old_lists_are_renewed(certificate):
    assert renew_status_lists(now=NOW + MOMENT) == 0
    assert renew_status_lists(now=NOW + RENEW_AFTER) == 1
    assert renew_status_lists(now=NOW + RENEW_AFTER + MOMENT) == 0


def test_a_list_that_nobody_asked_for_in_weeks_still_answers(certificate):
    later = NOW + timedelta(days=90)

    assert verify_stored(certificate, now=later).is_valid


def test_places_are_random_and_not_one_after_the_other():
    places = {reserve_places(1)[1][0] for _ in range(20)}

    assert len(places) > 15
    assert max(places) > 20


def test_a_full_list_is_followed_by_a_new_one(student, worked, monkeypatch):
    monkeypatch.setattr(StatusList, "SIZE", 2)
    monkeypatch.setattr(status, "FULLEST", 2)

    issued = [issue_certificate(student, start=BEGUN, end=END, now=NOW) for _ in range(5)]

    assert [each.status_list_id for each in issued] == [1, 1, 2, 2, 3]
    assert all(verify_stored(each, now=NOW).is_valid for each in issued)


def test_the_number_of_queries_does_not_grow_with_the_certificates(
    student, worked, certificate, django_assert_max_num_queries
):
    for _ in range(5):
        revoke_certificate(
            issue_certificate(student, start=BEGUN, end=END, now=NOW), reason="x", now=NOW
        )

    with django_assert_max_num_queries(9):
        status_list_document(1, now=NOW + timedelta(days=2))
