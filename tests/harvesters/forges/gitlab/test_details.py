"""GraphQL is a help, not a need: what it does not tell, REST does, and soon it is left alone."""

import pytest

from harvesters.forges.gitlab import GitLab
from harvesters.forges.gitlab.graph import AT_ONCE, DETAILS, OUTLOOK
from tests.gitlab_described import complexity
from tests.gitlab_items import Commit, Note, Thread
from tests.gitlab_played import LI, NOW, WU, change, world_of
from tests.gitlab_world import HOME, Direct


class Harvested:
    """A world of merge requests, read by GraphQL as far as that tells."""

    def __init__(self, world):
        self.rest, self.graphql = Direct(world), Direct(world, "/api")
        pages = list(GitLab(self.rest, NOW, self.graphql).harvest(HOME.record, {}))
        self.records = [record for page in pages for record in page.records]
        self.gaps = [gap for page in pages for gap in page.gaps]

    @property
    def by_rest(self):
        whole = [path.partition("/merge_requests/") for path in self.rest.asked]
        return [part for _, _, part in whole if part]

    def sizes(self):
        return [one.facts["sizes"] for one in self.records if one.kind == "change"]


@pytest.fixture
def world():
    return world_of(changes=45, issues=0, releases=0)


def test_no_question_is_more_complex_than_gitlab_allows():
    asked = {"ids": ["1"], "iids": ["1"] * AT_ONCE, "count": AT_ONCE}

    assert complexity(DETAILS, asked) <= 150
    assert complexity(OUTLOOK, {"ids": ["1"]}) <= 50


@pytest.mark.parametrize(
    ("plenty", "part"),
    [
        ({"commits": [Commit(message=f"Step {n}") for n in range(101)]}, "commits"),
        ({"threads": [Thread([Note(n, WU)]) for n in range(51)]}, "discussions"),
        ({"threads": [Thread([Note(n, WU) for n in range(51)], resolved=True)]}, "discussions"),
        ({"files": []}, "diffs"),
    ],
    ids=["commits", "threads", "answers", "files that it does not tell"],
)
def test_what_graphql_has_no_room_for_is_asked_of_rest(world, plenty, part):
    world.changes[7] = change(8, **plenty)

    harvested = Harvested(world)

    assert set(harvested.by_rest) == {f"8/{part}"}
    assert harvested.gaps == []
    assert len(harvested.sizes()) == 45


def test_a_change_that_graphql_fails_on_is_found_by_halving_and_asked_of_rest(world):
    world.changes[7] = change(8, graph_fails=True)

    harvested = Harvested(world)

    assert sorted(harvested.by_rest) == ["8/commits", "8/diffs", "8/discussions"]
    assert harvested.sizes() == [{"code": [12, 3]}] * 45
    assert len(harvested.graphql.asked) <= 15


def test_graphql_that_fails_on_everything_is_left_alone(world):
    for number, one in enumerate(world.changes):
        world.changes[number] = change(one.number, graph_fails=True)

    harvested = Harvested(world)

    assert len(harvested.by_rest) == 3 * 45
    assert harvested.sizes() == [{"code": [12, 3]}] * 45
    assert len(harvested.graphql.asked) <= 15


@pytest.mark.parametrize("field", ["internal", "diffStats"])
def test_an_old_server_that_does_not_know_a_field_is_asked_once(world, field):
    world.unknown_field = field

    harvested = Harvested(world)

    look = 1
    assert len(harvested.graphql.asked) == look + 1
    assert len(harvested.by_rest) == 3 * 45


def test_notes_that_graphql_does_not_tell_are_asked_of_rest(world):
    class Hiding(type(world.changes[0])):
        def graph(self):
            told = super().graph()
            return {**told, "discussions": type(self)(0, LI, threads=()).empty()}

        def empty(self):
            return super().graph()["discussions"]

    world.changes[7] = Hiding(8, LI, WU, threads=[Thread([Note(1, WU, path="a.py")])])

    harvested = Harvested(world)

    assert harvested.by_rest == ["8/discussions"]
    assert "1" in [one.external_id for one in harvested.records if one.kind == "comment"]


@pytest.mark.parametrize(("has_graphql", "requests"), [(True, 3), (False, 136)])
def test_what_a_harvest_would_take_is_told_beforehand(world, has_graphql, requests):
    world.has_graphql = has_graphql
    forge = GitLab(Direct(world), NOW, Direct(world, "/api"))

    told = {one.name: one for one in forge.estimate(HOME.record, {}).lists}

    assert told["merge_requests"].items == 45
    assert told["merge_requests"].requests == requests
    assert set(told) == {"merge_requests", "issues", "releases"}
