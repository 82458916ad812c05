"""A Gitee on loopback is harvested into the database: whatever it does, each item once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import ForgeError, ForgeRefusedError, Kind, SourceNotFoundError
from harvesters.forges.gitee import GitCode, Gitee
from harvesters.models import Contribution, HarvestCursor, HarvestGap, Participation
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.transports.rest import RestApi
from tests.chaos.faults import ANY
from tests.gitee_reading import CHEN, LI, MERGER, WU
from tests.gitee_world import GiteeWorld, Pull, accepting, comment, issue, moment, release
from tests.simulator import (
    ForgeSimulator,
    Repeating,
    Reply,
    closed,
    cut_off,
    half_json,
    hanging,
    status,
    web_page,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TIMEOUT_SECONDS = 1
TOKEN = "7c2f0123456789abcdef"
BEFORE_LISTS = 2
"""A harvest begins by looking the repository up: to register it, and to know it again."""

SECOND_PAGE = 1 + 10 * 4
"""Where the second list is asked for, behind the first and the details of what it tells."""


def world_of(pulls=60, issues=30, releases=2):
    return GiteeWorld(
        [pull(number, state=state_of(number)) for number in range(1, pulls + 1)],
        [issue(number, WU) for number in range(1, issues + 1)],
        [release(number, MERGER) for number in range(1, releases + 1)],
    )


def state_of(number):
    """Every fifth is merged, and asked for its details; the others are open."""
    return "open" if number % 5 else "merged"


def pull(number, **given):
    """A merged one, which one person accepted and another commented on."""
    told = {
        "assignees": [accepting(WU)],
        "comments": [comment(70_000 + number, CHEN, "src/分词.py")],
        **given,
    }
    return Pull(number, LI, MERGER, **told)


@pytest.fixture
def simulator():
    with ForgeSimulator(world_of()).serving() as serving:
        yield serving


@pytest.fixture
def harvest(simulator):
    """Harvest the simulated Gitee once; the report."""

    def once(now=NOW, on_page=None, forge_class=Gitee):
        api = RestApi(simulator.url, TOKEN, lambda: now, timeout=TIMEOUT_SECONDS)
        forge = forge_class(api, "gitee.com", now)
        cursor = HarvestCursor.objects.first() or register_source(
            "gitee:lab/vision", forge.find_repository("lab/vision"), now=now
        )
        leased = lease_source(cursor, now=now)
        return harvest_repository(leased, forge, clock=lambda: now, on_page=on_page)

    return once


def stored():
    return sorted(Contribution.objects.values_list("kind", "external_id"))


def all_of(world):
    merged = [pull for pull in world.pulls if pull.state == "merged"]
    reviewed = [f"{pull.node()['id']}:{who}" for pull in merged for who in (102, 103)]
    return sorted(
        [(Kind.CHANGE, str(pull.node()["id"])) for pull in world.pulls]
        + [(Kind.REVIEW, key) for key in reviewed]
        + [(Kind.COMMENT, str(told["id"])) for pull in merged for told in pull.comments]
        + [(Kind.ISSUE, str(told["id"])) for told in world.issues]
        + [(Kind.RELEASE, str(told["id"])) for told in world.releases]
    )


def test_everything_is_stored_with_its_people(harvest, simulator):
    report = harvest()

    assert report.is_complete
    assert report.by_kind == {
        "change": 60,
        "review": 24,
        "comment": 12,
        "issue": 30,
        "release": 2,
    }
    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0
    assert Participation.objects.filter(role="author", actor__external_id="101").count() == 60
    assert Participation.objects.filter(role="merger", actor__external_id="104").count() == 12
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 12
    assert Contribution.objects.filter(title="修复中文分词在空文件上的崩溃").count() == 96


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
@pytest.mark.parametrize("pulls", [20, 40])
def test_a_last_page_that_is_full_ends_the_list(harvest, simulator, pulls, counts):
    simulator.world = world_of(pulls=pulls)
    simulator.world.counts = counts

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_gitcode_is_harvested_by_the_same_words(harvest, simulator):
    report = harvest(forge_class=GitCode)

    assert report.is_complete
    assert stored() == all_of(simulator.world)


def test_a_merged_change_takes_four_requests_and_all_else_next_to_none(harvest, simulator):
    harvest()

    rules = 1
    assert len(simulator.requests) == BEFORE_LISTS + 12 * 4 + 2 + 1 + 1 + rules


def test_the_token_is_in_the_header_and_never_in_the_address(harvest, simulator):
    harvest()

    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in simulator.requests)
    assert not any(TOKEN in request.path for request in simulator.requests)


def test_a_second_harvest_asks_four_times_and_writes_nothing(harvest, simulator):
    harvest()
    asked = len(simulator.requests)
    before = list(Contribution.objects.values_list("id", "harvested_at"))

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (0, 0)
    latest = 4
    assert len(simulator.requests) - asked == 4 + latest
    assert list(Contribution.objects.values_list("id", "harvested_at")) == before


def test_what_was_updated_since_is_written_anew_and_what_came_is_added(harvest, simulator):
    harvest()
    later = (NOW + timedelta(minutes=30)).isoformat()
    world = simulator.world
    world.pulls[4] = replace(world.pulls[4], title="后来改名", updated=later)
    world.pulls.append(pull(61, updated=later))

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (4, 4)
    assert Contribution.objects.filter(kind="change", title="后来改名").count() == 1
    assert stored() == all_of(world)


def test_an_open_pull_request_is_told_whole_once_it_is_merged(harvest, simulator):
    world = simulator.world
    merged = world.pulls[4]
    world.pulls[4] = replace(merged, state="open")
    harvest()
    assert Contribution.objects.filter(kind="review").count() == 22

    world.pulls[4] = replace(merged, updated=(NOW + timedelta(minutes=30)).isoformat())
    harvest(NOW + timedelta(hours=1))

    assert stored() == all_of(world)
    assert Contribution.objects.filter(kind="change", state="merged").count() == 12


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
            assert stops < 30
        if HarvestCursor.objects.get().cursor["began"] == "":
            break

    assert stops >= 5
    assert stored() == all_of(simulator.world)


def test_what_comes_while_a_history_is_read_is_not_missed(harvest, simulator):
    world = simulator.world

    def grow(*_):
        number = len(world.pulls) + 1
        if number <= 65:
            world.pulls.append(pull(number))

    harvest(on_page=grow)
    harvest(NOW + timedelta(hours=1))

    assert stored() == all_of(world)


TRANSIENT = {
    "502": status(502),
    "503": status(503),
    "504 by a proxy": status(504, "upstream timed out"),
    "no answer in time": hanging,
    "a closed connection": closed,
    "half of the bytes": cut_off,
    "half of the JSON": half_json,
    "a web page": web_page,
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.parametrize("place", [0, 3, SECOND_PAGE], ids=["list", "detail", "second list"])
def test_one_fault_on_the_way_loses_and_doubles_nothing(harvest, simulator, fault, place):
    simulator.faults = [None] * (BEFORE_LISTS + place) + [fault]

    report = harvest()

    if not report.is_complete:
        report = harvest(report.retry_at)
    assert report.is_complete
    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


@pytest.mark.parametrize("fault", ANY.values(), ids=ANY)
def test_whatever_the_wire_does_now_and_then_each_item_is_stored_once(harvest, simulator, fault):
    world = simulator.world
    world.pulls, world.issues = [pull(number) for number in range(1, 7)], world.issues[:3]
    simulator.faults = [None, *([None] * 7 + [fault]) * 4]
    now = NOW

    for _ in range(12):
        try:
            report = harvest(now)
        except ForgeError:
            now += timedelta(minutes=70)
            continue
        if report.is_complete:
            break
        now = report.retry_at

    assert stored() == all_of(world)
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 6


LIMITS = {
    "429 with seconds": (status(429, **{"retry-after": "90"}), NOW + timedelta(seconds=90)),
    "403 until a reset": (
        status(
            403,
            "Rate Limit Exceeded",
            **{
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(int(NOW.timestamp()) + 300),
            },
        ),
        NOW + timedelta(seconds=300),
    ),
    "403 in words": (
        status(403, "403 Forbidden (Rate Limit Exceeded)"),
        NOW + timedelta(minutes=1),
    ),
    "429 without a time": (status(429, "Too many requests"), NOW + timedelta(minutes=1)),
    "for ten thousand years": (
        status(429, **{"retry-after": "999999999999"}),
        NOW + timedelta(minutes=65),
    ),
}


@pytest.mark.parametrize(("fault", "until"), LIMITS.values(), ids=LIMITS)
def test_a_rate_limit_stops_the_harvest_until_it_ends_and_keeps_what_came(
    harvest, simulator, fault, until
):
    simulator.faults = [None] * (BEFORE_LISTS + 11) + [fault]

    report = harvest()

    assert not report.is_complete
    assert report.retry_at == until
    assert Contribution.objects.filter(kind="change").count() == 10
    harvest(until)
    assert stored() == all_of(simulator.world)


def test_a_token_that_is_refused_is_named_and_nothing_is_lost(harvest, simulator):
    simulator.faults = [None] * (BEFORE_LISTS + SECOND_PAGE) + [status(401, f"无效的令牌 {TOKEN}")]

    with pytest.raises(ForgeRefusedError, match="无效的令牌"):
        harvest()

    assert TOKEN not in HarvestCursor.objects.get().error
    harvest()
    assert stored() == all_of(simulator.world)


def test_an_item_that_is_counted_and_hidden_is_a_gap_and_all_else_counts(harvest, simulator):
    hidden = simulator.world.pulls[20]
    simulator.world.hidden = {hidden.node()["id"]}

    report = harvest()

    assert report.is_complete
    assert report.by_kind["change"] == 59
    assert [subject for subject, _ in report.gaps] == ["one of the pull requests"]


def test_a_renamed_repository_is_followed_where_the_forge_leads(harvest, simulator):
    harvest()
    world = simulator.world
    world.path, world.old_path = "lab/eyes", "lab/vision"
    world.pulls.append(pull(61, updated=NOW.isoformat()))

    report = harvest(NOW + timedelta(hours=1))

    assert report.is_complete
    assert HarvestCursor.objects.get().repository.path == "lab/eyes"
    assert stored() == all_of(world)


def test_another_repository_under_the_old_name_gives_nothing(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = replace(world_of(pulls=99), number=666)

    with pytest.raises(SourceNotFoundError, match="another repository now"):
        harvest(NOW + timedelta(hours=1))

    assert stored() == before


def test_a_repository_that_vanished_keeps_what_was_harvested(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = replace(simulator.world, path="elsewhere/hidden")

    with pytest.raises(SourceNotFoundError):
        harvest(NOW + timedelta(hours=1))

    assert stored() == before


def other_order(reply):
    return Reply.of(reply.json()[::-1], total_count=reply.headers["total_count"])


def nothing(reply):
    return Reply.of([], total_count=reply.headers["total_count"])


@pytest.mark.parametrize("fault", [other_order, nothing], ids=["another order", "nothing"])
@pytest.mark.parametrize("place", [0, SECOND_PAGE], ids=["first page", "second page"])
def test_a_list_that_contradicts_itself_is_not_believed(harvest, simulator, fault, place):
    simulator.faults = [None] * (BEFORE_LISTS + place) + [fault]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("place", [0, 1, 2, 3], ids=["list", "files", "commits", "comments"])
def test_holes_in_a_list_are_no_gaps(harvest, simulator, place):
    def with_holes(reply):
        return replace(reply, body=json.dumps([None for _ in reply.json()]).encode())

    simulator.faults = [None] * (BEFORE_LISTS + place) + [with_holes]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)
    assert not HarvestGap.objects.exists()


def test_an_item_that_is_told_twice_is_stored_once(harvest, simulator):
    def twice(reply):
        items = reply.json()
        return Reply.of([*items[:1], *items], total_count=reply.headers["total_count"])

    simulator.faults = [None] * BEFORE_LISTS + [twice]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_a_list_that_leads_to_itself_ends_and_not_in_a_circle(harvest, simulator):
    simulator.world.issues.clear()
    simulator.world.pulls = [replace(one, state="open") for one in simulator.world.pulls]
    cache = Repeating()
    simulator.faults = [None] * BEFORE_LISTS + [cache.keep] + [cache.repeat] * 50

    report = harvest()

    assert not report.is_complete
    assert "repeats the page before" in report.message
    assert len(simulator.requests) < 12


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100])
def test_a_list_is_walked_to_its_end(harvest, simulator, counts, count):
    world = simulator.world
    world.counts = counts
    world.pulls = [pull(number, state="open") for number in range(1, count + 1)]
    world.issues = [issue(number, WU) for number in range(1, 51)]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize(
    "path", ["vision", "lab/", "lab/vision/more", "../user", "lab/..", "a b/c"]
)
def test_what_names_no_repository_is_not_asked_for(simulator, path):
    gitee = Gitee(RestApi(simulator.url, TOKEN, lambda: NOW), "gitee.com", NOW)

    with pytest.raises(SourceNotFoundError, match="Write OWNER/NAME"):
        gitee.find_repository(path)

    assert simulator.requests == []


def test_a_repository_is_known_by_its_number_and_its_present_name(simulator):
    simulator.world.repository = {"full_name": "Lab / vision"}
    gitee = Gitee(RestApi(simulator.url, TOKEN, lambda: NOW), "gitee.com", NOW)

    found = gitee.find_repository("lab/vision")

    assert (found.external_id, found.path) == ("8725354", "Lab/vision")
    assert (found.host, found.url) == ("gitee.com", "https://gitee.com/lab/vision")


def test_the_moment_of_an_approval_is_the_merge(harvest):
    harvest()

    approved = Contribution.objects.get(kind="review", external_id="2200005:102")
    assert approved.occurred_at == datetime.fromisoformat(moment(5))


def test_a_gap_is_closed_when_the_forge_shows_what_it_hid(harvest, simulator):
    simulator.world.pulls[4].more["merged_at"] = "yesterday"
    harvest()
    gaps = HarvestGap.objects.values_list("subject", flat=True)
    assert list(gaps.all()) == ["pulls 5"]

    later = NOW + timedelta(hours=1)
    simulator.world.pulls[4] = pull(5, state="merged", updated=later.isoformat())
    harvest(later + timedelta(minutes=1))

    assert list(gaps.all()) == []


def test_a_dry_run_tells_for_few_requests_what_a_harvest_takes(harvest, simulator):
    api = RestApi(simulator.url, TOKEN, lambda: NOW, timeout=TIMEOUT_SECONDS)
    forge = Gitee(api, "gitee.com", NOW)
    told = forge.estimate(forge.find_repository("lab/vision"), {})
    asked = len(simulator.requests)
    simulator.requests.clear()
    harvest()

    assert asked == BEFORE_LISTS + 3
    assert {one.name: one.items for one in told.lists} == {"pulls": 60, "issues": 30, "releases": 2}
    assert told.requests == len(simulator.requests) - 1, "all but that which registers it"
