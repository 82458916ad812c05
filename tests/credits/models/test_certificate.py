"""Certificates, status lists and keys, and what the database holds them to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from credits.models import Certificate, CertificateItem, IssuerKey, StatusList
from tests.university import *  # noqa: F403
from tests.university import ISSUED, START

pytestmark = pytest.mark.django_db


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def test_a_certificate_says_its_code_points_and_address(make_certificate):
    certificate = make_certificate(points=60_500)

    assert certificate.decimal_points == Decimal("60.5")
    assert certificate.get_absolute_url() == f"/c/{certificate}"


def test_a_place_in_a_status_list_is_given_once(make_certificate):
    make_certificate(status_index=5)

    with refused("status_index_once"), transaction.atomic():
        make_certificate(status_index=5)

    second = StatusList.objects.create(number=2)
    assert make_certificate(status_index=5, status_list=second).pk


def test_a_code_is_given_once(make_certificate):
    make_certificate(code="OC-1")

    with refused("code"), transaction.atomic():
        make_certificate(code="OC-1")


def test_a_log_entry_is_about_one_certificate(make_certificate):
    certificate = make_certificate()

    with refused("log_entry_id"), transaction.atomic():
        make_certificate(log_entry=certificate.log_entry)


def test_a_period_begins_before_it_ends(make_certificate):
    with refused("certificate_has_a_period"), transaction.atomic():
        make_certificate(period_end=START)


def test_a_participation_counts_once_in_a_certificate(make_certificate):
    item = make_certificate().items.get()

    with refused("item_once_per_certificate"), transaction.atomic():
        CertificateItem.objects.create(
            certificate=item.certificate, participation=item.participation, points=1
        )


def test_valid_is_what_is_neither_revoked_nor_expired(make_certificate):
    endless = make_certificate()
    lasting = make_certificate(expires_at=ISSUED + timedelta(seconds=1))
    make_certificate(expires_at=ISSUED)
    make_certificate(revoked_at=ISSUED)

    assert set(Certificate.objects.valid(ISSUED)) == {endless, lasting}


def test_held_by_is_what_a_person_holds(make_certificate, registrar, student):
    own, other = make_certificate(), make_certificate(holder=registrar)

    assert list(Certificate.objects.held_by(student)) == [own]
    assert list(Certificate.objects.held_by(registrar)) == [other]


def test_a_key_is_published_once():
    IssuerKey.objects.create(public_key="z6Mk", published_at=ISSUED)

    with refused("public_key"), transaction.atomic():
        IssuerKey.objects.create(public_key="z6Mk", published_at=ISSUED)
