"""What a harvest of GitHub would take, beside what it takes."""

from datetime import timedelta

import pytest

from harvesters.forge import RepositoryRecord, SourceNotFoundError
from harvesters.forges.github import GitHub
from harvesters.forges.github.forecast import points_of
from harvesters.forges.github.queries import queries
from harvesters.forges.github.streams import STREAMS
from tests.github_cost import cost_of
from tests.github_nodes import Change
from tests.github_played import LI, NOW, WU, world_of
from tests.github_world import NUMBER, Direct, document

VISION = RepositoryRecord("github.com", str(NUMBER), "lab/vision")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world():
    return world_of(changes=200, issues=90)


def walk(world, cursor=(), now=NOW, pages=10**9):
    """Harvest so many pages; the cursor behind them, and how many requests that took."""
    direct, cursor = Direct(world), dict(cursor)
    for number, page in enumerate(GitHub(direct, now).harvest(VISION, cursor)):
        cursor = page.cursor
        if number + 1 == pages:
            break
    return cursor, len(direct.requests)


def estimate(world, cursor=(), now=NOW):
    direct = Direct(world)
    return GitHub(direct, now).estimate(VISION, dict(cursor)), len(direct.requests)


def test_a_first_harvest_is_told_by_two_requests_before_it_is_paid(world):
    told, asked = estimate(world)
    world.points = 0
    _, requests = walk(world)

    assert asked == 2
    assert {one.name: one.items for one in told.lists if not one.is_least} == {
        "changes": 200,
        "issues": 90,
        "discussions": 10,
        "releases": 5,
    }
    assert requests <= told.requests <= 2 * requests
    assert world.points <= told.points <= 1.5 * world.points


@pytest.mark.parametrize("size", [1, 25, 40, 50])
@pytest.mark.parametrize("stream", [one for one in STREAMS if one.is_counted], ids=lambda s: s.name)
@pytest.mark.parametrize("walk", ["Backfill", "Sweep"])
def test_the_points_of_a_page_are_those_that_github_charges(stream, walk, size):
    asked = {"repository": "R_7", "page": size, "after": None, "files": True}
    charged = cost_of(document(queries()), f"{stream.name.title()}{walk}", asked)

    assert points_of(stream.lists, size) == charged.points


def test_a_harvest_that_was_stopped_counts_what_is_left(world):
    cursor, _ = walk(world, pages=4)
    told, asked = estimate(world, cursor)

    assert asked == 1
    assert 0 < told.lists[0].items == 200 - cursor["seen"]


def test_of_updates_only_their_least_number_is_known(world):
    cursor, _ = walk(world)
    for number in (201, 202):
        world.changes.append(Change(number, LI, WU, updated=LATER.isoformat()))
    told, _ = estimate(world, cursor, LATER)

    (changes,) = told.lists
    assert (changes.name, changes.items, changes.is_least) == ("changes", 2, True)


def test_nothing_new_takes_the_request_that_tells_it(world):
    cursor, _ = walk(world)
    told, asked = estimate(world, cursor, LATER)

    assert (told.lists, told.requests, asked) == ([], 1, 1)


def test_another_repository_under_the_number_is_not_told_of(world):
    cursor, _ = walk(world)
    stranger = RepositoryRecord("github.com", "666", "lab/vision")

    with pytest.raises(SourceNotFoundError):
        GitHub(Direct(world), NOW).estimate(stranger, cursor)
