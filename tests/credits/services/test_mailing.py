"""Notices by e-mail: in the reader's language, each at most once, whatever breaks."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from credits.models import Notice
from credits.services.mailing import send_notices
from credits.services.notices import Kind, tell_holder
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class AwayBackend(EmailBackend):
    """A mail server that cannot be reached."""

    def open(self):
        raise ConnectionRefusedError


class RefusingBackend(EmailBackend):
    """A mail server that takes no message."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({})


@pytest.fixture
def certificate(make_certificate):
    return make_certificate()


def tell(certificate, reason="plagiarism", kind=Kind.REVOKED):
    tell_holder(certificate, kind, about=reason, now=NOW, reason=reason)


def test_a_notice_goes_out_once(certificate):
    tell(certificate)

    assert (send_notices(now=NOW), send_notices(now=NOW)) == (1, 0)

    (message,) = mail.outbox
    assert message.to == ["li@first.example"]
    assert message.subject == f"Your certificate {certificate.code} was revoked"
    assert "Reason: plagiarism." in message.body
    assert message.body.rstrip().endswith(f"http://testserver/c/{certificate.code}")


def test_it_is_written_in_the_language_of_its_reader(certificate, student):
    student.language = "zh-hans"
    student.save()
    told = {"contribution": 1, "why": {"en": "It was taken back", "zh": "已被撤销"}}
    tell_holder(certificate, Kind.AT_RISK, about="1", now=NOW, **told)
    send_notices(now=NOW)

    assert "已被撤销" in mail.outbox[0].body


def test_who_has_no_address_reads_it_here(certificate, student):
    student.email = ""
    student.save()
    tell(certificate)

    assert send_notices(now=NOW) == 0
    assert Notice.objects.of(student).unread().count() == 1


def test_the_same_is_not_told_twice(certificate):
    tell(certificate)
    tell(certificate)

    assert Notice.objects.count() == 1


def test_while_the_server_is_away_nothing_is_lost(certificate, settings):
    tell(certificate)
    settings.EMAIL_BACKEND = f"{__name__}.AwayBackend"
    assert send_notices(now=NOW) == 0
    assert Notice.objects.to_mail().count() == 1

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_notices(now=NOW) == 1


def test_what_the_server_refuses_is_not_tried_again_and_stays_here(certificate, settings, student):
    tell(certificate)
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"

    assert (send_notices(now=NOW), send_notices(now=NOW)) == (0, 0)

    assert Notice.objects.of(student).unread().count() == 1


def test_two_workers_send_each_notice_once(committed_db, certificate):
    for number in range(6):
        tell(certificate, reason=f"reason {number}")

    at_once(*[lambda: send_notices(now=NOW)] * 3)

    assert sorted(message.body.split(".")[0] for message in mail.outbox) == [
        f"Reason: reason {number}" for number in range(6)
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words(make_certificate, make_application, student, kind, language):
    certificate = make_certificate()
    Notice.objects.create(
        recipient=student,
        kind=kind,
        certificate=certificate,
        application=make_application(certificate) if kind == Kind.REVIEW else None,
        parameters={
            "what": "superseded",
            "person": "Li Ming",
            "reason": "nothing-counts",
            "successor": certificate.code,
            "contribution": 1,
            "contributions": ["One", "Two", "Three", "Four", "Five"],
            "why": {"en": "It was taken back", "zh": "已被撤销"},
            "until": (NOW + timedelta(days=1)).isoformat(),
        },
        key=kind,
        created_at=NOW,
    )
    student.language = language
    student.save()

    send_notices(now=NOW)

    (message,) = mail.outbox
    words = message.subject + message.body
    assert "%(" not in words
    assert "http://testserver/" in message.body
