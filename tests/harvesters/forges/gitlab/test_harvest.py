"""A GitLab on loopback is harvested into the database: each item once, with few requests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from harvesters.forge import ForgeError, SourceNotFoundError
from harvesters.models import Contribution, HarvestCursor, HarvestGap, Participation, Repository
from tests.gitlab_items import Release
from tests.gitlab_played import (
    CHANGES,
    ISSUES,
    LEAD,
    NOW,
    all_of,
    change,
    issue,
    stored,
    world_of,
)

pytestmark = pytest.mark.django_db

LATER = (NOW + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
IN_AN_HOUR = NOW + timedelta(hours=1)
LOOK_UPS = 2
"""By name to register it, by number to harvest it."""

LISTS = 2 + 1 + 1
"""Sixty merge requests in two pages, twenty issues and three releases in one each."""

RULES = 1
"""The file of the project's own rules."""

TOLD_AGAIN = 1
"""The last merge request of the first page: it may have changed within its second."""


def details(simulator, since=0):
    """What was asked about single merge requests by REST, or many by GraphQL."""
    asked = [request.path.partition("?")[0] for request in simulator.requests[since:]]
    by_graphql = [
        request
        for request in simulator.requests[since:]
        if (request.body or {}).get("operationName") == "Details"
    ]
    return [path for path in asked if "/merge_requests/" in path], by_graphql


@pytest.mark.parametrize("has_graphql", [True, False], ids=["graphql", "rest"])
def test_everything_is_stored_with_its_people(harvest, simulator, has_graphql):
    simulator.world.has_graphql = has_graphql

    report = harvest()

    assert report.is_complete
    assert (report.new, report.changed) == (3 * CHANGES + 2 * ISSUES + 3, 0)
    assert stored() == all_of(simulator.world)
    assert Participation.objects.filter(role="author", actor__external_id="101").count() == 60
    assert Participation.objects.filter(role="merger", actor__external_id="104").count() == 60
    assert Participation.objects.filter(role="reviewer", actor__external_id="102").count() == 60
    assert Participation.objects.filter(role="triager", actor__external_id="104").count() == 20
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 60
    assert HarvestGap.objects.count() == 0


def test_twenty_changes_take_one_request_and_an_issue_with_labels_one(harvest, simulator):
    harvest()

    by_rest, by_graphql = details(simulator)
    assert (len(by_rest), len(by_graphql)) == (0, 4), "fifty and ten more"
    assert len(simulator.requests) == LOOK_UPS + LISTS + len(by_graphql) + ISSUES + RULES


def test_a_thousand_changes_would_take_fewer_than_a_hundred_requests(harvest, simulator):
    """Two hundred, and a fifth of the requests; the file of rules is asked for once."""
    simulator.world = world_of(changes=200, issues=0, releases=0)

    report = harvest()

    assert report.is_complete
    assert Contribution.objects.filter(kind="change").count() == 200
    assert len(simulator.requests) <= 100 * 200 / 1000 + RULES


def test_without_graphql_a_change_takes_three_requests(harvest, simulator):
    simulator.world.has_graphql = False

    harvest()

    refused = 2
    told = CHANGES + TOLD_AGAIN
    assert len(details(simulator)[0]) == 3 * told
    assert len(simulator.requests) == LOOK_UPS + refused + LISTS + 3 * told + ISSUES + RULES


def test_a_change_that_is_not_merged_takes_one_request_without_graphql(harvest, simulator):
    simulator.world = world_of(0, 0, 0, has_graphql=False)
    simulator.world.changes = [change(number, state="opened") for number in range(1, 4)]

    harvest()

    assert len(details(simulator)[0]) == 3


def test_the_token_is_in_the_header_and_never_in_the_address(harvest, simulator):
    harvest()

    told = {request.headers["authorization"] for request in simulator.requests}
    assert len(told) == 1
    token = told.pop().removeprefix("Bearer ")
    assert not any(token in request.path for request in simulator.requests)


def test_a_project_without_news_costs_one_request_and_writes_nothing(harvest, simulator):
    harvest()
    asked = len(simulator.requests)
    before = list(Contribution.objects.values_list("id", "harvested_at"))

    report = harvest(IN_AN_HOUR)

    assert report.is_complete
    assert (report.new, report.changed) == (0, 0)
    assert len(simulator.requests) - asked == 1
    assert list(Contribution.objects.values_list("id", "harvested_at")) == before


def test_without_graphql_no_news_cost_a_look_and_a_list_of_each_kind(harvest, simulator):
    simulator.world.has_graphql = False
    harvest()
    asked = len(simulator.requests)

    report = harvest(IN_AN_HOUR)

    refused, look, lists = 2, 1, 3
    again = len(details(simulator, asked)[0]) + sum(
        "label_events" in request.path for request in simulator.requests[asked:]
    )
    assert (report.new, report.changed) == (0, 0)
    assert len(simulator.requests) - asked == refused + look + lists + again
    assert again <= 4, "the last change and the last issue are read once more"


NEWS = {
    "a change": lambda world: world.changes.append(change(61, updated=LATER)),
    "a title": lambda world: setattr(world.changes[3], "updated", LATER),
    "an issue": lambda world: world.issues.append(issue(61, updated=LATER)),
    "a release": lambda world: world.releases.append(Release("v9", LEAD, at=LATER)),
    "a release of long ago": lambda world: world.releases.append(
        Release("v0", LEAD, at=LATER, released="2025-01-01T00:00:00.000Z")
    ),
}


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_news_are_noticed_and_cost_what_changed(harvest, simulator, news):
    harvest()
    asked = len(simulator.requests)
    news(simulator.world)

    report = harvest(IN_AN_HOUR)

    look, lists, latest, new = 1, 3, 2, 1
    assert report.is_complete
    assert stored() == all_of(simulator.world)
    assert len(simulator.requests) - asked <= look + lists + latest + new + RULES


