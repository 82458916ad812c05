"""A repository on Codeberg: pull requests with reviews, issues with triage, releases."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harvesters.forges.gitea import Gitea
from tests.chaos.history import PATH, REST, Truth, read
from tests.gitea_described import BEGAN, Account, moment
from tests.gitea_items import HOST, Commit, Event, Issue, Pull, Release, Remark, Review
from tests.gitea_world import Direct, GiteaWorld
from tests.kept_files import OWN_RULES

LI, WU, LEAD = Account(101, "liming"), Account(102, "wu"), Account(104, "maintainer")
PULLS, ISSUES = 14, 34
PAGE = 10
"""So few items are on a page of this server, that its lists are turned many pages."""


class GiteaHistory:
    """Gitea lists pull requests by update, issues by creation, and tells its time."""

    source = f"gitea:{HOST}/{PATH}"
    faults = REST
    tells_time = True

    def __init__(self, seed: int, _home: Path) -> None:
        self.world = GiteaWorld(most=PAGE)
        self._chance = random.Random(seed)
        self._number = 0
        self._hours = 0.0
        self._add(PULLS, ISSUES)
        self._release()
        self._rule()

    @property
    def least(self) -> int:
        world = self.world
        reviews = sum(2 * len(pull.reviews) for pull in world.pulls)
        events = sum(len(one.events) for one in world.issues)
        lists = (world.pulls, world.issues, world.releases, world.files)
        return sum(map(len, lists)) + reviews + events

    def variables(self, url: str) -> Mapping[str, str]:
        return {"OPENCREDITS_GITEA_URL": f"{HOST}={url}"}

    def now(self) -> datetime:
        return BEGAN + timedelta(hours=self._hours)

    def grow(self) -> None:
        touched = self._later()
        for pull in self._chance.sample(self.world.pulls, 2):
            pull.title, pull.updated = f"Retitled at {touched}", touched
            pull.reviews = [*pull.reviews, _review(pull)]
        for one in self._chance.sample(self.world.issues, 3):
            one.title, one.updated = f"Retitled at {touched}", touched
        self._add(2, 3)
        self._release()
        self._rule()

    def truth(self) -> Truth:
        return read(Gitea(Direct(self.world), HOST, datetime.now(UTC)))

    def _add(self, pulls: int, issues: int) -> None:
        for _ in range(pulls):
            self._number += 1
            at = self._later()
            written = [Commit(LI, "Li", "li@lab.example", sha=f"{self._number:040x}")]
            pull = Pull(self._number, LI, LEAD, commits=written, created=at, updated=at)
            pull.reviews = [_review(pull)]
            self.world.pulls.append(pull)
        for place in range(issues):
            self._number += 1
            # Two at a time in the same second.
            at = moment(self._hours) if place % 2 else self._later()
            labeled = Event(3_000 + self._number, "label", LEAD, label="bug", body="1", at=at)
            told = Issue(self._number, WU, labels=["bug"], events=[labeled], created=at, updated=at)
            self.world.issues.append(told)

    def _release(self) -> None:
        self._number += 1
        at = self._later()
        self.world.releases.append(Release(self._number, LEAD, tag=f"v{self._number}", at=at))

    def _rule(self) -> None:
        """A push to the default branch."""
        self.world.updated = self._later()
        self.world.files[OWN_RULES] = f"# {self.world.updated}".encode()

    def _later(self) -> str:
        """A minute passes."""
        self._hours += 1 / 60
        return moment(self._hours)


def _review(pull: Pull) -> Review:
    number = 1_000 * pull.number + len(pull.reviews)
    return Review(number, WU, remarks=[Remark(500_000 + number, WU, resolver=LI)])
