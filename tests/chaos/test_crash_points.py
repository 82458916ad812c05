"""A harvest that dies at any of its commits is finished by the next: each item once."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forges.git import Git
from harvesters.forges.github import GitHub
from harvesters.models import (
    Actor,
    Contribution,
    HarvestCursor,
    HarvestGap,
    Participation,
    Repository,
)
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import LEASE
from harvesters.transports.git import open_git
from tests.chaos.crashing import CrashPoint, commits_of, dies
from tests.committing import *  # noqa: F403
from tests.github_world import Change, Direct, GitHubWorld, account, issue, review
from tests.repositories import GitRepository

pytestmark = pytest.mark.usefixtures("committed_db")

BEGUN = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI, WU = account(101, "liming"), account(102, "wu")
COMMITTERS = {"register_source", "lease_source", "store_page", "release"}


class History:
    """What a forge holds, harvested as often as it takes; each time is later than a lease."""

    def __init__(self, source, open_forge, items):
        self.source = source
        self.open_forge = open_forge
        self.items = items
        self.now = BEGUN

    def harvest(self):
        forge = self.open_forge(self.now)
        cursor = HarvestCursor.objects.filter(source=self.source).first() or register_source(
            self.source, forge.find_repository("lab/vision"), now=self.now
        )
        leased = lease_source(cursor, now=self.now)
        return harvest_repository(leased, forge, clock=lambda: self.now)

    def wait_for_the_lease_to_end(self):
        self.now += LEASE + timedelta(seconds=1)


@pytest.fixture
def github():
    world = GitHubWorld(
        [Change(number, LI, WU, reviews=[review(number, WU)]) for number in range(1, 31)],
        [issue(number, WU) for number in range(1, 6)],
    )
    return History("github:lab/vision", lambda now: GitHub(Direct(world), now), 65)


@pytest.fixture
def git(tmp_path):
    repository = GitRepository.at(tmp_path / "vision")
    repository.grow(520)
    folder = str(repository.folder)
    return History(f"git:{folder}", lambda now: Git(open_git(folder, tmp_path), now), 520)


@pytest.fixture(params=["github", "git"])
def history(request):
    return request.getfixturevalue(request.param)


def forget_everything():
    for model in (HarvestGap, HarvestCursor, Participation, Contribution, Actor, Repository):
        model.objects.all().delete()


def test_a_harvest_that_dies_at_any_commit_is_finished_by_the_next(history):
    committers = commits_of(history.harvest)
    assert {name.rpartition(".")[2] for name in committers} == COMMITTERS
    whole = told()
    assert len(whole) == history.items

    for number in range(1, len(committers) + 1):
        for is_before in (True, False):
            forget_everything()
            point = CrashPoint(number, is_before)
            dies(history.harvest, point)

            history.wait_for_the_lease_to_end()
            history.harvest()

            assert told() == whole, f"{point}: {committers[number - 1]}"
            assert HarvestCursor.objects.get().lease_until is None


def test_two_deaths_in_a_row_lose_and_double_nothing(history):
    committers = commits_of(history.harvest)
    whole = told()
    forget_everything()

    for number in range(1, len(committers)):
        dies(history.harvest, CrashPoint(min(number, 2), is_before=bool(number % 2)))
        history.wait_for_the_lease_to_end()
    history.harvest()

    assert told() == whole


def told():
    """Everything that is stored about each contribution and its people."""
    people = Participation.objects.values_list(
        "contribution__kind",
        "contribution__external_id",
        "contribution__digest",
        "actor__host",
        "actor__external_id",
        "role",
        "weight",
    )
    rows = sorted(Contribution.objects.values_list("kind", "external_id", "digest"))
    assert len({row[:2] for row in rows}) == len(rows)
    assert set(rows) == {person[:3] for person in people}
    return {row: sorted(person[3:] for person in people if person[:3] == row) for row in rows}
