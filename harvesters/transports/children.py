"""Runs git, without the machine's and the user's configuration, hooks, prompts or replacements.

A child writes into a file that lies in no folder, so that it never waits for its reader: git is at
the next page of a history while the last one is stored. Each is limited in time, some in the size
of what they write; what a child has begun itself ends with it.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Self

from harvesters.forge import ForgeError
from harvesters.transports.addresses import authorities

CHUNK_BYTES = 1 << 16

_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
    *("-c", "safe.directory=*", "-c", "protocol.allow=never"),
    *("-c", "diff.renameLimit=1000", "-c", "i18n.logOutputEncoding=UTF-8"),
    *("-c", "log.showSignature=false", "-c", "core.quotePath=false"),
    *("-c", "diff.suppressBlankEmpty=false"),
    *("-c", "diff.context=3", "-c", "diff.interHunkContext=0"),
    *("--no-replace-objects", "--no-pager", "--no-optional-locks"),
)
_LIMITED = ("/bin/sh", "-c", 'ulimit -f "$0" && exec "$@"')
"""Of all that begins a program under a limit, what POSIX has: blocks of 512 bytes for each file."""
BLOCK_BYTES = 512
_TOO_LARGE = f"died of signal {int(signal.SIGXFSZ)}".encode()


class GitFailedError(ForgeError):
    """git stopped with an error."""


class TooLargeError(GitFailedError):
    """git was stopped because it wrote too much."""


class GitChild:
    """One run of git in ``directory``, begun at once; ``with`` ends it, whatever happens.

    Neither what it says nor a file that it writes grows beyond ``largest`` bytes: a repository of
    a stranger's may name files without end. ``secrets`` are told to git by its environment, which
    only we may read: neither on a command line nor on a disk.
    """

    def __init__(
        self,
        directory: Path,
        arguments: Sequence[str],
        *,
        seconds: float,
        given: str = "",
        largest: int | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        with ExitStack() as files:
            self._said = files.enter_context(tempfile.TemporaryFile())
            self._errors = files.enter_context(tempfile.TemporaryFile())
            limit = (*_LIMITED, str(largest // BLOCK_BYTES)) if largest else ()
            command = [*limit, "git", "-C", str(directory), *_OPTIONS, *arguments]
            self._process = self._begun(command, given, secrets or {})
            self._files = files.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, if it still runs, and forget what it said."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._files.close()

    def beats(self, seconds: float) -> Iterator[None]:
        """A beat every so often, as long as it runs and may."""
        while (left := self._deadline - time.monotonic()) > 0:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(min(seconds, left))
                return
            yield

    def output(self) -> IO[bytes]:
        """What git said, once it has ended well.

        Raises:
            GitFailedError: with git's own last line, or the limit that stopped it.
        """
        try:
            code = self._process.wait(max(0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise GitFailedError(f"git took more than {self._seconds} seconds.") from error
        if code == -signal.SIGXFSZ:
            raise TooLargeError("it is larger than what we take.")
        if code < 0:
            raise GitFailedError(f"git was stopped: {signal.strsignal(-code)}.")
        if code > 0:
            self._errors.seek(0)
            errors = self._errors.read()
            if _TOO_LARGE in errors:
                raise TooLargeError("it is larger than what we take.")
            raise GitFailedError(_last_line(errors) or f"git ended with {code}.")
        return self.said()

    def said(self) -> IO[bytes]:
        """What it has said so far, be it by half."""
        self._said.seek(0)
        return self._said

    def pieces(self) -> Iterator[bytes]:
        """What git said, split at NUL."""
        said = self.output()
        rest = b""
        while chunk := said.read(CHUNK_BYTES):
            *pieces, rest = (rest + chunk).split(b"\0")
            yield from pieces
        if rest:
            yield rest

    def _begun(
        self, command: Sequence[str], given: str, secrets: Mapping[str, str]
    ) -> "subprocess.Popen[bytes]":
        with tempfile.TemporaryFile() as stdin:
            stdin.write(given.encode("ascii"))
            stdin.seek(0)
            try:
                return subprocess.Popen(  # noqa: S603 - no shell, our own arguments
                    command,
                    stdin=stdin,
                    stdout=self._said,
                    stderr=self._errors,
                    env={**_environment(), **secrets},
                    process_group=0,
                )
            except FileNotFoundError as error:
                raise GitFailedError("git is not installed: apt-get install git") from error


def ask_git(directory: Path, arguments: Sequence[str], *, seconds: float) -> str:
    """What git answers, without the white space around it.

    Raises:
        GitFailedError: it answered no.
    """
    with GitChild(directory, arguments, seconds=seconds) as child:
        return child.output().read().decode("utf-8", "replace").strip()


def _environment() -> dict[str, str]:
    trusted = authorities()
    return {
        **({"GIT_SSL_CAINFO": trusted} if isinstance(trusted, str) else {}),
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


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
