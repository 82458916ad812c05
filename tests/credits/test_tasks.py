"""What the worker does; each task is safe to run twice."""

import pytest
from django.utils import timezone

from credits.models import Checkpoint, Score
from credits.tasks import (
    forget_unused_access,
    look_for_signals,
    renew_status_lists,
    score_stale,
    sign_checkpoint,
)
from tests.histories import *  # noqa: F403
from tests.histories import change, harvest
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def test_what_was_harvested_is_scored_and_once(project, rule_set):
    harvest(project, change(1), change(2, "li", "wu"), now=timezone.now())

    assert (score_stale(), score_stale()) == (3, 0)
    assert Score.objects.in_force().count() == 3


def test_without_a_rule_set_the_task_waits_without_failing(project):
    harvest(project, change(1), now=timezone.now())

    assert score_stale() == 0


def test_the_size_of_the_log_is_signed_once(issued):
    first, second = sign_checkpoint(), sign_checkpoint()

    # The rule set, the key and the certificate.
    assert (first, second) == (3, 3)
    assert Checkpoint.objects.count() == 1


def test_status_lists_are_renewed_when_they_are_old(issued):
    assert (renew_status_lists(), renew_status_lists()) == (1, 0)


def test_every_project_is_looked_through_for_signals(project):
    assert look_for_signals() == 0


def test_access_that_can_be_used_is_not_forgotten(machine):
    assert forget_unused_access() == 0
    assert machine.ask_token().status_code == 200
