"""A GitHub on loopback is harvested into the database: whatever it does, each item once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import ForgeAnswerError, ForgeRefusedError, Kind, SourceNotFoundError
from harvesters.forges.github import GitHub
from harvesters.models import Contribution, HarvestCursor, HarvestGap, Participation
from harvesters.services.harvesting import harvest_repository, lease_source, register_source
from harvesters.transports.github import GitHubApi
from tests.chaos.faults import GRAPHQL
from tests.github_nodes import Change, account, act, issue, moment, remark, review, thread
from tests.github_world import GitHubWorld
from tests.simulator import (
    ForgeSimulator,
    Repeating,
    Reply,
    closed,
    cut_off,
    graphql_error,
    half_json,
    hanging,
    hidden,
    holes,
    status,
    web_page,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI = account(101, "liming")
WU = account(102, "wu")
MERGER = account(104, "maintainer")
TIMEOUT_SECONDS = 3
TOKEN = "ghp_0123456789"
FIRST_ANSWERS = 3
"""A harvest begins by looking the repository up by name, by number, and for what is new."""


def world_of(changes=60, issues=30):
    return GitHubWorld(
        [
            Change(
                number,
                LI,
                MERGER,
                reviews=[review(number, WU)],
                threads=[thread(remark(number, WU, number))],
            )
            for number in range(1, changes + 1)
        ],
        [
            issue(number, WU, acts=[act("Labeled", MERGER, number)])
            for number in range(1, issues + 1)
        ],
    )


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


@pytest.fixture
def simulator():
    with ForgeSimulator(world_of()).serving() as serving:
        yield serving


@pytest.fixture
def harvest(simulator):
    """Harvest the simulated GitHub once; the report."""

    def once(now=NOW, on_page=None):
        forge = GitHub(GitHubApi(simulator.url, TOKEN, lambda: now, timeout=TIMEOUT_SECONDS), now)
        cursor = HarvestCursor.objects.first() or register_source(
            "github:lab/vision", forge.find_repository("lab/vision"), now=now
        )
        leased = lease_source(cursor, now=now)
        return harvest_repository(leased, forge, clock=lambda: now, on_page=on_page)

    return once


def stored():
    return sorted(Contribution.objects.values_list("kind", "external_id"))


def all_of(world):
    return sorted(
        [(Kind.CHANGE, change.node()["fullDatabaseId"]) for change in world.changes]
        + [
            (Kind.REVIEW, told["fullDatabaseId"])
            for change in world.changes
            for told in change.reviews
        ]
        + [
            (Kind.COMMENT, said["fullDatabaseId"])
            for change in world.changes
            for held in change.threads
            for said in held["comments"](None)["nodes"]
        ]
        + [(Kind.ISSUE, told["fullDatabaseId"]) for told in world.issues]
        + [
            (Kind.TRIAGE, f"{told['fullDatabaseId']}:104:{done['createdAt'][:10]}")
            for told in world.issues
            for done in told["timelineItems"](None)["nodes"]
        ]
    )


def test_changes_reviews_and_issues_are_stored_with_their_people(harvest, simulator):
    report = harvest()

    assert report.is_complete
    assert report.by_kind == {
        "change": 60,
        "review": 60,
        "comment": 60,
        "issue": 30,
        "triage": 30,
    }
    assert stored() == all_of(simulator.world)
    assert Participation.objects.filter(role="author", actor__external_id="101").count() == 60
    assert Participation.objects.filter(role="merger", actor__external_id="104").count() == 60
    assert Participation.objects.filter(role="reviewer", actor__external_id="102").count() == 60
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 60


def test_ninety_items_take_seven_requests(harvest, simulator):
    harvest()

    assert len(simulator.requests) <= FIRST_ANSWERS + 4


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

    assert stops >= 4
    assert stored() == all_of(simulator.world)
    assert len(simulator.requests) <= FIRST_ANSWERS + 4 + stops


def test_what_comes_while_a_history_is_read_is_not_missed(harvest, simulator):
    def grow(*_):
        number = len(simulator.world.changes) + 1
        if number <= 64:
            simulator.world.changes.append(Change(number, LI, MERGER, updated=moment(number)))

    harvest(on_page=grow)
    harvest(NOW + timedelta(hours=1))

    assert stored() == all_of(simulator.world)


TRANSIENT = {
    "502": status(502),
    "503": status(503),
    "504 by a proxy": status(504, "upstream timed out"),
    "no answer in time": hanging,
    "a closed connection": closed,
    "half of the bytes": cut_off,
    "half of the JSON": half_json,
    "a web page": web_page,
    "resource limits": graphql_error(
        "RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded."
    ),
    "something went wrong": graphql_error("", "Something went wrong while executing your query."),
    "holes without a word": holes,
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.parametrize("place", [0, 2], ids=["first page", "third page"])
def test_one_fault_on_the_way_loses_and_doubles_nothing(harvest, simulator, fault, place):
    simulator.faults = [None] * (FIRST_ANSWERS + place) + [fault]

    report = harvest()

    assert report.is_complete
    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


@pytest.mark.parametrize("fault", [status(502), closed, half_json], ids=["502", "closed", "half"])
@pytest.mark.parametrize("place", [1, 2], ids=["its number", "what is new"])
def test_a_fault_before_the_first_page_is_healed_as_well(harvest, simulator, fault, place):
    simulator.faults = [None] * place + [fault]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_a_page_that_is_too_much_is_asked_for_in_halves(harvest, simulator):
    limit = TRANSIENT["resource limits"]
    simulator.faults = [None] * FIRST_ANSWERS + [limit, limit, limit]

    harvest()

    pages = [request.body["variables"]["page"] for request in simulator.requests[FIRST_ANSWERS:]]
    assert pages[:4] == [25, 12, 6, 3]
    assert stored() == all_of(simulator.world)


LIMITS = {
    "429 with seconds": (status(429, **{"retry-after": "90"}), NOW + timedelta(seconds=90)),
    "403 until a reset": (
        status(
            403,
            "API rate limit exceeded",
            **{
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(int(NOW.timestamp()) + 300),
            },
        ),
        NOW + timedelta(seconds=300),
    ),
    "a secondary limit": (
        status(403, "You have exceeded a secondary rate limit."),
        NOW + timedelta(minutes=1),
    ),
    "200 and RATE_LIMITED": (
        graphql_error("RATE_LIMITED", "API rate limit exceeded"),
        NOW + timedelta(minutes=1),
    ),
    "for ten thousand years": (
        status(429, **{"retry-after": "999999999999"}),
        NOW + timedelta(minutes=65),
    ),
}


@pytest.mark.parametrize(("fault", "until"), LIMITS.values(), ids=LIMITS)
def test_a_rate_limit_stops_the_harvest_until_it_ends_and_keeps_what_came(
    harvest, simulator, fault, until
):
    simulator.faults = [None] * (FIRST_ANSWERS + 1) + [fault]

    report = harvest()

    assert not report.is_complete
    assert report.retry_at == until
    assert HarvestCursor.objects.get().next_at == until
    assert Contribution.objects.filter(kind="change").count() == 25
    harvest(until)
    assert stored() == all_of(simulator.world)


def test_a_forge_that_fails_on_even_one_item_is_asked_again_later(harvest, simulator):
    simulator.faults = [None] * FIRST_ANSWERS + [status(502)] * 5

    report = harvest()

    assert not report.is_complete
    assert "asked again soon" in report.message
    harvest(report.retry_at)
    assert stored() == all_of(simulator.world)


def test_a_token_that_is_refused_is_named_and_nothing_is_lost(harvest, simulator):
    simulator.faults = [None] * (FIRST_ANSWERS + 1) + [status(401, "Bad credentials")]

    with pytest.raises(ForgeRefusedError, match="Bad credentials"):
        harvest()

    assert "Bad credentials" in HarvestCursor.objects.get().error
    harvest()
    assert stored() == all_of(simulator.world)


def test_a_part_that_is_hidden_from_us_is_a_gap_and_all_else_counts(harvest, simulator):
    simulator.faults = [None] * FIRST_ANSWERS + [hidden("repository", "pullRequests", "nodes", 4)]

    report = harvest()

    assert report.is_complete
    ((subject, reason),) = report.gaps
    assert subject == "pull request 5 after the start"
    assert "does not show all of it to us" in reason
    assert Contribution.objects.filter(kind="change").count() == 59


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


CONTRADICTIONS = {
    "nothing": GRAPHQL["nothing there"],
    "another order": GRAPHQL["another order"],
}


@pytest.mark.parametrize("fault", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
@pytest.mark.parametrize("is_sweep", [False, True], ids=["backfill", "sweep"])
@pytest.mark.parametrize("place", [0, 1], ids=["first page", "second page"])
def test_a_list_that_contradicts_itself_is_not_believed(harvest, simulator, fault, is_sweep, place):
    now = NOW
    if is_sweep:
        harvest()
        now += timedelta(days=1)
        for number, change in enumerate(simulator.world.changes):
            later = NOW + timedelta(hours=1, seconds=number)
            change.updated, change.title = later.isoformat(), "Renamed since"
    simulator.faults = [None] * (place + (1 if is_sweep else FIRST_ANSWERS)) + [fault]

    report = harvest(now)

    assert not report.is_complete
    harvest(report.retry_at)
    assert stored() == all_of(simulator.world)
    expected = 60 if is_sweep else 0
    renamed = Contribution.objects.filter(kind="change", title="Renamed since")
    assert renamed.count() == expected


def test_a_look_that_contradicts_itself_is_not_believed(harvest, simulator):
    def without_the_latest(reply):
        body = reply.json()
        body["data"]["nodes"][0]["issues"]["nodes"] = []
        return Reply.of(body)

    simulator.faults = [None, None, without_the_latest]

    report = harvest()

    assert "0 latest items of 30" in report.message
    harvest(report.retry_at)
    assert stored() == all_of(simulator.world)


def test_a_clock_that_is_behind_ours_hides_no_update(harvest, simulator):
    behind = timedelta(hours=2)
    simulator.clock = lambda: NOW - behind
    harvest()
    simulator.world.changes[3].title = "Renamed since"
    simulator.world.changes[3].updated = (NOW - behind + timedelta(minutes=5)).isoformat()

    report = harvest(NOW + timedelta(hours=1))

    assert report.changed == 3


def test_a_page_that_leads_to_itself_ends_in_an_error_and_not_in_a_circle(harvest, simulator):
    cache = Repeating()
    simulator.faults = [None] * FIRST_ANSWERS + [cache.keep] + [cache.repeat] * 50

    with pytest.raises(ForgeAnswerError, match="leads to itself"):
        harvest()

    assert len(simulator.requests) < 10
    simulator.faults = []
    harvest()
    assert stored() == all_of(simulator.world)
