"""``opencredits fsck``: what is broken, and how each score was looked at."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from credits.models import Score
from credits.services.scoring import score_project
from tests.histories import change, harvest
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(project, rule_set):
    harvest(project, change(1), change(2, "wu", "sun"), now=NOW)
    score_project(project, now=NOW)
    return project


def told(**options):
    out = StringIO()
    call_command("fsck", jobs=1, stdout=out, **options)
    return out.getvalue()


def test_it_says_how_the_scores_were_looked_at(scored):
    words = told()

    assert "Scores computed anew from their facts: 3; from the records of certificates: 0;" in words
    assert "Nothing is broken: 10 checks." in words


def test_a_program_reads_the_same(scored):
    assert json.loads(told(json=True)) == {
        "faults": [],
        "checks": 10,
        "scores": {"computed": 3, "certified": 0, "consistent": 0},
    }


def test_what_is_broken_ends_with_1(scored):
    Score.objects.update(points=7_000)

    with pytest.raises(SystemExit) as ended:
        told()

    assert ended.value.code == 1
