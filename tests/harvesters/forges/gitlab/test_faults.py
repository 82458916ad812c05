"""Whatever a GitLab or the wire to it does wrong, each item is stored once and nothing is lost."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from harvesters.forge import ForgeError, ForgeRefusedError
from harvesters.models import Contribution, HarvestGap
from tests.chaos.faults import ANY, GRAPHQL
from tests.gitlab_played import NOW, all_of, stored, world_of
from tests.simulator import Repeating, Reply, status

pytestmark = pytest.mark.django_db

BEFORE_LISTS = 2
"""By name to register it, by number to harvest it."""

SMALL = {"changes": 12, "issues": 4, "releases": 2}


def harvested(harvest, simulator):
    """Harvest until nothing is left to go wrong, as the clock would have it."""
    now = NOW
    for _ in range(14):
        try:
            report = harvest(now)
        except ForgeError:
            now += timedelta(minutes=70)
            continue
        if report.is_complete and not any(simulator.faults):
            return
        now = report.retry_at or now + timedelta(hours=1)
    raise AssertionError("it does not end")


def of_graphql(fault):
    """A fault that spoils only answers of GraphQL."""
    return lambda reply: fault(reply) if b'"data"' in reply.body[:10] else reply


FAULTS = {**ANY, **{f"graphql: {name}": of_graphql(fault) for name, fault in GRAPHQL.items()}}


PLAYED = [
    *(pytest.param(fault, True, id=f"graphql-{name}") for name, fault in FAULTS.items()),
    *(pytest.param(ANY[name], False, id=f"rest-{name}") for name in list(ANY)[::4]),
]


@pytest.mark.parametrize(("fault", "has_graphql"), PLAYED)
def test_whatever_goes_wrong_now_and_then_each_item_is_stored_once(
    harvest, simulator, fault, has_graphql
):
    simulator.world = world_of(**SMALL, has_graphql=has_graphql)
    simulator.faults = [None, *([None] * 3 + [fault]) * 4]

    harvested(harvest, simulator)

    assert stored() == all_of(simulator.world)
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 12


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("fault", [status(502), status(404), status(403, "Forbidden")])
def test_one_refusal_at_any_place_hides_nothing(harvest, simulator, fault, place):
    simulator.world = world_of(**SMALL)
    simulator.faults = [None] * (1 + place) + [fault]

    harvested(harvest, simulator)

    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


LIMITS = {
    "429 with seconds": (status(429, **{"retry-after": "90"}), timedelta(seconds=90)),
    "429 until a reset": (
        status(
            429,
            "Retry later",
            **{
                "ratelimit-remaining": "0",
                "ratelimit-reset": str(int(NOW.timestamp()) + 300),
            },
        ),
        timedelta(seconds=300),
    ),
    "429 without a time": (status(429, "Retry later"), timedelta(minutes=1)),
    "for ten thousand years": (
        status(429, **{"retry-after": "999999999999"}),
        timedelta(minutes=65),
    ),
}


@pytest.mark.parametrize(("fault", "wait"), LIMITS.values(), ids=LIMITS)
def test_a_rate_limit_stops_the_harvest_until_it_ends_and_keeps_what_came(
    harvest, simulator, fault, wait
):
    simulator.faults = [None] * (BEFORE_LISTS + 3) + [fault]

    report = harvest()

    assert not report.is_complete
    assert report.retry_at == NOW + wait
    assert Contribution.objects.filter(kind="change").exists()
    harvest(NOW + wait)
    assert stored() == all_of(simulator.world)


def test_a_token_that_is_refused_is_named_and_nothing_is_lost(harvest, simulator):
    simulator.faults = [None] * (BEFORE_LISTS + 2) + [status(401, "invalid_token")] * 20

    with pytest.raises(ForgeRefusedError, match="refused our token"):
        harvest()

    simulator.faults = []
    harvest(NOW + timedelta(hours=1))
    assert stored() == all_of(simulator.world)


def spoilt(change):
    """A list of REST that is not as it was."""

    def spoil(reply: Reply) -> Reply:
        body = reply.json()
        changed = json.dumps(change(body) if isinstance(body, list) else body)
        return replace(reply, body=changed.encode())

    return spoil


LIES = {
    "nothing there": spoilt(lambda _: []),
    "half of it": spoilt(lambda items: items[: len(items) // 2]),
    "another order": spoilt(lambda items: items[::-1]),
    "an item twice": spoilt(lambda items: [*items[:1], *items]),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@pytest.mark.parametrize("place", [0, 5, 8], ids=["first page", "second page", "issues"])
def test_a_list_that_contradicts_itself_loses_and_doubles_nothing(harvest, simulator, lie, place):
    simulator.faults = [None] * (BEFORE_LISTS + place) + [lie]

    harvested(harvest, simulator)

    assert stored() == all_of(simulator.world)


PLACES = pytest.mark.parametrize("place", [0, 1, 4], ids=["a list", "a question", "the next list"])


@PLACES
def test_an_answer_that_a_cache_repeats_now_and_then_is_asked_for_again(harvest, simulator, place):
    cache = Repeating()
    simulator.faults = [None] * (BEFORE_LISTS + place) + [cache.keep, cache.repeat] * 6

    harvested(harvest, simulator)

    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


@PLACES
def test_a_list_that_leads_to_itself_ends_and_not_in_a_circle(harvest, simulator, place):
    cache = Repeating()
    simulator.faults = [None] * (BEFORE_LISTS + place) + [cache.keep] + [cache.repeat] * 12

    harvested(harvest, simulator)

    assert set(stored()) <= set(all_of(simulator.world))
    assert len(simulator.requests) < 100