def test_what_was_updated_since_is_written_anew(harvest, simulator):
    harvest()
    changes = simulator.world.changes
    changes[3] = replace(changes[3], title="Renamed since", updated=LATER)

    report = harvest(IN_AN_HOUR)

    assert (report.new, report.changed) == (0, 3), "the change, its review and its comment"


def test_a_release_is_told_when_its_day_has_come(harvest, simulator):
    simulator.world.releases = [Release("v2", LEAD, released=LATER, is_upcoming=True)]
    harvest()
    assert not Contribution.objects.filter(kind="release").exists()

    simulator.world.releases = [Release("v2", LEAD, released=LATER)]
    harvest(IN_AN_HOUR)

    assert Contribution.objects.filter(kind="release", external_id="v2").exists()


def test_what_changes_at_the_very_time_of_a_harvest_is_read_by_the_next_one(harvest, simulator):
    simulator.world.issues[0].updated = NOW.isoformat()
    harvest()
    simulator.world.issues[0].title = "In the same second"

    harvest(IN_AN_HOUR)

    assert Contribution.objects.filter(title="In the same second", kind="issue").exists()


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
        if HarvestCursor.objects.get().cursor["walk"]["began"] == "":
            break

    assert stops >= 6
    assert stored() == all_of(simulator.world)
    asked = [request for request in simulator.requests if "label_events" in request.path]
    assert len(asked) <= ISSUES + stops, "next to nothing was read twice"


def test_what_comes_while_a_history_is_read_is_not_missed(harvest, simulator):
    def grow(*_):
        number = len(simulator.world.changes) + 1
        if number <= CHANGES + 5:
            simulator.world.changes.append(change(number, updated=NOW.isoformat()))

    harvest(on_page=grow)
    harvest(IN_AN_HOUR)

    assert stored() == all_of(simulator.world)


def test_changes_of_one_moment_that_fill_pages_are_all_told(harvest, simulator):
    """An import, or a bulk edit, leaves hundreds updated within a second."""
    simulator.world = world_of(130, 0, 0)
    for one in simulator.world.changes:
        one.updated = "2026-05-01T12:00:00.000Z"

    report = harvest()

    assert report.is_complete
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("part", ["merge_requests", "issues"])
@pytest.mark.parametrize("has_graphql", [True, False], ids=["graphql", "rest"])
def test_a_part_that_is_switched_off_is_not_asked_for(harvest, simulator, part, has_graphql):
    simulator.world.has_graphql = has_graphql
    simulator.world.switched_off = [part]

    report = harvest()

    assert report.is_complete
    assert not any(f"/{part}?" in request.path for request in simulator.requests)
    assert HarvestGap.objects.count() == 0


@pytest.mark.parametrize("part", ["merge_requests", "issues", "releases"])
def test_a_part_that_only_members_see_is_a_gap_and_the_rest_is_told(harvest, simulator, part):
    simulator.world.hidden = [f"/{part}$"]

    report = harvest()

    assert report.is_complete
    assert [gap.subject for gap in HarvestGap.objects.all()] == [part.replace("_", " ")]
    assert len(report.by_kind) >= 3
    simulator.world.hidden = []
    simulator.world.changes[0].updated = LATER
    harvest(IN_AN_HOUR)
    assert stored() == all_of(simulator.world)


def test_a_renamed_project_is_found_by_its_old_name_and_followed_by_its_number(harvest, simulator):
    simulator.world.path, simulator.world.former = "lab/eyes", ["lab/vision"]
    harvest()
    assert Repository.objects.get().path == "lab/eyes"
    simulator.world.path, simulator.world.former = "lab/group/ears", []
    simulator.world.changes.append(change(61, updated=LATER))

    report = harvest(IN_AN_HOUR)

    assert report.by_kind["change"] >= 1
    assert stored() == all_of(simulator.world)
    assert Repository.objects.get().path == "lab/group/ears"


def test_another_project_under_the_old_name_gives_nothing(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = world_of(99, number=666)

    with pytest.raises(SourceNotFoundError):
        harvest(IN_AN_HOUR)

    assert stored() == before


@pytest.mark.parametrize("path", ["lab", "/lab/vision", "lab/../vision", "lab//vision", "a b/c"])
def test_what_can_be_no_project_is_not_asked_for(forge, simulator, path):
    with pytest.raises(SourceNotFoundError):
        forge().find_repository(path)

    assert simulator.requests == []


def test_a_project_within_groups_is_found(forge, simulator):
    simulator.world.path = "lab/vision/cli.tools"

    assert forge().find_repository("lab/vision/cli.tools").external_id == "4711"


def test_an_answer_that_is_no_project_is_named(forge, simulator):
    simulator.world.path = "lab"
    simulator.world.former = ["lab/vision"]

    with pytest.raises(ForgeError, match="is no path of a project"):
        forge().find_repository("lab/vision")


def test_a_clock_that_is_behind_ours_hides_no_update(harvest, simulator):
    behind = timedelta(hours=2)
    simulator.clock = lambda: NOW - behind
    harvest(clock=lambda: NOW - behind)
    simulator.world.changes[3].title = "Renamed since"
    simulator.world.changes[3].updated = (NOW - behind + timedelta(minutes=5)).isoformat()

    report = harvest(IN_AN_HOUR)

    assert report.changed == 3
