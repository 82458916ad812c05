"""The doors at which forges knock."""

import logging
from datetime import timedelta

import pytest
from celery.contrib.testing.app import TestApp, setup_default_app
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvesters.forge import RepositoryRecord
from harvesters.models import Contribution, HarvestCursor, WebhookDelivery
from harvesters.services.harvesting import register_source
from harvesters.views import LARGEST_BODY
from tests.deliveries import (
    GITHUB_PAYLOAD,
    NUMBER,
    SECRET,
    SECRETS,
    SENDERS,
    body_of,
    from_github,
)

pytestmark = pytest.mark.django_db

all_senders = pytest.mark.parametrize(
    ("forge", "sign", "payload", "host"), SENDERS.values(), ids=SENDERS
)


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.WEBHOOK_SECRETS = dict.fromkeys(
        ("gitea", "gitee", "github", "gitlab", "huggingface"), " ".join(SECRETS)
    )


@pytest.fixture
def queue():
    """What is sent to workers, in the memory of this process."""
    app = TestApp(broker="memory://")
    with setup_default_app(app), app.connection_for_read() as connection:
        app.set_current()
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        queue.clear()
        yield queue
        queue.close()


def knock(forge, delivery, **more):
    headers = {name: value for name, value in delivery.headers.items() if name != "content-type"}
    return Client(enforce_csrf_checks=True).post(
        f"/webhooks/{forge}/",
        delivery.body,
        content_type=delivery.header("content-type"),
        headers=headers,
        **more,
    )


def registered(host, external_id=str(NUMBER)):
    """A source that sleeps for an hour."""
    now = timezone.now()
    record = RepositoryRecord(host, external_id, "lab/vision")
    cursor = register_source(f"{host}:lab/vision", record, now=now)
    HarvestCursor.objects.update(next_at=now + timedelta(hours=1))
    return cursor


def is_due(cursor):
    cursor.refresh_from_db()
    return cursor.next_at <= timezone.now()


@all_senders
def test_a_genuine_delivery_makes_the_source_due_and_wakes_a_worker(
    forge, sign, payload, host, queue, django_capture_on_commit_callbacks
):
    external_id = payload["repo"]["id"] if forge == "huggingface" else str(NUMBER)
    cursor = registered(host, external_id)

    with django_capture_on_commit_callbacks(execute=True):
        answer = knock(forge, sign(body_of(payload), now=timezone.now()))

    assert (answer.status_code, answer.content) == (202, b"Taken as a hint.\n")
    assert is_due(cursor)
    assert queue.get_nowait().headers["task"] == "harvesters.tasks.tick"
    assert not Contribution.objects.exists()


@all_senders
def test_a_forged_delivery_changes_nothing(forge, sign, payload, host, settings):
    cursor = registered(host)
    settings.WEBHOOK_SECRETS = {forge: "another whsec_AAAA"}

    answer = knock(forge, sign(body_of(payload), now=timezone.now()))

    assert answer.status_code == 401
    assert b"signature does not belong" in answer.content
    assert SECRET.encode() not in answer.content
    assert not is_due(cursor)
    assert not WebhookDelivery.objects.exists()


def test_a_replayed_delivery_is_taken_and_changes_nothing(queue):
    cursor = registered("github.com")
    delivery = from_github(body_of(GITHUB_PAYLOAD))
    knock("github", delivery)
    later = timezone.now() + timedelta(hours=1)
    HarvestCursor.objects.update(next_at=later, hinted_at=None)

    answers = [knock("github", delivery).status_code for _ in range(3)]

    assert answers == [202] * 3
    assert not is_due(cursor)


def test_a_repository_that_nobody_harvests_is_taken_and_changes_nothing():
    cursor = registered("github.com", "8")

    answer = knock("github", from_github(body_of(GITHUB_PAYLOAD)))

    assert answer.status_code == 202
    assert not is_due(cursor)


def test_a_flood_sends_one_message(queue, django_capture_on_commit_callbacks):
    registered("github.com")

    with django_capture_on_commit_callbacks(execute=True):
        for number in range(20):
            body = body_of({**GITHUB_PAYLOAD, "number": number})
            assert knock("github", from_github(body, number)).status_code == 202

    queue.get_nowait()
    with pytest.raises(queue.Empty):
        queue.get_nowait()


def test_without_a_secret_the_door_does_not_exist(settings):
    settings.WEBHOOK_SECRETS = {"github": ""}

    for forge in ("github", "gitlab", "sourceforge"):
        answer = knock(forge, from_github(body_of(GITHUB_PAYLOAD)))
        assert answer.status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_only_post_is_heard(client, method):
    assert getattr(client, method)("/webhooks/github/").status_code == 405


class Body:
    """What a client sends; ``error`` happens when it is read."""

    def __init__(self, error):
        self.error = error

    def read(self, *_):
        raise self.error

    readline = read


@pytest.mark.parametrize(
    "length", [str(LARGEST_BODY + 1), "9" * 5_000, "-1", "many", "٣"], ids=range(5)
)
def test_a_body_that_is_too_large_or_of_no_length_is_not_read(length):
    body = Body(AssertionError("The body was read."))

    answer = knock("github", from_github(b"{}"), **{"CONTENT_LENGTH": length, "wsgi.input": body})

    assert answer.status_code == 413


def test_a_body_that_does_not_tell_its_length_is_an_empty_one():
    body = Body(AssertionError("The body was read."))

    answer = knock("github", from_github(b"{}"), **{"CONTENT_LENGTH": "", "wsgi.input": body})

    assert answer.status_code == 401


def test_a_sender_that_goes_away_in_the_middle_leaves_nothing():
    body = Body(ConnectionResetError("gone"))

    answer = knock("github", from_github(b"{}"), **{"wsgi.input": body})

    assert answer.status_code == 400
    assert not WebhookDelivery.objects.exists()


def test_a_broker_that_is_away_loses_nothing(caplog, django_capture_on_commit_callbacks):
    cursor = registered("github.com")
    app = TestApp(broker="redis+socket:///nonexistent/broker.socket")
    caplog.set_level(logging.INFO, "harvesters")

    with setup_default_app(app):
        app.set_current()
        with django_capture_on_commit_callbacks(execute=True):
            answer = knock("github", from_github(body_of(GITHUB_PAYLOAD)))

    assert answer.status_code == 202
    assert is_due(cursor)
    assert "the broker is away" in caplog.text


@all_senders
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(), token=st.text(st.characters(min_codepoint=32, max_codepoint=255)))
def test_whatever_bytes_come_the_answer_is_a_sentence(forge, sign, payload, host, body, token):
    delivery = sign(body, now=timezone.now())
    for name in delivery.headers:
        changed = type(delivery)({**delivery.headers, name: token}, body)
        assert knock(forge, changed).status_code in {202, 400, 401}
    assert knock(forge, delivery).status_code in {202, 400}
