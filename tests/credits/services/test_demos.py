"""A demo counts once it was seen live for long enough, and nobody need endorse it."""

from datetime import UTC, datetime, timedelta

import pytest

from credits.core.rules import COUNTED, WAITING
from credits.models import Score
from credits.services.explanations import explain_contribution
from credits.services.fsck import find_faults
from credits.services.scoring import score_project
from harvesters.forges.huggingface import HuggingFace
from harvesters.models import Contribution, HarvestCursor
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from tests.huggingface_world import Direct, HuggingFaceWorld, account, commit
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 7, 10, tzinfo=UTC)
WEEK = timedelta(days=7)
LI = account(101, "li")


@pytest.fixture
def world():
    return HuggingFaceWorld([commit(1, LI)], kind="spaces", path="lab/vision")


@pytest.fixture
def visit(world, project, rule_set):
    """Harvest the space of ``project`` at a moment, and score what came of it."""

    def once(now):
        forge = HuggingFace(Direct(world), "huggingface.co", now)
        path = f"spaces/{world.path}"
        cursor = HarvestCursor.objects.first() or register_source(
            f"huggingface:{path}", forge.find_repository(path), now=now
        )
        project.repositories.add(cursor.repository)
        harvest_repository(lease_source(cursor, now=now), forge, clock=lambda: now)
        score_project(project, now=now)
        return demo()

    return once


def demo():
    return Score.objects.in_force().get(participation__contribution__kind="release")


def explained(now):
    release = Contribution.objects.select_related("repository").get(kind="release")
    (part,) = explain_contribution(release, None, now=now).parts
    return part


def test_a_demo_starts_to_count_after_a_month_without_endorsement(visit):
    scores = [visit(NOW + week * WEEK) for week in range(6)]

    assert [(score.state, score.points) for score in scores] == [
        *[(WAITING, 0)] * 5,
        (COUNTED, 8_000),
    ]
    assert [score.category for score in scores[-1:]] == ["demo"]
    assert list(find_faults()) == []


def test_a_demo_that_was_down_every_other_week_waits(visit, world):
    for week in range(8):
        world.stage = "RUNTIME_ERROR" if week % 2 else "RUNNING"
        score = visit(NOW + week * WEEK)

    assert (score.state, score.reasons[-1]["rule"]) == (WAITING, "demo-live")
    assert score.reasons[-1]["inputs"] == {"live_days": 4}


def test_the_trace_says_how_many_days_are_missing(visit):
    visit(NOW)
    visit(NOW + WEEK)

    part = explained(NOW + WEEK)

    assert part.headline.en.startswith("Waiting: it was seen running for 8 days")
    assert part.headline.zh.startswith("等待中：已累计可用 8 天")
    texts = {change.fields: change.text for change in part.changes}
    assert texts[("live_days",)].en == (
        "Once it was seen running for 30 days (now 8, missing 22): 8 points"
    )
    assert texts[("live_days",)].zh == "可用天数累计满 30 天后（现为 8 天，还差 22 天）：计 8 分"


def test_a_demo_that_stops_once_it_counts_goes_on_to_count(visit, world):
    for week in range(6):
        visit(NOW + week * WEEK)
    world.stage = "PAUSED"

    assert visit(NOW + 6 * WEEK).points == 8_000


def test_a_demo_in_a_space_of_one_s_own_waits_for_a_maintainer(visit, world):
    world.path = "li/vision"
    for week in range(6):
        score = visit(NOW + week * WEEK)

    assert (score.state, score.reasons[-1]["rule"]) == (WAITING, "release-alone")
