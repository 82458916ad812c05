"""A model on the Hugging Face Hub: commits, pull requests, discussions."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from harvesters.forges.huggingface import HuggingFace
from tests.chaos.history import PATH, REST, Truth, read
from tests.huggingface_world import (
    Direct,
    Discussion,
    HuggingFaceWorld,
    account,
    comment,
    commit,
    pushed,
    turned,
)
from tests.kept_files import OWN_RULES

LI, WU, LEAD = account(101, "li"), account(102, "wu"), account(104, "lead")
COMMITS, DISCUSSIONS = 90, 45
PAGE = 15


class HuggingFaceHistory:
    """The Hub lists commits from one commit down, and discussions without a time of update."""

    source = f"huggingface:{PATH}"
    faults = REST
    tells_time = False

    def __init__(self, seed: int, _home: Path) -> None:
        self.world = HuggingFaceWorld(page_size=PAGE)
        self._chance = random.Random(seed)
        self._number = 0
        self._add(COMMITS, DISCUSSIONS)

    @property
    def least(self) -> int:
        said = sum(event["type"] == "comment" for event in self._events())
        return len(self.world.commits) + len(self.world.discussions) + said + 2

    def variables(self, url: str) -> Mapping[str, str]:
        return {"OPENCREDITS_HUGGINGFACE_URL": url}

    def now(self) -> datetime:
        return datetime.now(UTC)

    def grow(self) -> None:
        for one in self._chance.sample(self.world.discussions, 3):
            self._number += 1
            one.events = [*one.events, comment(50_000 + self._number, WU)]
        self._add(5, 3)

    def truth(self) -> Truth:
        direct = Direct(self.world)
        return read(HuggingFace(direct, "127.0.0.1", datetime.now(UTC), direct))

    def _events(self):
        return (event for one in self.world.discussions for event in one.events)

    def _add(self, commits: int, discussions: int) -> None:
        for _ in range(commits):
            self.world.commits.append(commit(len(self.world.commits) + 1, LI))
        self.world.files[OWN_RULES] = f"# {len(self.world.commits)}".encode()
        for _ in range(discussions):
            self._number += 1
            self.world.discussions.append(_discussed(len(self.world.discussions) + 1))


def _discussed(number: int) -> Discussion:
    """Every third is a pull request that was merged."""
    if number % 3:
        return Discussion(number, LI, "open", is_pull_request=False)
    events = [
        pushed(10_000 + number, LI),
        comment(20_000 + number, WU),
        turned(30_000 + number, LEAD, "merged"),
    ]
    return Discussion(number, LI, events=events)
