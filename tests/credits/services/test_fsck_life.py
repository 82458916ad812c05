"""What `opencredits fsck` says of certificates whose life lists, log and rows tell otherwise."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from credits.models import Certificate, StatusList
from credits.services.certificate_life import (
    mark_superseded,
    revoke_certificate,
    suspend_certificate,
)
from credits.services.certificates import issue_certificate
from credits.services.fsck import find_faults
from credits.services.fsck_life import broken_lists, broken_lives
from credits.services.status import sign_status_list
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificates(student, worked):
    """Revoked, suspended, superseded and valid."""
    now = timezone.now()
    made = [issue_certificate(student, start=BEGUN, end=SCORED, now=now) for _ in range(4)]
    revoke_certificate(made[0], reason="copied", now=now)
    suspend_certificate(made[1], reason="looked into", now=now)
    mark_superseded(made[2], made[3], now=now)
    return made


def by_hand(statement, *values):
    """Change a certificate as only a superuser of the database can."""
    with connection.cursor() as sql:
        sql.execute("SET session_replication_role = replica")
        sql.execute(f"UPDATE credits_certificate SET {statement}", list(values))
        sql.execute("SET session_replication_role = origin")


def test_nothing_is_broken(certificates):
    assert [*broken_lists(), *broken_lives()] == []
    assert not {fault.check for fault in find_faults()} & {"lives are told", "the log is whole"}


def test_a_revocation_that_was_undone_in_the_rows_is_named(certificates):
    by_hand("revoked_at = NULL, revocation_reason = '' WHERE id = %s", certificates[0].pk)

    assert len(list(broken_lists())) == 1


def test_a_revocation_of_which_the_log_knows_nothing_is_named(certificates):
    by_hand("revoked_at = now() WHERE id = %s", certificates[3].pk)
    sign_status_list(StatusList.objects.get(), now=timezone.now())

    ((code, found),) = broken_lives()

    assert code == certificates[3].code
    assert "log" in found


def test_what_is_called_superseded_by_nothing_is_named(certificates):
    by_hand("superseded_by_id = NULL WHERE id = %s", certificates[2].pk)

    assert certificates[2].code in dict(broken_lives())


def test_another_successor_than_the_log_has_is_named(certificates):
    by_hand("superseded_by_id = %s WHERE id = %s", certificates[1].pk, certificates[2].pk)

    assert certificates[2].code in dict(broken_lives())


def test_a_suspension_that_the_list_does_not_show_is_named(certificates):
    Certificate.objects.filter(pk=certificates[1].pk).update(suspended_at=None)

    assert len(list(broken_lists())) == 1


def test_a_certificate_in_the_place_of_a_decoy_is_named(certificates):
    listed = StatusList.objects.get()
    StatusList.objects.update(decoys=[*listed.decoys, certificates[0].status_index])

    ((_list, found),) = broken_lists()

    assert "decoy" in found


def test_a_list_that_cannot_be_read_is_named(certificates):
    damaged = json.dumps({"credentialSubject": {"encodedList": "u"}})
    StatusList.objects.update(credential=damaged, suspensions="[]")

    assert len(list(broken_lists())) == 2
