"""A project on GitLab: merge requests with threads and approvals, issues with triage, releases."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harvesters.forges.gitlab import GitLab
from tests.chaos.faults import GRAPHQL
from tests.chaos.history import PATH, REST, Truth, read
from tests.chaos.pages import Exchange, Spoil
from tests.gitlab_described import BEGAN, moment
from tests.gitlab_items import Account, Change, Commit, Event, Issue, Note, Release, Thread
from tests.gitlab_items import approval as approved
from tests.gitlab_world import Direct, GitLabWorld
from tests.kept_files import OWN_RULES
from tests.simulator import Fault, Reply

LI, WU, LEAD = Account(101, "liming"), Account(102, "wu"), Account(104, "maintainer")
CHANGES, ISSUES = 60, 24


def _of_graphql(fault: Fault) -> Spoil:
    """A fault of answers of GraphQL alone."""

    def spoil(exchange: Exchange) -> Reply:
        is_graphql = exchange.request.path.endswith("/graphql")
        return fault(exchange.reply) if is_graphql else exchange.reply

    return spoil


class GitLabHistory:
    """GitLab lists the oldest update first, and tells by GraphQL what belongs to many changes."""

    source = f"gitlab:{PATH}"
    faults = REST | {name: _of_graphql(fault) for name, fault in GRAPHQL.items()}
    tells_time = True

    def __init__(self, seed: int, _home: Path) -> None:
        self.world = GitLabWorld()
        self._chance = random.Random(seed)
        self._number = 0
        self._hours = 0.0
        self._add(CHANGES, ISSUES)
        self._release()
        self._rule()

    @property
    def least(self) -> int:
        world = self.world
        threads = sum(len(one.threads) for one in world.changes)
        lists = (world.changes, world.issues, world.releases, world.files)
        return sum(map(len, lists)) + threads

    def variables(self, url: str) -> Mapping[str, str]:
        return {"OPENCREDITS_GITLAB_URL": f"{url}/api/v4"}

    def now(self) -> datetime:
        return BEGAN + timedelta(hours=self._hours)

    def grow(self) -> None:
        touched = self._later()
        for change in self._chance.sample(self.world.changes, 3):
            change.title, change.updated = f"Retitled at {touched}", touched
            change.threads = [*change.threads, self._thread(touched)]
        for issue in self._chance.sample(self.world.issues, 3):
            issue.title, issue.updated = f"Retitled at {touched}", touched
        self._add(4, 4)
        self._release()
        self._rule()

    def truth(self) -> Truth:
        world = self.world
        return read(GitLab(Direct(world), datetime.now(UTC), Direct(world, "/api")))

    def _add(self, changes: int, issues: int) -> None:
        for place in range(changes):
            # Three at a time in the same moment.
            at = moment(self._hours) if place % 3 else self._later()
            self._number += 1
            sha = f"{self._number:040x}"
            change = Change(
                self._number, LI, LEAD, commits=[Commit(sha=sha)], created=at, updated=at
            )
            change.threads = [self._thread(at), self._approval(at)]
            self.world.changes.append(change)
        for _ in range(issues):
            at = self._later()
            self._number += 1
            labeled = Event(4_000 + self._number, LEAD, "bug", at=at)
            self.world.issues.append(
                Issue(self._number, WU, labels=["bug"], events=[labeled], created=at, updated=at)
            )

    def _thread(self, at: str) -> Thread:
        self._number += 1
        note = Note(500_000 + self._number, WU, path="src/config.py", at=at)
        return Thread([note], resolved=True)

    def _approval(self, at: str) -> Thread:
        self._number += 1
        thread = approved(500_000 + self._number, LEAD)
        thread.notes[0].at = at
        return thread

    def _release(self) -> None:
        self._number += 1
        at = self._later()
        self.world.releases.append(Release(f"v{self._number}", LEAD, at=at))

    def _rule(self) -> None:
        """A push to the default branch."""
        self.world.active = self._later()
        self.world.files[OWN_RULES] = f"# {self.world.active}".encode()

    def _later(self) -> str:
        """A minute passes."""
        self._hours += 1 / 60
        return moment(self._hours)
