"""A repository that git itself serves over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from harvesters.forges.git import Git
from harvesters.transports.git import open_git
from tests.chaos.history import WIRE, Truth, read
from tests.git_server import GitServer
from tests.repositories import GitRepository

COMMITS, GROWTH = 600, 12


class GitHistory:
    """git fetches by itself: what breaks off in between, it asks for from the beginning."""

    source = ""
    faults = WIRE
    tells_time = False

    def __init__(self, _seed: int, home: Path) -> None:
        self._repository = GitRepository.at(home / "vision")
        self.world = GitServer(home)
        self._repository.grow(COMMITS)

    @property
    def least(self) -> int:
        return len(self._repository.commits)

    def variables(self, url: str) -> Mapping[str, str]:
        self.source = f"git:{url}/vision"
        return {"OPENCREDITS_FORGE_HOSTS": "127.0.0.1"}

    def now(self) -> datetime:
        return datetime.now(UTC)

    def grow(self) -> None:
        self._repository.grow(GROWTH)

    def truth(self) -> Truth:
        folder = self._repository.folder
        forge = Git(open_git(str(folder), folder), datetime.now(UTC))
        return read(forge)
