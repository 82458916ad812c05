"""Parts of certificates: sealed once, shown as chosen, withdrawn for good."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from credits.core.disclosure import LeafKind, check_disclosure
from credits.core.verdict import Outcome
from credits.models import LogEntry, Project, SealedCertificate, Share
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.fsck import certificates_are_whole
from credits.services.scoring import score_project
from credits.services.sharing import (
    NothingChosenError,
    NotInForceError,
    seal_certificate,
    share_part,
    shared_document,
    verify_share,
    what_can_be_shown,
    withdraw_share,
)
from credits.services.verification import verify_upload
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED, change, harvest
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    """One over two projects."""
    other = Project.objects.create(slug="other", name="Hidden Bay", registered_at=SCORED)
    harvest(other, change(9), now=SCORED, path="lab/bay")
    score_project(other, now=SCORED)
    return issue_certificate(student, start=BEGUN, end=BEGUN + timedelta(days=30), now=NOW)


def places(certificate, *kinds, where=lambda value: True):
    return {
        place
        for place, leaf in enumerate(what_can_be_shown(certificate))
        if leaf.kind in kinds and where(leaf.value)
    }


def is_vision(value):
    return "vision" in (value.get("project") or value["url"])


def test_the_holder_shows_one_project_and_nothing_is_told_of_the_other(certificate):
    chosen = places(certificate, LeafKind.PROJECT, LeafKind.CONTRIBUTION, where=is_vision)

    document = shared_document(share_part(certificate, chosen, now=NOW))

    found = check_disclosure(document)
    text = json.dumps(document, ensure_ascii=False)
    assert len(found.of(LeafKind.CONTRIBUTION)) == 4
    assert found.hidden == {"name": 1, "rules": 1, "total": 1, "project": 1, "contribution": 1}
    for private in ("Hidden Bay", "lab/bay", "Li Ming", certificate.code, "other"):
        assert f'"{private}' not in text
    # As a whole: a place in the status list may begin like the points.
    assert '"36"' not in text


def test_a_part_is_worth_what_any_verifier_says(certificate):
    share = share_part(certificate, places(certificate, LeafKind.TOTAL), now=NOW)
    document = shared_document(share)

    for verdict in (
        verify_share(share, document, now=NOW),
        verify_upload(json.dumps(document).encode(), now=NOW),
    ):
        assert verdict.is_valid
        assert verdict.step("disclosure").parameters["contribution"] == "5"


def test_a_certificate_is_sealed_once_and_logged(certificate):
    before = LogEntry.objects.count()

    first = seal_certificate(certificate, now=NOW)
    again = seal_certificate(certificate, now=NOW + HOUR)

    assert first == again
    assert LogEntry.objects.count() == before + 1
    assert first.log_entry.kind == LogEntry.Kind.ISSUE


def test_who_shares_at_once_seals_once(committed_db, certificate):
    chosen = places(certificate, LeafKind.TOTAL)

    at_once(*[lambda: share_part(certificate, chosen, now=NOW)] * 3)

    assert SealedCertificate.objects.count() == 1
    assert Share.objects.count() == 3


def test_two_certificates_of_the_same_work_share_no_digest(certificate, student):
    other = issue_certificate(student, start=BEGUN, end=BEGUN + timedelta(days=30), now=NOW)

    one, two = (seal_certificate(each, now=NOW).seal["digests"] for each in (certificate, other))

    assert not set(one["contribution"]) & set(two["contribution"])


def test_a_part_is_revoked_with_its_certificate(certificate):
    share = share_part(certificate, places(certificate, LeafKind.TOTAL), now=NOW)

    revoke_certificate(certificate, reason="plagiarism", now=NOW + HOUR)

    verdict = verify_share(share, shared_document(share), now=NOW + HOUR)
    assert verdict.outcome is Outcome.REVOKED
    with pytest.raises(NotInForceError):
        share_part(certificate, places(certificate, LeafKind.TOTAL), now=NOW + HOUR)


def test_what_has_expired_is_not_sealed(certificate):
    with pytest.raises(NotInForceError, match="not in force"):
        seal_certificate(certificate, now=certificate.expires_at)


@pytest.mark.parametrize("kinds", [(), (LeafKind.CONTRIBUTION,)])
def test_nothing_chosen_makes_no_link(certificate, kinds):
    with pytest.raises(NothingChosenError):
        share_part(certificate, places(certificate, *kinds), now=NOW)

    assert not Share.objects.exists()


def test_a_link_is_withdrawn_once(certificate):
    share = share_part(certificate, places(certificate, LeafKind.TOTAL), now=NOW)

    withdraw_share(share, now=NOW + HOUR)
    again = withdraw_share(share, now=NOW + 2 * HOUR)

    assert again.withdrawn_at == NOW + HOUR
    assert not Share.objects.open().exists()


@pytest.mark.parametrize("change", [{"credential": "{}"}, {"seal": {}}, {"leaves": []}])
def test_the_database_refuses_to_edit_what_was_sealed(certificate, change):
    sealed = seal_certificate(certificate, now=NOW)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        SealedCertificate.objects.filter(pk=sealed.pk).update(**change)


def test_the_check_of_the_store_looks_at_sealed_forms(certificate):
    sealed = seal_certificate(certificate, now=NOW)
    assert list(certificates_are_whole(1, lambda _done, _all: None)) == []

    with connection.cursor() as sql:
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql.execute("ALTER TABLE credits_sealedcertificate DISABLE TRIGGER USER")
        sql.execute("UPDATE credits_sealedcertificate SET credential = '{}'")
        sql.execute("ALTER TABLE credits_sealedcertificate ENABLE TRIGGER USER")

    (fault,) = certificates_are_whole(1, lambda _done, _all: None)
    assert (fault.subject, str(fault.found)) == (
        sealed.certificate.code,
        "its sealed form is not the one that was logged",
    )
