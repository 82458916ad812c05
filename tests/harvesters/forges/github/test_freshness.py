"""Which repositories have nothing new: one request for a hundred of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from harvesters.forge import ForgeBusyError, RepositoryRecord
from harvesters.forges.github import GitHub
from tests.github_many import LI, Many
from tests.github_nodes import Change, discussion, issue, release
from tests.github_reading import NOW
from tests.github_world import Direct

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def many():
    return Many(5)


@pytest.fixture
def direct(many):
    return Direct(many)


@pytest.fixture
def cursors(many, direct):
    """Every repository, harvested."""
    found = []
    for world in many.worlds:
        repository = RepositoryRecord("github.com", str(world.number), world.path)
        *_, page = GitHub(direct, NOW).harvest(repository, {})
        found.append((repository, page.cursor))
    direct.requests.clear()
    return found


def test_one_request_tells_of_all_that_nothing_is_new(direct, cursors):
    assert GitHub(direct, LATER).unchanged(cursors) == {"1", "2", "3", "4", "5"}
    assert len(direct.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.changes.append(Change(2, LI)),
        lambda world: setattr(world.changes[0], "updated", LATER.isoformat()),
        lambda world: world.issues.append(issue(1, LI)),
        lambda world: world.discussions.append(discussion(1, LI)),
        lambda world: world.releases.append(release(1, LI)),
        lambda world: world.changes.clear() or world.changes.append(Change(9, LI)),
    ],
    ids=["a change", "an update", "an issue", "a discussion", "a release", "one for another"],
)
def test_whatever_is_new_is_noticed(many, direct, cursors, change):
    change(many.worlds[2])

    assert GitHub(direct, LATER).unchanged(cursors) == {"1", "2", "4", "5"}


def test_what_vanished_or_contradicts_itself_counts_as_changed(many, direct, cursors):
    many.worlds[1].number = 666

    assert GitHub(direct, LATER).unchanged(cursors) == {"1", "3", "4", "5"}


def test_what_was_never_harvested_to_its_end_counts_as_changed(direct, cursors):
    repository, cursor = cursors[0]
    begun = [(repository, {}), (repository, {**cursor, "began": NOW.isoformat()})]

    assert GitHub(direct, LATER).unchanged(begun) == set()
    assert direct.requests == []


def test_advisories_are_due_the_next_day(direct, cursors):
    assert GitHub(direct, NOW + timedelta(days=1)).unchanged(cursors) == set()


def test_more_than_a_hundred_take_a_request_for_each_hundred(direct, cursors):
    GitHub(direct, LATER).unchanged(cursors * 50)

    assert [len(one.body["variables"]["ids"]) for one in direct.requests] == [100, 100, 50]


class Overloaded(Direct):
    """Gives up on more than two at once."""

    most = 2

    def request(self, method, path, **asked):
        answer = super().request(method, path, **asked)
        if len(asked["body"]["variables"]["ids"]) <= self.most:
            return answer
        return replace(answer, body={"data": None, "errors": [{"message": "timeout"}]})


def test_too_many_at_once_are_asked_for_in_halves(many, cursors):
    overloaded = Overloaded(many)

    assert GitHub(overloaded, LATER).unchanged(cursors) == {"1", "2", "3", "4", "5"}


def test_a_github_that_gives_up_on_everything_is_left_alone_soon(many, cursors):
    overloaded = Overloaded(many)
    overloaded.most = 0

    assert GitHub(overloaded, LATER).unchanged(cursors * 20) == set()
    assert len(overloaded.requests) == 1 + 2 + 4


def test_a_limit_is_the_callers_to_wait_for(many, cursors):
    class Limited(Direct):
        def request(self, *_, **__):
            raise ForgeBusyError("The limit is used up.", retry_at=LATER)

    with pytest.raises(ForgeBusyError):
        GitHub(Limited(many), LATER).unchanged(cursors)
