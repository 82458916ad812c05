"""A GitHub with all that is behind one address: its API, and a repository by git."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.github_nodes import Change, account, commit
from tests.github_world import GitHubWorld
from tests.repositories import BEGUN, GitRepository, git
from tests.simulator import ForgeSimulator, Reply, Request, World

LI = account(101, "liming")
MERGER = account(104, "maintainer")


@dataclass
class Hosted:
    """``world`` by API, and by git what ``server`` has, under the world's present name.

    ``api`` answers instead of the world, where its REST addresses are asked as well.
    """

    world: GitHubWorld
    server: World
    api: World | None = None

    def __call__(self, request: Request) -> Reply:
        if not is_git(request):
            return (self.api or self.world)(request)
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


def write(repository: GitRepository, changes: Sequence[Change]) -> None:
    """Let the repository hold ``changes``, each on a branch and squashed, all at once."""
    lines = ["commit refs/heads/main", "mark :1", _SIGNED, "data 5", "Begin"]
    for place, change in enumerate(changes, 1):
        for ref, mark in (
            (f"refs/pull/{change.number}/head", 2 * place),
            ("refs/heads/main", 2 * place + 1),
        ):
            message = f"{change.title} (#{change.number})"
            lines += [f"commit {ref}", f"mark :{mark}", _SIGNED, f"data {len(message)}", message]
            lines.append(f"from :{2 * place - 1}")
            for path, added, _deleted in change.files:
                text = "".join(f"{change.number} {line}\n" for line in range(added))
                lines += [f"M 100644 inline {path}", f"data {len(text)}", text]
    marks = repository.folder / "marks"
    told = "\n".join([*lines, ""]).encode()
    git(repository.folder, "fast-import", "--quiet", f"--export-marks={marks}", given=told)
    shas = dict(line.split() for line in marks.read_text("ascii").splitlines())
    for place, change in enumerate(changes, 1):
        change.base, change.head = shas[f":{2 * place - 1}"], shas[f":{2 * place}"]
        change.merge = shas[f":{2 * place + 1}"]
    repository.commits = [shas[f":{2 * place + 1}"] for place in range(len(changes) + 1)]


_SIGNED = f"committer Li Ming <li@example.org> {BEGUN} +0000"


def is_git(request: Request) -> bool:
    return ".git/" in request.path


def asked(simulator: ForgeSimulator) -> Sequence[str]:
    """What the API was asked, by the name of the query or by path."""
    return [
        (one.body or {}).get("operationName") or one.path
        for one in simulator.requests
        if not is_git(one)
    ]
