"""The only code that runs git: local repositories read as they are, remote ones fetched bare.

Repositories come from strangers. So git runs without the machine's and the user's configuration,
without hooks, textconv, replacement objects or prompts, by https or from this machine only, with
a time limit; its output is read as a stream.
"""

import hashlib
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harvesters.forge import ForgeAnswerError, ForgeError, SourceNotFoundError
from harvesters.gitlog import LOG_FORMAT, Commit, read_log

CHUNK_BYTES = 1 << 16
QUICK_SECONDS = 60
FETCH_SECONDS = 3600
READ_SECONDS = 1800
FETCHED_REF = "refs/opencredits/head"
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REMOTE = re.compile(r"(https|http)://[^\s/@]+(/[^\s]*)?")
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*::?//|[a-z0-9+.-]+::|[^/\s]+@[^/\s]+:", re.IGNORECASE)
_LOCAL_HOST = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)")

_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
    *("-c", "safe.directory=*", "-c", "protocol.allow=never"),
    *("-c", "protocol.https.allow=always", "-c", "protocol.http.allow=always"),
    *("-c", "protocol.file.allow=always", "-c", "http.followRedirects=false"),
    *("-c", "diff.renameLimit=1000", "-c", "i18n.logOutputEncoding=UTF-8"),
    *("-c", "log.showSignature=false", "-c", "core.quotePath=false"),
    *("--no-replace-objects", "--no-pager", "--no-optional-locks"),
)
_LOG = ("log", "--no-walk=unsorted", "--stdin", "-z", f"--format={LOG_FORMAT}")
_SIZES = ("--numstat", "--find-renames", "--no-ext-diff", "--no-textconv", "--no-color")


class GitFailedError(ForgeError):
    """git stopped with an error."""


