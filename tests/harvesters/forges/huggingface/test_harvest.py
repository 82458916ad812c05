"""A Hub on loopback is harvested into the database: whatever it does, each item once."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import ForgeError, ForgeRefusedError, SourceNotFoundError
from harvesters.forges.huggingface import HuggingFace
from harvesters.models import Contribution, HarvestCursor, HarvestGap, Participation
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.transports.rest import RestApi
from tests.chaos.faults import ANY
from tests.huggingface_world import (
    REPOSITORY,
    Discussion,
    HuggingFaceWorld,
    account,
    comment,
    commit,
    pushed,
    sha,
    turned,
)
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
TOKEN = "hf_0123456789abcdef"
COMMITS, DISCUSSIONS, CHANGES = 50, 20, 5
BEFORE_LISTS = 2
"""A harvest begins by looking the repository up: to register it, and to know it again."""

COMMIT_REQUESTS = 5
"""Three pages, with one author whose account is asked for, and one behind the last, to be sure."""

LI, WU, CHEN = account(101, "li"), account(102, "wu"), account(103, "chen")


def discussed(number: int) -> Discussion:
    """Every fourth is a pull request that was merged; of the others the list tells all."""
    if number % 4:
        return Discussion(number, LI, "open", is_pull_request=False)
    events = [
        pushed(10_000 + number, LI),
        comment(20_000 + number, WU),
        turned(30_000 + number, CHEN, "merged"),
    ]
    return Discussion(number, LI, events=events)


def world_of(commits=COMMITS, discussions=DISCUSSIONS):
    return HuggingFaceWorld(
        [commit(number, LI) for number in range(1, commits + 1)],
        [discussed(number) for number in range(1, discussions + 1)],
    )


@pytest.fixture
def simulator():
    with ForgeSimulator(world_of()).serving() as serving:
        yield serving


@pytest.fixture
def harvest(simulator):
    """Harvest the simulated Hub once; the report."""

    def once(now=NOW, on_page=None):
        api = RestApi(simulator.url, TOKEN, lambda: now, timeout=TIMEOUT_SECONDS)
        forge = HuggingFace(api, "huggingface.co", now)
        cursor = HarvestCursor.objects.first() or register_source(
            "huggingface:lab/vision", forge.find_repository("lab/vision"), now=now
        )
        leased = lease_source(cursor, now=now)
        return harvest_repository(leased, forge, clock=lambda: now, on_page=on_page)

    return once


def stored():
    return sorted(Contribution.objects.values_list("kind", "external_id"))


def all_of(world):
    changes = [one for one in world.discussions if one.is_pull_request]
    return sorted(
        [("commit", told["id"]) for told in world.commits]
        + [("release", world.number)]
        + [("change", str(one.num)) for one in changes]
        + [("discussion", str(one.num)) for one in world.discussions if not one.is_pull_request]
        + [
            ("comment", event["id"])
            for one in world.discussions
            for event in one.events
            if event["type"] == "comment"
        ]
    )


def test_everything_is_stored_with_its_people(harvest, simulator):
    report = harvest()

    assert report.is_complete
    assert report.by_kind == {
        "commit": COMMITS,
        "release": 1,
        "change": CHANGES,
        "discussion": DISCUSSIONS - CHANGES,
        "comment": CHANGES,
    }
    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0
    mergers = Participation.objects.filter(role="merger", actor__external_id=CHEN["_id"])
    assert mergers.count() == CHANGES
    assert Contribution.objects.filter(facts__sizes={"docs": [2, 1]}).count() == CHANGES
    assert len(simulator.requests) == BEFORE_LISTS + COMMIT_REQUESTS + 1 + CHANGES


def test_the_token_is_in_the_header_and_never_in_the_address(harvest, simulator):
    harvest()

    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in simulator.requests)
    assert not any(TOKEN in request.path for request in simulator.requests)


def test_a_second_harvest_asks_twice_and_writes_nothing(harvest, simulator):
    harvest()
    asked = len(simulator.requests)
    before = list(Contribution.objects.values_list("id", "harvested_at"))

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (0, 0)
    assert len(simulator.requests) - asked == 2
    assert list(Contribution.objects.values_list("id", "harvested_at")) == before


def test_what_changed_since_is_written_anew_and_what_came_is_added(harvest, simulator):
    harvest()
    asked = len(simulator.requests)
    world = simulator.world
    world.discussions[0] = replace(world.discussions[0], status="closed")
    world.discussions.append(discussed(21))
    world.commits.append(commit(51, WU))

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (2, 1)
    accounts = 2
    assert len(simulator.requests) - asked == 2 + 1 + accounts + 1 + 1
    assert stored() == all_of(world)


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
        if len(stored()) == len(all_of(simulator.world)):
            break

    assert stops >= 5
    assert stored() == all_of(simulator.world)
    assert len(simulator.requests) < 40


def listed(simulator):
    """Which pages of the list of discussions were asked for."""
    paths = [request.path for request in simulator.requests]
    return [path.partition("?")[2] for path in paths if path.split("?")[0].endswith("/discussions")]


def stopped_at_the_third_page(harvest, simulator):
    simulator.world = world_of(discussions=70)
    changes = 10
    before = BEFORE_LISTS + COMMIT_REQUESTS + 2 + changes
    simulator.faults = [None] * before + [status(429, **{"retry-after": "90"})]
    report = harvest()
    assert listed(simulator) == ["", "p=1", "p=2"]
    simulator.requests.clear()
    return report.retry_at


def test_a_harvest_that_is_stopped_in_the_discussions_goes_on_at_their_page(harvest, simulator):
    harvest(stopped_at_the_third_page(harvest, simulator))

    assert listed(simulator) == ["p=2", "p=3"]
    assert stored() == all_of(simulator.world)


def test_a_harvest_whose_pages_have_another_size_now_begins_with_the_first(harvest, simulator):
    until = stopped_at_the_third_page(harvest, simulator)
    simulator.world.page_size = 30

    harvest(until)

    assert listed(simulator)[-3:] == ["", "p=1", "p=2"]
    assert stored() == all_of(simulator.world)


def test_what_is_taken_off_the_list_while_a_harvest_waits_hides_nothing(harvest, simulator):
    until = stopped_at_the_third_page(harvest, simulator)
    del simulator.world.discussions[-5:]

    harvest(until)

    assert set(all_of(simulator.world)) <= set(stored())


def test_what_comes_while_a_history_is_read_is_not_missed(harvest, simulator):
    world = simulator.world

    def grow(*_):
        if len(world.discussions) < 30:
            world.discussions.append(discussed(len(world.discussions) + 1))
            world.commits.append(commit(len(world.commits) + 1, LI))

    harvest(on_page=grow)
    harvest(NOW + timedelta(hours=1))

    assert stored() == all_of(world)


def test_what_is_taken_off_the_list_while_it_is_read_hides_nothing(harvest, simulator):
    world = simulator.world
    world.discussions = [discussed(number) for number in range(1, 61)]
    gone = []

    def shrink(*_):
        if not gone and Contribution.objects.filter(kind="discussion").exists():
            gone.append(world.discussions.pop())

    harvest(on_page=shrink)

    assert set(all_of(world)) <= set(stored())


def test_history_that_was_rewritten_is_read_anew(harvest, simulator):
    harvest()
    simulator.world.commits = [commit(number, LI) for number in range(900, 930)]

    assert harvest(NOW + timedelta(hours=1)).is_complete
    assert Contribution.objects.filter(kind="commit").count() == COMMITS + 30


@pytest.mark.parametrize("links", [True, False], ids=["linked", "not linked"])
@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40])
def test_lists_are_walked_to_their_end(harvest, simulator, count, links):
    simulator.world = world_of(commits=count, discussions=count)
    simulator.world.links = links

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


TRANSIENT = {
    "502": status(502),
    "504 by a proxy": status(504, "upstream timed out"),
    "no answer in time": hanging,
    "a closed connection": closed,
    "half of the bytes": cut_off,
    "half of the JSON": half_json,
    "a web page": web_page,
}
PLACES = {
    "commits": 0,
    "an account": 1,
    "more commits": 2,
    "discussions": COMMIT_REQUESTS,
    "detail": COMMIT_REQUESTS + 2,
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_one_fault_on_the_way_loses_and_doubles_nothing(harvest, simulator, fault, place):
    simulator.faults = [None] * (BEFORE_LISTS + place) + [fault]

    now = NOW
    for _ in range(3):
        try:
            report = harvest(now)
        except ForgeError:
            now += timedelta(hours=1)
            continue
        if report.is_complete:
            break
        now = report.retry_at

    assert report.is_complete
    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


@pytest.mark.parametrize("fault", ANY.values(), ids=ANY)
def test_whatever_the_wire_does_now_and_then_each_item_is_stored_once(harvest, simulator, fault):
    simulator.world = world_of(commits=30, discussions=9)
    simulator.faults = [None, *([None] * 4 + [fault]) * 4]
    now = NOW

    for _ in range(12):
        try:
            report = harvest(now)
        except ForgeError:
            now += timedelta(minutes=70)
            continue
        if report.is_complete and not simulator.faults:
            break
        now = report.retry_at or now + timedelta(hours=1)

    assert stored() == all_of(simulator.world)
    assert Contribution.objects.filter(facts__sizes={"docs": [2, 1]}).count() == 2


LIMITS = {
    "429 with seconds": (status(429, **{"retry-after": "90"}), NOW + timedelta(seconds=90)),
    "429 by policy": (
        status(429, ratelimit='"api";r=0;t=55'),
        NOW + timedelta(seconds=55),
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
    simulator.faults = [None] * (BEFORE_LISTS + 3) + [fault]

    report = harvest()

    assert not report.is_complete
    assert report.retry_at == until
    assert Contribution.objects.filter(kind="commit").count() == 40
    harvest(until)
    assert stored() == all_of(simulator.world)


def test_a_token_that_is_refused_is_named_and_nothing_is_lost(harvest, simulator):
    refusal = status(401, f"Invalid credentials {TOKEN}")
    simulator.faults = [None] * (BEFORE_LISTS + COMMIT_REQUESTS) + [refusal]

    with pytest.raises(ForgeRefusedError, match="refused our token"):
        harvest()

    assert TOKEN not in HarvestCursor.objects.get().error
    harvest()
    assert stored() == all_of(simulator.world)


def test_a_renamed_repository_is_followed_where_the_hub_leads(harvest, simulator):
    harvest()
    world = simulator.world
    world.path, world.old_path = "lab/eyes", "lab/vision"
    world.commits.append(commit(51, LI))

    assert harvest(NOW + timedelta(hours=1)).is_complete
    assert HarvestCursor.objects.get().repository.path == "lab/eyes"
    assert stored() == all_of(world)


def test_another_repository_under_the_old_name_gives_nothing(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = replace(world_of(commits=99), number="f" * 24)

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


def spoilt(change):
    """A list that is not as it was: of commits, or of discussions."""

    def spoil(reply: Reply) -> Reply:
        body = reply.json()
        if isinstance(body, list):
            return replace(reply, body=Reply.of(change(body)).body)
        return replace(
            reply, body=Reply.of({**body, "discussions": change(body["discussions"])}).body
        )

    return spoil


LIES = {
    "nothing there": spoilt(lambda _: []),
    "holes": spoilt(lambda items: [None for _ in items]),
    "an item that is none": spoilt(lambda items: [*items[:-1], 7]),
}

SLIPS = {
    "half of it": spoilt(lambda items: items[: len(items) // 2]),
    "an item twice": spoilt(lambda items: [*items, items[0]]),
    "another order": spoilt(lambda items: items[::-1]),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
@pytest.mark.parametrize("place", [0, 2, COMMIT_REQUESTS], ids=["first", "second", "discussions"])
def test_a_page_that_lacks_some_or_tells_some_twice_loses_and_doubles_nothing(
    harvest, simulator, slip, place
):
    simulator.world = world_of(discussions=30)
    simulator.faults = [None] * (BEFORE_LISTS + place) + [slip]

    report = harvest()
    if not report.is_complete:
        report = harvest(report.retry_at)

    assert report.is_complete
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@pytest.mark.parametrize("place", [0, 2, 3, COMMIT_REQUESTS])
def test_a_list_that_contradicts_itself_is_not_believed(harvest, simulator, lie, place):
    simulator.faults = [None] * (BEFORE_LISTS + place) + [lie] * 3

    report = harvest()

    assert not report.is_complete
    harvest(report.retry_at)
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_page_that_was_spoilt_on_its_way_is_asked_for_again_at_once(harvest, simulator, lie):
    simulator.faults = [None] * (BEFORE_LISTS + 2) + [lie]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_that_there_are_no_discussions_is_believed_when_it_is_said_twice(harvest, simulator):
    def none(reply):
        return Reply.of({"discussions": [], "count": 0, "start": 0})

    simulator.faults = [None] * (BEFORE_LISTS + COMMIT_REQUESTS) + [none]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("place", [0, 2, COMMIT_REQUESTS], ids=["first", "second", "discussions"])
def test_a_list_that_leads_to_itself_ends_and_not_in_a_circle(harvest, simulator, place):
    simulator.world = world_of(discussions=60)
    cache = Repeating()
    simulator.faults = [None] * (BEFORE_LISTS + place) + [cache.keep] + [cache.repeat] * 50

    with suppress(ForgeError):
        assert not harvest().is_complete
    assert len(simulator.requests) < 20


def test_the_repository_s_id_is_its_key(harvest):
    harvest()

    assert HarvestCursor.objects.get().repository.external_id == REPOSITORY
    assert Contribution.objects.filter(external_id=sha(7)).count() == 1
