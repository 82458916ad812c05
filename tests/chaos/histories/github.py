"""A repository on GitHub: changes with reviews, issues, discussions, releases."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from harvesters.forges.github import GitHub
from tests.chaos.history import GRAPH, PATH, Truth, read
from tests.github_nodes import discussion, release
from tests.github_world import Change, Direct, GitHubWorld, account, issue, moment, review

PEOPLE = [account(number, f"person-{number}") for number in range(100, 140)]
CHANGES, ISSUES = 60, 40


class GitHubHistory:
    """GitHub tells its lists by cursors, and all of an item at once."""

    source = f"github:{PATH}"
    faults = GRAPH
    tells_time = False

    def __init__(self, seed: int, _home: Path) -> None:
        self.world = GitHubWorld()
        self._chance = random.Random(seed)
        self._number = self._reviews = 0
        self._add(CHANGES, ISSUES)
        for number in range(1, 4):
            self.world.discussions.append(discussion(number, PEOPLE[number]))
            self.world.releases.append(release(number, PEOPLE[0]))

    @property
    def least(self) -> int:
        world = self.world
        lists = (world.changes, world.issues, world.discussions, world.releases)
        return sum(map(len, lists)) + sum(len(change.reviews) for change in world.changes)

    def variables(self, url: str) -> Mapping[str, str]:
        return {"OPENCREDITS_GITHUB_URL": url}

    def now(self) -> datetime:
        return datetime.now(UTC)

    def grow(self) -> None:
        touched = moment(self._number).replace("00:00Z", "30:00Z")
        for change in self._chance.sample(self.world.changes, 3):
            change.title, change.updated = f"Retitled after {self._number}", touched
            change.reviews = [*change.reviews, self._review(change)]
        for one in self._chance.sample(self.world.issues, 3):
            one |= {"title": f"Retitled after {self._number}", "updatedAt": touched}
        self._add(4, 4)

    def truth(self) -> Truth:
        return read(GitHub(Direct(self.world), datetime.now(UTC)))

    def _add(self, changes: int, issues: int) -> None:
        for _ in range(changes):
            self._number += 1
            author, merger = self._chance.choice(PEOPLE), PEOPLE[0]
            change = Change(self._number, author, merger)
            change.reviews = [self._review(change) for _ in range(self._chance.randrange(3))]
            self.world.changes.append(change)
        for _ in range(issues):
            self._number += 1
            self.world.issues.append(issue(self._number, self._chance.choice(PEOPLE)))

    def _review(self, change: Change) -> dict[str, object]:
        """A review by anybody but the author."""
        others = [person for person in PEOPLE[1:] if person != change.author]
        self._reviews += 1
        number = 10_000 + self._reviews
        return {**review(change.number, self._chance.choice(others)), "fullDatabaseId": str(number)}
