"""A repository on Gitee: pull requests with reviews and comments, issues, releases."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from harvesters.forges.gitee import Gitee
from tests.chaos.history import PATH, REST, Truth, read
from tests.gitee_world import (
    Direct,
    GiteeWorld,
    Pull,
    accepting,
    account,
    comment,
    commit,
    issue,
    moment,
    release,
)
from tests.kept_files import OWN_RULES

AUTHOR, REVIEWER, OTHER, MERGER = (
    account(number, f"person-{number}") for number in range(100, 104)
)
PULLS, ISSUES = 20, 110


class GiteeHistory:
    """Gitee lists the latest update first, and is asked four times more for a merged change."""

    source = f"gitee:{PATH}"
    faults = REST
    tells_time = False

    def __init__(self, seed: int, _home: Path) -> None:
        self.world = GiteeWorld(releases=[release(1, MERGER)])
        self._chance = random.Random(seed)
        self._number = 0
        self._add(PULLS, ISSUES)
        self._rule()

    @property
    def least(self) -> int:
        world = self.world
        comments = sum(len(pull.comments) for pull in world.pulls)
        lists = (world.issues, world.releases, world.files)
        return 2 * len(world.pulls) + comments + sum(map(len, lists))

    def variables(self, url: str) -> Mapping[str, str]:
        return {"OPENCREDITS_GITEE_URL": url}

    def now(self) -> datetime:
        return datetime.now(UTC)

    def grow(self) -> None:
        touched = moment(self._number + 0.5)
        for pull in self._chance.sample(self.world.pulls, 2):
            pull.title, pull.updated = f"改名于 {self._number}", touched
            said = comment(70_000 + 100 * pull.number + len(pull.comments), OTHER, "src/分词.py")
            pull.comments = [*pull.comments, said]
        for one in self._chance.sample(self.world.issues, 4):
            one |= {"title": f"改名于 {self._number}", "updated_at": touched}
        self._add(2, 4)
        self._rule()

    def truth(self) -> Truth:
        return read(Gitee(Direct(self.world), "127.0.0.1", datetime.now(UTC)))

    def _rule(self) -> None:
        """A push to the default branch."""
        self.world.pushed = moment(self._number)
        self.world.files[OWN_RULES] = f"# 第 {self._number} 版".encode()

    def _add(self, pulls: int, issues: int) -> None:
        for _ in range(pulls):
            self._number += 1
            number = self._number
            self.world.pulls.append(
                Pull(
                    number,
                    AUTHOR,
                    MERGER,
                    assignees=[accepting(REVIEWER)],
                    commits=[commit(sha=f"{number:040x}"), commit(sha=f"{number:038x}ff")],
                    comments=[comment(70_000 + 100 * number, OTHER, "src/分词.py")],
                )
            )
        # Two at a time in the same second.
        for place in range(issues):
            self._number += 1
            at = moment(self._number - place % 2)
            self.world.issues.append(issue(self._number, OTHER, created_at=at, updated_at=at))
