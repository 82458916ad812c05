"""Git repositories: local ones read as they are, remote ones fetched bare.

Repositories come from strangers; how git is run on them, `harvesters.transports.children` says.
"""

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from harvesters.changesets import ChangeSet
from harvesters.forge import ForgeAnswerError, SourceNotFoundError
from harvesters.gitlog import LOG_FORMAT, Commit, read_log
from harvesters.gitstream import read_patches
from harvesters.transports.addresses import PUBLIC, Reach
from harvesters.transports.children import GitChild, GitFailedError, ask_git
from harvesters.transports.diffs import PATCHES, SIZES, Pair, changed
from harvesters.transports.fetching import QUICK_SECONDS, Remote, check, fetch
from harvesters.transports.files import text_at

READ_SECONDS = 1800
LARGEST_LOG = 128 << 20
AHEAD = 2
"""So many pages are read at once, each by a git of its own."""
FETCHED_REF = "refs/opencredits/head"
_WITH_PULLS = (f"+HEAD:{FETCHED_REF}", "+refs/pull/*/head:refs/opencredits/pull/*")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REMOTE = re.compile(r"(https|http)://[^\s/@]+(/[^\s]*)?")
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*::?//|[a-z0-9+.-]+::|[^/\s]+@[^/\s]+:", re.IGNORECASE)

_WHICH = ("--no-walk=unsorted", "--stdin", f"--format={LOG_FORMAT}")
_LOG = ("log", *_WHICH, "-z", *PATCHES)
_SIZE_LOG = ("log", *_WHICH, "-z", *SIZES)
_BARE_LOG = ("rev-list", *_WHICH, "--no-commit-header")
"""Without sizes, and so even without trees, which ``git log`` wants to see."""


@dataclass(frozen=True, slots=True)
class GitProcess:
    """git on one repository: ``directory`` holds it, ``start`` names its newest commit."""

    directory: Path
    start: str
    address: str

    def check(self) -> None:
        self.head()

    def refresh(self) -> Iterator[None]:
        """A repository on this machine is as it is."""
        yield from ()

    def identify(self) -> tuple[str, str]:
        origin = self.remote_url() or self.address
        key = "url:" + hashlib.sha256(_normal(origin).encode()).hexdigest()
        parts = [part for part in re.split(r"[/:]", _normal(origin)) if part]
        return key, "/".join(parts[-2:]) if _REMOTE.fullmatch(origin) else parts[-1]

    def remote_url(self) -> str:
        if _REMOTE.fullmatch(self.address):
            return self.address
        try:
            return self._ask("config", "--get", "remote.origin.url")
        except GitFailedError:
            return ""

    def head(self) -> str:
        """The newest commit of the default branch.

        Raises:
            SourceNotFoundError: there is no commit yet.
        """
        try:
            return self._ask("rev-parse", "--verify", "--quiet", f"{self.start}^{{commit}}")
        except GitFailedError as error:
            raise SourceNotFoundError(
                f"{self.address} has no commit on its default branch yet; there is nothing "
                "to harvest."
            ) from error

    def is_ancestor(self, sha: str, head: str) -> bool:
        if not _SHA.fullmatch(sha):
            return False
        try:
            self._ask("merge-base", "--is-ancestor", sha, head)
        except GitFailedError:
            return False
        return True

    def count(self, head: str) -> int:
        arguments = ("rev-list", "--count", head)
        return int(ask_git(self.directory, arguments, seconds=READ_SECONDS))

    def shas(self, after: str, head: str, *, skip: int) -> Iterator[str]:
        arguments = ("rev-list", "--topo-order", "--reverse", *_range(after, head))
        with GitChild(self.directory, arguments, seconds=READ_SECONDS) as child:
            for line in islice(child.output(), skip, None):
                yield line.decode("ascii").strip()

    def pages(self, after: str, head: str, *, skip: int, size: int) -> Iterator[Iterable[Commit]]:
        """``size`` commits at a time; git is at the next while the caller is at these."""
        shas = self.shas(after, head, skip=skip)
        begun: deque[tuple[Sequence[str], GitChild]] = deque()
        try:
            while page := list(islice(shas, size)):
                begun.append((page, self._log(page, _LOG)))
                if len(begun) == AHEAD:
                    yield self._commits(*begun.popleft())
            while begun:
                yield self._commits(*begun.popleft())
        finally:
            for _, child in begun:
                child.stop()

    def _commits(self, shas: Sequence[str], child: GitChild) -> Iterator[Commit]:
        """The commits named; where git lacks what it takes to tell a size, it is unknown."""
        cut = self._shallow()
        for commit in self._told(shas, child):
            whole = self._measured(commit) if commit.diff is None else commit
            yield replace(whole, diff=None) if commit.sha in cut else whole

    def _told(self, shas: Sequence[str], child: GitChild) -> Iterator[Commit]:
        """What ``child`` tells; where it fails, it goes on behind the commit that let it fail."""
        while True:
            told = 0
            with child:
                is_whole = _ended_well(child)
                for commit in read_patches(child.said(), is_whole=is_whole):
                    told += 1
                    yield commit
            rest = shas[told:]
            if is_whole and rest:
                raise ForgeAnswerError(f"git told {told} of {len(shas)} commits of {self.address}.")
            if not rest:
                return
            yield self._alone(rest[0])
            shas = rest[1:]
            if not shas:
                return
            child = self._log(shas, _LOG)

    def _alone(self, sha: str) -> Commit:
        """One commit that git may be unable to tell with its patch."""
        with self._log([sha], _LOG) as child:
            if _ended_well(child) and (found := list(read_patches(child.said()))):
                return found[0]
        return self._only([sha], _BARE_LOG, with_sizes=False)

    def _measured(self, commit: Commit) -> Commit:
        """A commit whose patch is too large to be read, by the numbers of its lines."""
        try:
            return self._only([commit.sha], _SIZE_LOG, with_sizes=True)
        except GitFailedError:
            return commit

    def _only(self, shas: Sequence[str], command: Sequence[str], *, with_sizes: bool) -> Commit:
        with self._log(shas, command) as child:
            for commit in read_log(child.pieces(), with_sizes=with_sizes):
                return commit
        raise ForgeAnswerError(f"git does not tell {shas[0]} of {self.address}.")

    def _log(self, shas: Sequence[str], command: Sequence[str]) -> GitChild:
        return self._child(command, "\n".join(shas))

    def _child(self, arguments: Sequence[str], given: str = "") -> GitChild:
        return GitChild(
            self.directory, arguments, seconds=READ_SECONDS, given=given, largest=LARGEST_LOG
        )

    def changed(self, pairs: Sequence[Pair]) -> dict[Pair, ChangeSet]:
        clean = [pair for pair in pairs if all(map(_SHA.fullmatch, pair))]
        return changed(self.directory, clean)

    def text_at(self, commit: str, path: str) -> str | None:
        return text_at(self.directory, commit, path)

    def line(self, sha: str, count: int) -> list[Commit]:
        if not _SHA.fullmatch(sha):
            return []
        which = ("--first-parent", f"--max-count={count}", sha)
        arguments = ("rev-list", "--no-commit-header", f"--format={LOG_FORMAT}", *which)
        with self._child(arguments) as child:
            try:
                return list(read_log(child.pieces(), with_sizes=False))
            except GitFailedError:
                return []

    def cut(self) -> str:
        shallow = "\n".join(sorted(self._shallow()))
        return hashlib.sha256(shallow.encode()).hexdigest() if shallow else ""

    def _shallow(self) -> frozenset[str]:
        """Commits whose parents a shallow clone lacks: they would seem to add every file."""
        path = self.directory / self._ask("rev-parse", "--git-path", "shallow")
        try:
            return frozenset(path.read_text(encoding="ascii").split())
        except OSError:
            return frozenset()

    def _ask(self, *arguments: str) -> str:
        return ask_git(self.directory, arguments, seconds=QUICK_SECONDS)


