"""Plain git: every commit of the default branch, with authors, trailers and sizes, for no API cost.

What the commands print is described in git-log(1).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from harvesters.commits import read_commits
from harvesters.forge import Cursor, Page, RepositoryRecord
from harvesters.history import GitTransport, walk_history
from harvesters.people import GIT_HOST

_WEB = re.compile(
    r"(?:https?://(?:[^@/]+@)?|git@|ssh://git@)(?P<host>github\.com|gitlab\.com|gitee\.com"
    r"|codeberg\.org|huggingface\.co)[:/](?P<path>[\w./-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True, slots=True)
class Git:
    """One git repository; ``now`` tells which dates lie in the future.

    ``forges`` tells the kinds of forges whose noreply addresses hold numbers, by host.
    """

    name: ClassVar[str] = "git"
    transport: GitTransport
    now: datetime
    forges: Mapping[str, str] = field(default_factory=dict)

    def find_repository(self, path: str) -> RepositoryRecord:
        """The repository at ``path``, which the transport has opened."""
        self.transport.check()
        return self._record(path)

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Commits since the cursor; empty pages say that we live while they are fetched.

        Each says which repository it is: a folder may hold another one than before.
        """
        present = self._record(repository.path)
        for _ in self.transport.refresh():
            yield Page([], cursor, repository=present)
        read = partial(read_commits, address=present.url, now=self.now, forges=self.forges)
        for page in walk_history(self.transport, cursor, self.transport.head(), read):
            yield replace(page, repository=present)

    def _record(self, path: str) -> RepositoryRecord:
        """What the repository is, for no request: its address says it, or its folder."""
        key, shown = self.transport.identify()
        return RepositoryRecord(
            GIT_HOST, key, shown or path, web_address(self.transport.remote_url())
        )


def web_address(remote: str) -> str:
    """The page of a repository on a forge whose addresses we know; else an empty text."""
    match = _WEB.fullmatch(remote)
    return f"https://{match['host']}/{match['path']}" if match else ""
