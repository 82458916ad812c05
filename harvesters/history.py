"""How a history of commits is walked, page by page, whoever keeps the cursor.

A commit is kept by its hash, so that a history that was rewritten, or is read again, doubles
nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from harvesters.changesets import ChangeSet
from harvesters.forge import Cursor, ForgeError, Gap, Page
from harvesters.gitlog import Commit
from harvesters.own_rules import OWN_RULES, NotTextError

PAGE_SIZE = 500

Read = Callable[[Iterable[Commit]], Page]
"""What makes records of a page of commits."""


class GitTransport(Protocol):
    """Runs git on one repository; see `harvesters.transports.git`."""

    def check(self) -> None:
        """Raise `SourceNotFoundError` where there is no repository with a commit."""

    def refresh(self) -> Iterator[None]:
        """Bring it up to date; yields now and then, where that takes its time."""

    def identify(self) -> tuple[str, str]:
        """What the repository is called here: a stable id and a path to show."""

    def remote_url(self) -> str:
        """The address it was cloned from, or an empty text."""

    def head(self) -> str:
        """The newest commit of the default branch; raises `SourceNotFoundError`."""

    def is_ancestor(self, sha: str, head: str) -> bool:
        """Whether ``head`` was built on ``sha``."""

    def cut(self) -> str:
        """Where a shallow clone ends; an empty text for a whole one."""

    def count(self, head: str) -> int:
        """How many commits there are up to ``head``."""

    def pages(self, after: str, head: str, *, skip: int, size: int) -> Iterator[Iterable[Commit]]:
        """The commits after ``after``, or all, up to ``head``, without the first ``skip``.

        Parents come first, always in the same order; a page is read before the next is asked for.
        """

    def changed(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], ChangeSet]:
        """What the second commit of each pair changed since it left the first.

        A pair of which that cannot be told is missing in the answer.
        """

    def text_at(self, commit: str, path: str) -> str | None:
        """The text of a file as it stands in ``commit``; None where there is none to be read.

        Raises:
            NotTextError: it is no text.
            ForgeError: that cannot be told.
        """

    def line(self, sha: str, count: int) -> Sequence[Commit]:
        """``sha`` and its first parents, ``count`` in all, without sizes; none if it is unknown."""


def walk_history(git: GitTransport, cursor: Cursor, newest: str, read: Read) -> Iterator[Page]:
    """Commits since ``cursor`` up to ``newest``; from the first on where history was rewritten.

    A cursor in mid-history names the stretch (``base`` to ``head``) and how much of it is
    ``done``; one at rest names the last ``commit``. That of a shallow clone also says where it
    is ``cut``: once it is deepened, it is read from its first commit on.
    """
    cut = git.cut()
    mark = {"cut": cut} if cut else {}
    base, head, done = _stretch(git, cursor if cursor.get("cut", "") == cut else {}, newest)
    while True:
        for page in _walk(git, base, head, done, read):
            yield replace(page, cursor={**page.cursor, **mark})
        if head == newest:
            yield _last_page(git, head, {"commit": head, **mark})
            return
        yield Page([], {"commit": head, **mark})
        base, head, done = head, newest, 0


def _last_page(git: GitTransport, head: str, behind: Cursor) -> Page:
    """The end of a sweep, with the project's own rules as they stand in ``head``."""
    last = Page([], behind, is_last=True)
    try:
        files = {OWN_RULES: git.text_at(head, OWN_RULES)}
    except NotTextError as error:
        return replace(last, gaps=[Gap(OWN_RULES, str(error))])
    except ForgeError:
        return last
    return replace(last, files=files, subjects=[OWN_RULES])


def _stretch(git: GitTransport, cursor: Cursor, newest: str) -> tuple[str, str, int]:
    """What to read: after which commit, up to which, and how many to skip."""
    head = str(cursor.get("head", ""))
    if head and git.is_ancestor(head, newest):
        return str(cursor.get("base", "")), head, int(cursor.get("done", 0))
    last = str(cursor.get("commit") or cursor.get("base") or "")
    known = last if last and git.is_ancestor(last, newest) else ""
    return known, newest, 0


def _walk(git: GitTransport, base: str, head: str, done: int, read: Read) -> Iterator[Page]:
    if base == head:
        return
    total = git.count(head)
    for commits in git.pages(base, head, skip=done, size=PAGE_SIZE):
        page = read(commits)
        done += page.items or 0
        yield replace(page, cursor={"base": base, "head": head, "done": done}, total=total)