@dataclass(frozen=True, slots=True)
class GitClone(GitProcess):
    """git on what was fetched of ``address`` into ``directory``, as far as ``reach`` lets us."""

    reach: Reach
    refspecs: Sequence[str] = _WITH_PULLS[:1]
    token: Callable[[], str] = str

    def check(self) -> None:
        check(self._remote())

    def refresh(self) -> Iterator[None]:
        yield from fetch(self.directory, self._remote(), self.refspecs)

    def _remote(self) -> Remote:
        return Remote(self.address, self.reach, self.token())


def open_git(address: str, home: Path, reach: Reach = PUBLIC) -> GitProcess:
    """The repository at ``address``: a path on this machine, or an https address to be fetched.

    Raises:
        SourceNotFoundError: no such repository, or an address that is not taken.
    """
    if _REMOTE.fullmatch(address):
        return GitClone(_folder(home, _normal(address)), FETCHED_REF, address, reach)
    if not is_path(address):
        raise SourceNotFoundError(
            f"'{address}' is not an address we read. Write a path, or https://host/owner/name."
        )
    return _local(Path(address).expanduser())


def open_clone(
    address: str, home: Path, name: str, reach: Reach, token: Callable[[], str]
) -> GitClone:
    """A clone, to be fetched from ``address``, of the default branch and all pull requests.

    It stays under its ``name``, however the repository is called. ``token`` is asked for when
    it is needed.
    """
    return GitClone(_folder(home, name), FETCHED_REF, address, reach, _WITH_PULLS, token)


def is_path(address: str) -> bool:
    """Whether ``address`` is meant as a path on this machine."""
    is_elsewhere = _REMOTE.fullmatch(address) or _OTHER_SCHEME.match(address)
    return not address.startswith("-") and is_elsewhere is None


def _local(path: Path) -> GitProcess:
    if not path.exists():
        raise SourceNotFoundError(f"There is no folder {path}. Check the path.")
    if not path.is_dir():
        raise SourceNotFoundError(f"{path} is a file. Name the folder of a git repository.")
    resolved = path.resolve()
    try:
        ask_git(resolved, ("rev-parse", "--git-dir"), seconds=QUICK_SECONDS)
    except GitFailedError as error:
        raise SourceNotFoundError(
            f"{path} is not a git repository. Name the folder that holds .git, or a bare one."
        ) from error
    return GitProcess(resolved, "HEAD", str(resolved))


def _ended_well(child: GitChild) -> bool:
    try:
        child.output()
    except GitFailedError:
        return False
    return True


def _folder(home: Path, name: str) -> Path:
    return home / "git" / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.git"


def _range(after: str, head: str) -> tuple[str, ...]:
    return (head, f"^{after}") if after else (head,)


def _normal(address: str) -> str:
    return address.rstrip("/").removesuffix(".git").removesuffix("/")
