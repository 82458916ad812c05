"""The inbox: what happened to certificates, read once and counted until then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credits.models import Notice, Recognition
from credits.services.certificate_life import mark_superseded
from credits.services.certificates import issue_certificate
from credits.services.notices import Kind, tell_holder
from tests.pages import words_of
from tests.university import *  # noqa: F403
from tests.university import START

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


def tell(certificate, number):
    tell_holder(
        certificate, Kind.REVOKED, about=str(number), now=NOW + timedelta(hours=number), reason="x"
    )


def test_an_empty_inbox_says_what_would_stand_there(li):
    words = words_of(li.get(reverse("notices")))

    assert "Nothing happened" in words
    assert "Mark all as read" not in words


def test_what_is_new_is_counted_on_every_page_until_it_is_read(li, make_certificate, student):
    certificate = make_certificate()
    tell(certificate, 1)
    tell(certificate, 2)
    notice = Notice.objects.first()

    assert "Notices 2" in words_of(li.get(reverse("certificates")))
    answer = li.post(reverse("notice-open", args=[notice.pk]))
    assert answer["Location"] == certificate.get_absolute_url()
    assert "Notices 1" in words_of(li.get(reverse("certificates")))
    li.post(reverse("notices-read"))
    assert Notice.objects.unread().count() == 0
    assert "was revoked" in words_of(li.get(reverse("notices")))


def test_nobody_reads_the_notices_of_others(client, make_certificate, registrar):
    tell(make_certificate(), 1)
    client.force_login(registrar)

    assert client.post(reverse("notice-open", args=[Notice.objects.get().pk])).status_code == 404
    client.post(reverse("notices-read"))

    assert Notice.objects.unread().count() == 1
    assert "was revoked" not in words_of(client.get(reverse("notices")))


def test_the_inbox_takes_as_many_queries_however_long_it_is(li, make_certificate):
    counts = []
    for size in (1, 20):
        for number in range(size):
            tell(make_certificate(), number)
        with CaptureQueriesContext(connection) as queries:
            li.get(reverse("notices"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_a_registrar_sees_what_needs_a_review_and_keeps_it(client, recognition, registrar):
    client.force_login(registrar)
    Recognition.objects.update(needs_review_since=NOW)

    words = words_of(client.get(reverse("recognitions"), {"state": "review"}))
    assert "Needs a review" in words
    assert "lost its force" in words
    client.post(reverse("recognition-keep", args=[recognition.pk]), {"reason": " "})
    assert Recognition.objects.to_review().exists()
    client.post(reverse("recognition-keep", args=[recognition.pk]), {"reason": "It is small"})

    recognition.refresh_from_db()
    assert (recognition.state, recognition.needs_review_since) == ("approved", None)
    assert recognition.events.last().reason == "It is small"
    assert "Needs a review" not in words_of(client.get(reverse("recognitions")))


def test_nobody_else_ends_a_review(client, recognition, student):
    client.force_login(student)
    Recognition.objects.update(needs_review_since=NOW)

    answer = client.post(reverse("recognition-keep", args=[recognition.pk]), {"reason": "x"})

    assert answer.status_code == 404
    assert Recognition.objects.to_review().exists()


def test_the_registrar_sees_what_took_the_place_of_a_certificate(
    client, waiting, issued, student, registrar
):
    client.force_login(registrar)
    end = START + timedelta(days=60)
    successor = issue_certificate(student, start=START, end=end, now=NOW)
    mark_superseded(issued, successor, now=NOW)

    answer = client.get(reverse("review", args=[waiting.pk]))

    assert "Superseded" in words_of(answer)
    assert f"Certificate {successor.code} took its place." in words_of(answer)
    assert successor.get_absolute_url() in answer.content.decode()
