"""``opencredits certificate``: how one stands, and what the operator does with it."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credits.core.verdict import Outcome
from credits.services.certificate_life import mark_superseded
from credits.services.certificates import issue_certificate
from credits.services.verification import verify_stored
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    return issue_certificate(student, start=BEGUN, end=SCORED, now=timezone.now())


def outcome(certificate):
    certificate.refresh_from_db()
    return verify_stored(certificate, now=timezone.now()).outcome


def test_without_an_act_it_says_how_the_certificate_stands(certificate, capsys):
    call_command("certificate", certificate.code.lower())

    assert f"{certificate.code}: valid" in capsys.readouterr().out


def test_it_suspends_reinstates_and_revokes(certificate, capsys):
    for options, state, said in (
        ({"suspend": True, "reason": "looked into"}, Outcome.SUSPENDED, "looked into"),
        ({"reinstate": True}, Outcome.VALID, "valid"),
        ({"revoke": True, "reason": "copied"}, Outcome.REVOKED, "copied"),
    ):
        call_command("certificate", certificate.code, yes=True, **options)

        assert outcome(certificate) is state
        assert said in capsys.readouterr().out


def test_it_names_what_took_its_place(certificate, student, capsys):
    now = timezone.now()
    successor = issue_certificate(student, start=BEGUN, end=SCORED, now=now)
    mark_superseded(certificate, successor, now=now)

    call_command("certificate", certificate.code)

    told = capsys.readouterr().out
    assert "another certificate took its place" in told
    assert successor.code in told


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"revoke": True, "reason": "copied"}, "add --yes"),
        ({"revoke": True, "yes": True}, "Give a reason"),
        ({"reinstate": True, "yes": True}, "not suspended"),
    ],
)
def test_what_is_not_meant_or_cannot_be_is_said_in_a_sentence(certificate, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("certificate", certificate.code, **options)

    assert outcome(certificate) is Outcome.VALID


def test_a_code_of_nothing_is_said_to_be_one():
    with pytest.raises(CommandError, match="no certificate"):
        call_command("certificate", "OC-1")
