"""The commits of a repository on GitHub: from git, at no API cost.

GitHub tells which commit is the newest; its hash vouches for all before it, wherever they were
fetched from. What cannot be fetched is a gap, and the API goes on without.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from harvesters.commits import read_commits
from harvesters.forge import ForgeError, Gap, Page, RepositoryRecord
from harvesters.forges.github.nodes import Node
from harvesters.forges.github.stand import (
    CHANGES,
    COMMITS,
    Stand,
    has_history,
    read_whole,
    unread,
)
from harvesters.history import GitTransport, walk_history

NEEDS_HISTORY = frozenset({COMMITS, CHANGES})


def commits_mark(outlook: Node) -> str:
    """When something was pushed last, and the newest commit; nothing of an empty repository."""
    branch = outlook["defaultBranchRef"]
    return f"{outlook['pushedAt']} {branch['target']['oid']}" if branch else ""


@dataclass(frozen=True, slots=True)
class History:
    """``git`` on a clone of ``repository``."""

    git: GitTransport
    repository: RepositoryRecord
    now: datetime

    def walk(self, stand: Stand) -> Iterator[tuple[Page, Stand]]:
        """Fetch what ``stand`` needs, and read the commits; with each page where we stand after."""
        if NEEDS_HISTORY.isdisjoint(stand.due) or not has_history(stand, self.now):
            return
        try:
            for _ in self.git.refresh():
                yield Page([], {}), stand
            for page in self._pages(stand):
                stand = replace(stand, git=page.cursor, commits=page.total or stand.commits)
                subjects = [*page.subjects, COMMITS] if page.is_last else []
                stand = read_whole(stand) if page.is_last else stand
                yield replace(page, total=stand.items, is_last=False, subjects=subjects), stand
        except ForgeError as error:
            stand = unread(stand, self.now)
            yield Page([], {}, [Gap(COMMITS, str(error))]), stand

    def _pages(self, stand: Stand) -> Iterator[Page]:
        newest = stand.due.get(COMMITS, "").rpartition(" ")[2]
        if not newest:
            return
        if not self.git.is_ancestor(newest, newest):
            raise ForgeError(f"What was fetched lacks the newest commit, {newest}.")
        hosts = {self.repository.host: "github"}
        read = partial(read_commits, address=self.repository.url, now=self.now, forges=hosts)
        yield from walk_history(self.git, stand.git, newest, read)
