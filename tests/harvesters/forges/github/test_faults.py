"""Whatever a GitHub on loopback does, each item is stored once and nothing is lost."""

from datetime import timedelta

import pytest

from harvesters.forge import ForgeAnswerError, ForgeRefusedError
from harvesters.models import Contribution, HarvestCursor, HarvestGap
from tests.chaos.faults import GRAPHQL
from tests.github_played import FIRST_ANSWERS, NOW, all_of, stored
from tests.simulator import (
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

    report = harvest(timeout=3 if fault is hanging else 20)

    assert report.is_complete
    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


PLACES = {"its number": 1, "what is new": 2, "discussions": 7, "releases": 8, "advisories": 9}


@pytest.mark.parametrize("fault", [status(502), closed, half_json], ids=["502", "closed", "half"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_fault_elsewhere_is_healed_as_well(harvest, simulator, fault, place):
    simulator.faults = [None] * place + [fault]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("stream", ["discussions", "releases"])
def test_holes_elsewhere_are_asked_for_again(harvest, simulator, stream):
    simulator.faults = [None] * PLACES[stream] + [holes, TRANSIENT["resource limits"]]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_a_page_that_is_too_much_is_asked_for_in_halves(harvest, simulator):
    limit = TRANSIENT["resource limits"]
    simulator.faults = [None] * FIRST_ANSWERS + [limit, limit, limit]

    harvest()

    asked = simulator.requests[FIRST_ANSWERS : FIRST_ANSWERS + 4]
    assert [request.body["variables"]["page"] for request in asked] == [25, 12, 6, 3]
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
    simulator.faults = [None] * FIRST_ANSWERS + [status(502)] * 12

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


@pytest.mark.parametrize("code", [403, 404])
def test_advisories_that_we_may_not_read_are_a_gap_and_all_else_counts(harvest, simulator, code):
    simulator.faults = [None] * PLACES["advisories"] + [status(code, "Resource not accessible")]

    report = harvest()

    assert report.is_complete
    assert HarvestGap.objects.get().subject == "security advisories"
    assert [item for item in all_of(simulator.world) if item[0] != "advisory"] == stored()


def test_a_part_that_is_hidden_from_us_is_a_gap_and_all_else_counts(harvest, simulator):
    simulator.faults = [None] * FIRST_ANSWERS + [hidden("repository", "pullRequests", "nodes", 4)]

    report = harvest()

    assert report.is_complete
    ((subject, reason),) = report.gaps
    assert subject == "pull request 5 after the start"
    assert "does not show all of it to us" in reason
    assert Contribution.objects.filter(kind="change").count() == 59


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


def test_a_page_that_leads_to_itself_ends_in_an_error_and_not_in_a_circle(harvest, simulator):
    cache = Repeating()
    simulator.faults = [None] * FIRST_ANSWERS + [cache.keep] + [cache.repeat] * 50

    with pytest.raises(ForgeAnswerError, match="leads to itself"):
        harvest()

    assert len(simulator.requests) < 10
    simulator.faults = []
    harvest()
    assert stored() == all_of(simulator.world)
