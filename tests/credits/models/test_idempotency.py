"""Kept answers, and what the database holds them to."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from credits.models import KeptAnswer
from tests.university import *  # noqa: F403
from tests.university import ISSUED

pytestmark = pytest.mark.django_db


def keep(machine, key="a-key", given_at=ISSUED):
    return KeptAnswer.objects.create(client=machine.api_client, key=key, given_at=given_at)


def test_a_key_of_a_machine_has_one_answer(machine, stranger):
    keep(machine)
    keep(stranger)

    with pytest.raises(IntegrityError, match="answer_once_per_key"), transaction.atomic():
        keep(machine)


def test_an_answer_is_kept_for_a_day(machine):
    old, fresh = keep(machine, "old", ISSUED - timedelta(hours=25)), keep(machine, "fresh")

    assert list(KeptAnswer.objects.stale(ISSUED)) == [old]
    assert str(fresh) == "Student system: fresh"
