"""The same request twice does the thing once."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from credits.models import KeptAnswer, RecognitionEvent
from tests.committing import *  # noqa: F403
from tests.committing import at_once

PATH = "/api/v1/acknowledgements"
KEY = "Idempotency-Key"


@pytest.fixture
def said(recognition):
    return {"recognition": recognition.pk, "state": "booked", "reference": "JW-1"}


def test_the_same_key_and_body_get_the_same_answer(machine, said):
    first = machine.post(PATH, said, **{KEY: "a-key"})
    second = machine.post(PATH, said, **{KEY: "a-key"})

    assert second.content == first.content
    assert (second.status_code, second["Idempotency-Replayed"]) == (200, "true")
    assert not first.has_header("Idempotency-Replayed")
    assert RecognitionEvent.objects.count() == 1


def test_a_quoted_key_is_the_same_key(machine, said):
    machine.post(PATH, said, **{KEY: "a-key"})

    assert machine.post(PATH, said, **{KEY: '"a-key"'}).has_header("Idempotency-Replayed")


def test_the_order_of_members_does_not_make_another_request(machine, said):
    machine.post(PATH, said, **{KEY: "a-key"})
    turned = dict(reversed(said.items()))

    assert machine.post(PATH, turned, **{KEY: "a-key"}).status_code == 200


def test_the_same_key_with_another_body_is_refused(machine, said):
    machine.post(PATH, said, **{KEY: "a-key"})
    answer = machine.post(PATH, {**said, "reference": "JW-2"}, **{KEY: "a-key"})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#reused-idempotency-key")


def test_a_refused_request_may_be_mended_under_its_key(machine, said):
    refused = machine.post(PATH, {**said, "reference": ""}, **{KEY: "a-key"})
    mended = machine.post(PATH, said, **{KEY: "a-key"})

    assert (refused.status_code, mended.status_code) == (400, 200)


def test_a_key_belongs_to_one_machine(machine, make_machine, university, said):
    machine.post(PATH, said, **{KEY: "a-key"})
    other = make_machine(university)

    assert not other.post(PATH, said, **{KEY: "a-key"}).has_header("Idempotency-Replayed")


def test_a_key_is_forgotten_after_a_day(machine, said):
    machine.post(PATH, said, **{KEY: "a-key"})
    KeptAnswer.objects.update(given_at=timezone.now() - timedelta(hours=25))

    answer = machine.post(PATH, said, **{KEY: "a-key"})

    assert not answer.has_header("Idempotency-Replayed")
    assert KeptAnswer.objects.count() == 1


def test_asked_at_once_under_one_key_it_is_done_once(committed_db, machine, said):
    headers = {**machine.headers(), KEY: "a-key"}

    def post():
        body = json.dumps(said)
        return Client().post(PATH, body, content_type="application/json", headers=headers)

    answers = at_once(*[post] * 4)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.has_header("Idempotency-Replayed") for answer in answers) == 3
    assert RecognitionEvent.objects.count() == 1


@pytest.mark.parametrize("key", ["", '""', "k" * 256, "\x07"])
def test_a_key_that_cannot_be_used_is_refused(machine, said, key):
    answer = machine.post(PATH, said, **{KEY: key})

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#invalid-idempotency-key")
