"""A GitHub on loopback is harvested into the database: each item once, with few requests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from harvesters.forge import SourceNotFoundError
from harvesters.models import Contribution, HarvestCursor, Participation
from tests.github_nodes import Change, moment, remark, review, thread
from tests.github_played import FIRST_ANSWERS, LI, MERGER, NOW, WU, all_of, stored, world_of
from tests.github_world import GitHubWorld

pytestmark = pytest.mark.django_db

STREAMS = 5


def varied(number):
    """A pull request like others, or one of which something is plenty."""
    plenty = {0: "reviews", 10: "files", 20: "threads", 30: "remarks"}.get(number % 40, "")
    first = number * 1000
    return Change(
        number,
        LI,
        MERGER,
        files=[(f"src/part{place}.py", 3, 1) for place in range(130 if plenty == "files" else 6)],
        reviews=[review(first + place, WU) for place in range(27 if plenty == "reviews" else 3)],
        threads=[
            thread(
                *(
                    remark(first + 20 * place + part, WU, first)
                    for part in range(14 if plenty == "remarks" else 2)
                )
            )
            for place in range(19 if plenty == "threads" else 4)
        ],
    )


def test_everything_is_stored_with_its_people(harvest, simulator):
    report = harvest()

    assert report.is_complete
    assert report.by_kind == {
        "change": 60,
        "review": 60,
        "comment": 60,
        "issue": 30,
        "triage": 30,
        "discussion": 10,
        "answer": 10,
        "release": 5,
        "advisory": 2,
    }
    assert stored() == all_of(simulator.world)
    assert Participation.objects.filter(role="author", actor__external_id="101").count() == 75
    assert Participation.objects.filter(role="merger", actor__external_id="104").count() == 60
    assert Participation.objects.filter(role="reviewer", actor__external_id="102").count() == 60
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 60


def test_a_hundred_items_take_ten_requests(harvest, simulator):
    harvest()

    assert len(simulator.requests) == FIRST_ANSWERS + 2 + STREAMS


def test_what_a_repository_has_not_costs_nothing(harvest, simulator):
    simulator.world = GitHubWorld(simulator.world.changes[:5])

    harvest()

    asked = [(one.body or {}).get("operationName") for one in simulator.requests]
    assert asked == ["Repository", None, "Outlook", "ChangesBackfill", None]
    assert "security-advisories" in simulator.requests[-1].path


def test_a_thousand_changes_would_take_fewer_than_a_hundred_requests(harvest, simulator):
    """Two hundred, every tenth of which has more of something than its page has room for."""
    simulator.world = GitHubWorld([varied(number) for number in range(1, 201)])

    report = harvest()

    assert report.by_kind == {"change": 200, "review": 720, "comment": 1990}
    assert len(simulator.requests) <= 100 * 200 / 1000
    assert simulator.world.points <= 5000 * 200 / 1000 / 5


def test_a_second_harvest_asks_once_and_writes_nothing(harvest, simulator):
    harvest()
    asked = len(simulator.requests)
    before = list(Contribution.objects.values_list("id", "harvested_at"))

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (0, 0)
    assert len(simulator.requests) - asked == 1
    assert list(Contribution.objects.values_list("id", "harvested_at")) == before


def test_what_was_updated_since_is_written_anew_and_what_came_is_added(harvest, simulator):
    harvest()
    later = (NOW + timedelta(minutes=30)).isoformat()
    world = simulator.world
    world.changes[3] = replace(world.changes[3], title="Renamed since", updated=later)
    world.changes.append(Change(61, WU, MERGER, updated=later))

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (1, 3), "the change, and what was said about it"
    assert (
        Contribution.objects.get(kind="change", external_id="7000000004").title == "Renamed since"
    )


def test_a_harvest_that_is_stopped_at_any_page_goes_on_behind_it(harvest, simulator):
    class StoppedError(BaseException):
        """Ctrl-C."""

    def stop(*_):
        raise StoppedError

    stops = 0
    while True:
        try:
            harvest(on_page=stop)
        except StoppedError:
            stops += 1
            assert stops < 20
        if HarvestCursor.objects.get().cursor["began"] == "":
            break

    assert stops >= 6
    assert stored() == all_of(simulator.world)
    assert len(simulator.requests) == FIRST_ANSWERS + 2 + STREAMS


def test_what_comes_while_a_history_is_read_is_not_missed(harvest, simulator):
    def grow(*_):
        number = len(simulator.world.changes) + 1
        if number <= 64:
            simulator.world.changes.append(Change(number, LI, MERGER, updated=moment(number)))

    harvest(on_page=grow)
    harvest(NOW + timedelta(hours=1))

    assert stored() == all_of(simulator.world)


def test_a_renamed_repository_is_followed_by_its_number(harvest, simulator):
    harvest()
    simulator.world.path = "lab/eyes"
    simulator.world.changes.append(Change(61, LI, MERGER, updated=NOW.isoformat()))

    report = harvest(NOW + timedelta(hours=1))

    assert report.new == 1
    assert stored() == all_of(simulator.world)


def test_another_repository_under_the_old_name_gives_nothing(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = replace(world_of(changes=99), number=666)

    with pytest.raises(SourceNotFoundError):
        harvest(NOW + timedelta(hours=1))

    assert stored() == before


def test_a_repository_that_vanished_keeps_what_was_harvested(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = replace(simulator.world, path="elsewhere/hidden", number=0)

    with pytest.raises(SourceNotFoundError):
        harvest(NOW + timedelta(hours=1))

    assert stored() == before


def test_a_clock_that_is_behind_ours_hides_no_update(harvest, simulator):
    behind = timedelta(hours=2)
    simulator.clock = lambda: NOW - behind
    harvest()
    simulator.world.changes[3].title = "Renamed since"
    simulator.world.changes[3].updated = (NOW - behind + timedelta(minutes=5)).isoformat()

    report = harvest(NOW + timedelta(hours=1))

    assert report.changed == 3
