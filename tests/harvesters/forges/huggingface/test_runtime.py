"""What the Hub tells of a space's runtime is a sighting, or nothing where it tells nothing."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from harvesters.forge import Kind, Sighting
from harvesters.forges.huggingface import HuggingFace
from harvesters.forges.huggingface.runtime import sighting_of
from tests.huggingface_world import Direct, HuggingFaceWorld, account, commit

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)
LI = account(101, "li")


@pytest.mark.parametrize(
    ("stage", "is_live"),
    [
        ("RUNNING", True),
        ("RUNNING_BUILDING", True),
        ("RUNNING_APP_STARTING", True),
        ("SLEEPING", True),
        ("PAUSED", False),
        ("BUILDING", False),
        ("BUILD_ERROR", False),
        ("RUNTIME_ERROR", False),
    ],
)
def test_a_space_is_live_where_a_visitor_finds_or_wakes_it(stage, is_live):
    assert sighting_of({"runtime": {"stage": stage}}, now=NOW) == Sighting(TODAY, is_live)


@pytest.mark.parametrize(
    "space",
    [{}, *({"runtime": told} for told in (None, [], "RUNNING", {}, {"stage": 7}, {"stage": []}))],
)
def test_what_is_not_told_is_no_sighting(space):
    assert sighting_of(space, now=NOW) is None


def test_a_stage_that_nobody_knows_is_no_sighting():
    assert sighting_of({"runtime": {"stage": "DREAMING"}}, now=NOW) is None


@pytest.mark.parametrize("closed", [{"private": True}, {"disabled": True}])
def test_what_nobody_else_may_open_is_not_live(closed):
    space = {"runtime": {"stage": "RUNNING"}, **closed}

    assert sighting_of(space, now=NOW) == Sighting(TODAY, is_live=False)


def test_the_day_is_that_of_utc():
    late = datetime(2026, 11, 24, 3, tzinfo=timezone(timedelta(hours=8)))

    assert sighting_of({"runtime": {"stage": "RUNNING"}}, now=late) == Sighting(TODAY, is_live=True)


def pages_of(world, cursor=None, now=NOW):
    forge = HuggingFace(Direct(world), "huggingface.co", now)
    return list(forge.harvest(forge.find_repository(f"{world.kind}/{world.path}"), cursor or {}))


def test_a_sighting_comes_with_the_release():
    (page,) = [
        page for page in pages_of(HuggingFaceWorld([commit(1, LI)], kind="spaces")) if page.sighting
    ]

    assert page.sighting == Sighting(TODAY, is_live=True)
    assert [record.kind for record in page.records] == [Kind.RELEASE]


def test_a_space_is_told_once_a_day_and_again_when_its_stage_is_another():
    world = HuggingFaceWorld([commit(1, LI)], kind="spaces")
    cursor = pages_of(world)[-1].cursor

    assert not any(page.sighting for page in pages_of(world, cursor, NOW + timedelta(hours=1)))
    assert any(page.sighting for page in pages_of(world, cursor, NOW + timedelta(days=1)))
    world.stage = "RUNTIME_ERROR"
    assert any(page.sighting for page in pages_of(world, cursor, NOW + timedelta(hours=1)))


@pytest.mark.parametrize("kind", ["models", "datasets"])
def test_a_model_or_data_set_is_no_demo(kind):
    world = HuggingFaceWorld([commit(1, LI)], kind=kind, card={"runtime": {"stage": "RUNNING"}})

    assert not any(page.sighting for page in pages_of(world))
