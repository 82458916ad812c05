"""Plain git: every commit of the default branch, with authors, trailers and sizes, for no API cost.

What the commands print is described in git-log(1). A commit is kept by its hash, so that a
history that was rewritten, or is read again, doubles nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

from harvesters.filekinds import sizes_by_kind
from harvesters.forge import (
    ContributionRecord,
    Cursor,
    Gap,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.gitlog import (
    Commit,
    Trailer,
    closes_of,
    pull_requests_of,
    reverts_of,
    trailers_of,
)
from harvesters.people import GIT_HOST, actor_of, ai_assistance

PAGE_SIZE = 500
MOST_FILES = 200
FORGES_OWN_EMAILS = frozenset({"noreply@github.com", "noreply@gitlab.com", "noreply@gitee.com"})
FIRST_PLAUSIBLE = datetime(1990, 1, 1, tzinfo=UTC)

_WEB = re.compile(
    r"(?:https?://(?:[^@/]+@)?|git@|ssh://git@)(?P<host>github\.com|gitlab\.com|gitee\.com"
    r"|codeberg\.org|huggingface\.co)[:/](?P<path>[\w./-]+?)(?:\.git)?/?"
)


class GitTransport(Protocol):
    """Runs git on one repository; see `harvesters.transports.git`."""

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
        self.transport.head()
        key, shown = self.transport.identify()
        return RepositoryRecord(
            GIT_HOST, key, shown or path, web_address(self.transport.remote_url())
        )

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Commits since the cursor; from the first on where the history was rewritten.

        A cursor in mid-history names the stretch (``base`` to ``head``) and how much of it is
        ``done``; one at rest names the last ``commit``. That of a shallow clone also says where it
        is ``cut``: once it is deepened, it is read from its first commit on.
        """
        newest, cut = self.transport.head(), self.transport.cut()
        mark = {"cut": cut} if cut else {}
        base, head, done = self._stretch(cursor if cursor.get("cut", "") == cut else {}, newest)
        while True:
            for page in self._walk(repository.url, base, head, done):
                yield replace(page, cursor={**page.cursor, **mark})
            yield Page([], {"commit": head, **mark}, is_last=head == newest)
            if head == newest:
                return
            base, head, done = head, newest, 0

    def _stretch(self, cursor: Cursor, newest: str) -> tuple[str, str, int]:
        """What to read: after which commit, up to which, and how many to skip."""
        head = str(cursor.get("head", ""))
        if head and self.transport.is_ancestor(head, newest):
            return str(cursor.get("base", "")), head, int(cursor.get("done", 0))
        last = str(cursor.get("commit") or cursor.get("base") or "")
        known = last if last and self.transport.is_ancestor(last, newest) else ""
        return known, newest, 0

    def _walk(self, address: str, base: str, head: str, done: int) -> Iterator[Page]:
        if base == head:
            return
        total = self.transport.count(head)
        for commits in self.transport.pages(base, head, skip=done, size=PAGE_SIZE):
            page = self._parse(commits, address)
            done += page.items or 0
            yield replace(page, cursor={"base": base, "head": head, "done": done}, total=total)

    def _parse(self, commits: Iterable[Commit], address: str) -> Page:
        records: list[ContributionRecord] = []
        gaps: list[Gap] = []
        items = 0
        for commit in commits:
            items += 1
            try:
                records.append(parse_commit(commit, address, self.now, self.forges))
            except (ValueError, OverflowError) as error:
                gaps.append(Gap(f"commit {commit.sha[:12]}", f"its date cannot be told: {error}"))
            if commit.files is None and len(commit.parents) < 2:  # noqa: PLR2004 - not a merge
                gaps.append(Gap(f"size of {commit.sha[:12]}", "the clone lacks its files"))
        return Page(records, {}, gaps, items=items)


def parse_commit(
    commit: Commit, address: str, now: datetime, forges: Mapping[str, str] | None = None
) -> ContributionRecord:
    """A commit as a contribution.

    Raises:
        ValueError, OverflowError: its date lies outside of what can be told.
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=commit.authored_at)
    trailers = trailers_of(commit.message)
    return ContributionRecord(
        external_id=commit.sha,
        kind=Kind.COMMIT,
        occurred_at=moment,
        state="merged",
        title=commit.subject or "(no message)",
        url=f"{address}/commit/{commit.sha}" if address else "",
        participants=_participants(commit, trailers, forges),
        facts=_facts(commit, trailers, is_suspect=not FIRST_PLAUSIBLE <= moment <= now + _A_DAY),
    )


_A_DAY = timedelta(days=1)


def _facts(commit: Commit, trailers: Sequence[Trailer], *, is_suspect: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"sizes": None, "is_merge": len(commit.parents) > 1}
    if commit.files is not None:
        facts |= _sizes(commit)
    told = {
        "pull_requests": pull_requests_of(commit),
        "closes": closes_of(commit.message),
        "reverts": reverts_of(commit.message),
        "trailers": [[trailer.kind, trailer.name] for trailer in trailers],
        "ai_assistance": ai_assistance(trailers),
        "date_suspect": is_suspect,
    }
    return facts | {name: value for name, value in told.items() if value}


def _sizes(commit: Commit) -> dict[str, Any]:
    files = commit.files or ()
    largest = sorted(files, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
    return {
        "sizes": sizes_by_kind(files),
        "files": [list(file) for file in largest[:MOST_FILES]],
        "files_count": len(files),
    }


def _participants(
    commit: Commit, trailers: Sequence[Trailer], forges: Mapping[str, str] | None
) -> list[Participant]:
    """The author, each co-author once, reviewers, and a committer who is somebody else."""
    author = actor_of(*commit.author, forges)
    parts = [Participant(author, Role.AUTHOR)]
    seen = {(author.host, author.external_id)}
    for trailer in trailers:
        role = _ROLES.get(trailer.kind)
        if role is None:
            continue
        actor = actor_of(trailer.name, trailer.email, forges)
        key = (actor.host, actor.external_id)
        if role is Role.REVIEWER or key not in seen:
            parts.append(Participant(actor, role))
            seen.add(key)
    committer = actor_of(*commit.committer, forges)
    is_forge = commit.committer[1].lower() in FORGES_OWN_EMAILS
    if not is_forge and (committer.host, committer.external_id) not in seen:
        parts.append(Participant(committer, Role.COMMITTER))
    return parts


_ROLES = {"co-authored-by": Role.CO_AUTHOR, "reviewed-by": Role.REVIEWER}


def web_address(remote: str) -> str:
    """The page of a repository on a forge whose addresses we know; else an empty text."""
    match = _WEB.fullmatch(remote)
    return f"https://{match['host']}/{match['path']}" if match else ""
