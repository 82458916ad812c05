"""Scores, and what the database holds them to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Identity
from accounts.services import prove_identity
from credits.models import Project, RuleSet, Score
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_score(project, rule_set, make_participation):
    def make(**fields):
        return Score.objects.create(
            **{
                "participation": fields.pop("participation", None) or make_participation(),
                "project": project,
                "rule_set": rule_set,
                "points": 1_500,
                "category": "code",
                "state": Score.State.COUNTED,
                "scored_at": NOW,
                **fields,
            }
        )

    return make


def test_points_are_thousandths_inside_and_decimals_outside(make_score):
    assert make_score(points=12_345).decimal_points == Decimal("12.345")


def test_a_participation_is_scored_once_under_a_rule_set(make_score):
    score = make_score()

    with pytest.raises(IntegrityError, match="score_once_per_rule_set"), transaction.atomic():
        make_score(participation=score.participation)


def test_a_rule_set_of_several_projects_counts_a_participation_in_one(make_score):
    score = make_score()
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)

    with pytest.raises(IntegrityError, match="score_once_per_rule_set"), transaction.atomic():
        make_score(participation=score.participation, project=other)


def test_points_are_earned_by_who_owns_the_account_now(make_score, student, registrar):
    score = make_score()
    identity = prove_identity(
        student, score.participation.actor, method=Identity.Method.DEMO, now=NOW
    )
    earned_then = list(Score.objects.earned_by(student))
    identity.withdrawn_at = NOW + timedelta(days=1)
    identity.save()

    assert earned_then == [score]
    assert not Score.objects.earned_by(student).exists()
    assert not Score.objects.earned_by(registrar).exists()


def test_counted_and_in_force_are_asked_apart(make_score):
    counted = make_score()
    former = RuleSet.objects.create(slug="former", version="1", state="active", active_from=NOW)
    old = make_score(rule_set=former)
    waiting = make_score(state=Score.State.WAITING)
    Project.objects.update(scored_by=counted.rule_set)

    assert set(Score.objects.counted()) == {counted, old}
    assert set(Score.objects.in_force()) == {counted, waiting}
