"""A GitHub on loopback with all that is behind one address: its API, and a repository by git."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from django.conf import LazySettings

from harvesters.forges.github.queries import queries
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import HarvestReport, harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.sources import open_forge
from tests.git_server import GitServer
from tests.github_nodes import Change, commit
from tests.github_played import LI, MERGER, NOW
from tests.github_world import GitHubWorld, document
from tests.repositories import GitRepository
from tests.simulator import ForgeSimulator, Reply, Request

__all__ = ["harvest", "hosted", "merging", "repository", "simulator"]

TOKEN = "ghp_0123456789"
SOURCE = "github:lab/vision"


@dataclass
class Hosted:
    """``world`` by API, and by git what lies in ``server``, under the world's present name."""

    world: GitHubWorld
    server: GitServer

    def __call__(self, request: Request) -> Reply:
        if not is_git(request):
            return self.world(request)
        _, _, rest = request.path.partition(".git")
        is_named = request.path.startswith(f"/{self.world.path}.git/")
        return self.server(replace(request, path=f"/vision{rest}")) if is_named else Reply(404)


@dataclass
class Merging:
    """Merges pull requests in the three ways of GitHub, in ``world`` and in its repository.

    Each adds files of ten lines, one in each of its commits.
    """

    world: GitHubWorld
    repository: GitRepository
    author: bytes = b"Li Ming <li@example.org>"
    files: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def newest(self) -> str:
        return self.repository.commits[-1]

    def push(self, message: str, name: str) -> str:
        """A commit without a pull request."""
        self._add(name)
        return self.repository.commit(message.encode(), self.files, author=self.author)

    def squash(self, number: int, *names: str) -> Change:
        base, written = self.newest, self._pulled(number, names)
        message = f"Add {' and '.join(names)} (#{number})"
        merge = self.repository.commit(message.encode(), self.files, author=self.author)
        return self._told(number, base, written, merge, message)

    def merge(self, number: int, *names: str) -> Change:
        base, written = self.newest, self._pulled(number, names)
        message = f"Merge pull request #{number} from liming/part"
        parents = [base, written[-1][0]]
        merge = self.repository.commit(message.encode(), self.files, parents=parents)
        change = self._told(number, base, written, merge, message)
        change.parents = 2
        return change

    def rebase(self, number: int, *names: str) -> Change:
        base, before = self.newest, dict(self.files)
        written = self._pulled(number, names)
        self.files = before
        self.push("Pushed meanwhile", f"meanwhile{number}.py")
        for name in names:
            self.push(f"Add {name}", name)
        return self._told(number, base, written, self.newest, f"Add {names[-1]}")

    def _add(self, name: str) -> None:
        lines = "".join(f"{name} = {line}\n" for line in range(10))
        self.files = {**self.files, name.encode(): lines.encode()}

    def _pulled(self, number: int, names: Sequence[str]) -> list[tuple[str, str]]:
        """The commits of a pull request, on top of the newest, and their messages."""
        written: list[tuple[str, str]] = []
        for name in names:
            self._add(name)
            parent = written[-1][0] if written else self.newest
            sha = self.repository.commit(
                f"Add {name}".encode(),
                self.files,
                author=self.author,
                parents=[parent],
                ref=f"refs/pull/{number}/head",
            )
            written.append((sha, f"Add {name}"))
        return written

    def _told(
        self,
        number: int,
        base: str,
        written: Sequence[tuple[str, str]],
        merge: str,
        message: str,
    ) -> Change:
        change = Change(
            number,
            LI,
            MERGER,
            title=f"Change {number}",
            files=[(text.removeprefix("Add "), 10, 0) for _, text in written],
            commits=[commit(oid=sha, message=text) for sha, text in written],
            head=written[-1][0],
            base=base,
            merge=merge,
            message=message,
        )
        self.world.changes.append(change)
        return change


def is_git(request: Request) -> bool:
    return ".git/" in request.path


def asked(simulator: ForgeSimulator) -> Sequence[str]:
    """What the API was asked, by the name of the query or by path."""
    return [
        (one.body or {}).get("operationName") or one.path
        for one in simulator.requests
        if not is_git(one)
    ]


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """What GitHub serves by git."""
    return GitRepository.at(tmp_path / "served" / "vision")


@pytest.fixture
def hosted(repository: GitRepository) -> Hosted:
    return Hosted(GitHubWorld(history=repository), GitServer(repository.folder.parent))


@pytest.fixture
def merging(hosted: Hosted, repository: GitRepository) -> Merging:
    """Merges into a repository that was begun."""
    made = Merging(hosted.world, repository)
    made.push("Begin", "begin.py")
    return made


@pytest.fixture
def simulator(hosted: Hosted, settings: LazySettings, tmp_path: Path):
    document(queries())  # Built before anybody waits for it.
    settings.HOME = tmp_path / "home"
    with ForgeSimulator(hosted).serving() as serving:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = serving.url, TOKEN
        yield serving


@pytest.fixture
def harvest(simulator: ForgeSimulator):
    """Harvest it once, as a worker does; the report."""

    def once(now=NOW, on_page=None, clock=None) -> HarvestReport:
        cursor = HarvestCursor.objects.first()
        if cursor is None:
            forge, path = open_forge(SOURCE, now=now)
            cursor = register_source(SOURCE, forge.find_repository(path), now=now)
        leased = lease_source(cursor, now=now)
        return harvest_source(leased, clock=clock or (lambda: now), on_page=on_page)

    return once