@dataclass(frozen=True, slots=True)
class GitProcess:
    """git on one repository: ``directory`` holds it, ``start`` names its newest commit."""

    directory: Path
    start: str
    address: str

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

    def count(self, after: str, head: str) -> int:
        return int(self._ask("rev-list", "--count", *_range(after, head)))

    def shas(self, after: str, head: str, *, skip: int) -> Iterator[str]:
        arguments = ("rev-list", "--topo-order", "--reverse", *_range(after, head))
        with self._running(arguments, READ_SECONDS) as process:
            for number, line in enumerate(_stdout(process)):
                if number >= skip:
                    yield line.decode("ascii").strip()

    def commits(self, shas: Sequence[str]) -> list[Commit]:
        """The commits named; where git lacks what it takes to tell a size, it is unknown."""
        try:
            commits = self._log(shas, with_sizes=True)
        except GitFailedError:
            if len(shas) == 1:
                return self._log(shas, with_sizes=False)
            half = len(shas) // 2
            return [*self.commits(shas[:half]), *self.commits(shas[half:])]
        cut = self._shallow()
        return [_without_size(commit) if commit.sha in cut else commit for commit in commits]

    def _log(self, shas: Sequence[str], *, with_sizes: bool) -> list[Commit]:
        arguments = (*_LOG, *(_SIZES if with_sizes else ("--no-patch",)))
        with self._running(arguments, READ_SECONDS, "\n".join(shas)) as process:
            pieces = _split(_stdout(process))
            commits = list(read_log(pieces, with_sizes=with_sizes))
        if len(commits) != len(shas):
            raise ForgeAnswerError(
                f"git told {len(commits)} of {len(shas)} commits of {self.address}."
            )
        return commits

    def _shallow(self) -> frozenset[str]:
        """Commits whose parents a shallow clone lacks: they would seem to add every file."""
        path = self.directory / self._ask("rev-parse", "--git-path", "shallow")
        try:
            return frozenset(path.read_text(encoding="ascii").split())
        except OSError:
            return frozenset()

    def _ask(self, *arguments: str) -> str:
        return _run(self.directory, arguments, QUICK_SECONDS)

    @contextmanager
    def _running(
        self, arguments: Sequence[str], seconds: int, given: str = ""
    ) -> Iterator["subprocess.Popen[bytes]"]:
        process = subprocess.Popen(  # noqa: S603 - no shell, our own arguments
            _command(self.directory, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            with process:
                _feed(process, given)
                yield process
                _refuse_failure(process, seconds)
        finally:
            timer.cancel()
            process.kill()


def open_git(address: str, home: Path) -> GitProcess:
    """The repository at ``address``: a path on this machine, or an https address fetched anew.

    Raises:
        SourceNotFoundError: no such repository, or an address that is not taken.
    """
    if _REMOTE.fullmatch(address):
        return _fetched(address, home)
    if not is_path(address):
        raise SourceNotFoundError(
            f"'{address}' is not an address we read. Write a path, or https://host/owner/name."
        )
    return _local(Path(address).expanduser())


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
        _run(resolved, ("rev-parse", "--git-dir"), QUICK_SECONDS)
    except GitFailedError as error:
        raise SourceNotFoundError(
            f"{path} is not a git repository. Name the folder that holds .git, or a bare one."
        ) from error
    return GitProcess(resolved, "HEAD", str(resolved))


def _fetched(address: str, home: Path) -> GitProcess:
    if address.startswith("http://") and not _LOCAL_HOST.match(address):
        raise SourceNotFoundError(f"{address} is not encrypted. Write https://.")
    folder = home / "git" / f"{hashlib.sha256(_normal(address).encode()).hexdigest()[:32]}.git"
    folder.mkdir(parents=True, exist_ok=True)
    _run(folder, ("init", "--quiet", "--bare"), QUICK_SECONDS)
    fetch = ("fetch", "--quiet", "--no-tags", "--force", "--no-recurse-submodules")
    try:
        _run(folder, (*fetch, address, f"+HEAD:{FETCHED_REF}"), FETCH_SECONDS)
    except GitFailedError as error:
        raise SourceNotFoundError(f"{address} cannot be fetched: {error}") from error
    return GitProcess(folder, FETCHED_REF, address)


def _range(after: str, head: str) -> tuple[str, ...]:
    return (head, f"^{after}") if after else (head,)


def _command(directory: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "-C", str(directory), *_OPTIONS, *arguments]


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        # Nothing above the named folder is meant, even where it lies inside a repository.
        "GIT_CEILING_DIRECTORIES": "/",
    }


def _run(directory: Path, arguments: Sequence[str], seconds: int) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, our own arguments
            _command(directory, arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitFailedError(f"git took more than {seconds} seconds.") from error
    except FileNotFoundError as error:
        raise GitFailedError("git is not installed: apt-get install git") from error
    if done.returncode != 0:
        raise GitFailedError(_last_line(done.stderr) or f"git ended with {done.returncode}.")
    return done.stdout.decode("utf-8", "replace").strip()


def _refuse_failure(process: "subprocess.Popen[bytes]", seconds: int) -> None:
    errors = process.stderr.read() if process.stderr else b""
    code = process.wait()
    if code < 0:
        raise GitFailedError(f"git was stopped; it may take {seconds} seconds at most.")
    if code != 0:
        raise GitFailedError(_last_line(errors) or f"git ended with {code}.")


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def _feed(process: "subprocess.Popen[bytes]", given: str) -> None:
    """Hand over ``given``: at most a page of hashes, which a pipe holds."""
    if process.stdin is None:
        return
    process.stdin.write(given.encode("ascii"))
    process.stdin.close()


def _stdout(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    if process.stdout is None:
        raise GitFailedError
    return process.stdout


def _split(stream: IO[bytes]) -> Iterator[bytes]:
    """The NUL-separated pieces of ``stream``."""
    rest = b""
    while chunk := stream.read(CHUNK_BYTES):
        *pieces, rest = (rest + chunk).split(b"\0")
        yield from pieces
    if rest:
        yield rest


def _without_size(commit: Commit) -> Commit:
    return Commit(
        sha=commit.sha,
        parents=commit.parents,
        authored_at=commit.authored_at,
        author=commit.author,
        committer=commit.committer,
        message=commit.message,
        files=None,
    )


def _normal(address: str) -> str:
    return address.rstrip("/").removesuffix(".git").removesuffix("/")
