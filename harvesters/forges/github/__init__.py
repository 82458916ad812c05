"""GitHub, by GraphQL: pull requests with authors, reviews, files and threads; issues.

First everything by creation, an order that never changes, so that a harvest goes on where it
stopped; from then on what was updated since, newest first. The page halves when GitHub gives up
and grows a little while it is quick.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from harvesters.forge import (
    ContributionRecord,
    Cursor,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    Gap,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.github.queries import Found, ask
from harvesters.forges.github.records import change_records, issue_record

FIRST_PAGE, LARGEST_PAGE, GROWTH = 25, 50, 5
QUICK_SECONDS = 4.0
OVERLAP = timedelta(minutes=10)
"""A sweep looks back this far behind the start of the last one: clocks differ."""

MOST_MORE_PAGES = 100
"""Further pages read of one list in one pull request; GitHub itself stops at 3,000 files."""

BROKEN_PROMISES = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading raises where an answer is not as GitHub's schema says."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a harvest stands: ``stream`` and ``after`` inside of a sweep that ``began`` then.

    ``changes_since`` and ``issues_since`` tell how far the last whole sweep reached; empty
    before the first one ended.
    """

    stream: str = "changes"
    after: str = ""
    began: str = ""
    page: int = FIRST_PAGE
    changes_since: str = ""
    issues_since: str = ""

    @property
    def since(self) -> str:
        return self.issues_since if self.stream == "issues" else self.changes_since

    @property
    def is_at_rest(self) -> bool:
        return not self.began

    def as_cursor(self) -> Cursor:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _stand_of(cursor: Cursor, now: datetime) -> _Stand:
    known = {field.name: cursor[field.name] for field in fields(_Stand) if field.name in cursor}
    stand = _Stand(**known)
    return replace(stand, began=now.isoformat()) if stand.is_at_rest else stand


@dataclass(frozen=True, slots=True)
class GitHub:
    """One GitHub; ``now`` is when this harvest starts."""

    name: ClassVar[str] = "github"
    transport: Transport
    now: datetime

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look ``owner/name`` up; GitHub follows a rename by itself."""
        owner, name = _split(path)
        with _as_promised():
            found = ask(self.transport, "Repository", owner=owner, name=name)
            repository = found.data["repository"]
            return RepositoryRecord(
                host=repository["url"].split("/")[2],
                external_id=str(repository["databaseId"]),
                path=repository["nameWithOwner"],
                url=repository["url"],
            )

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Pull requests and reviews, then issues; every page can be the last before a crash."""
        stand = _stand_of(cursor, self.now)
        names = {repository.path}
        while True:
            try:
                with _as_promised():
                    page, stand = self._page(stand, repository)
            except ForgeOverloadedError as error:
                stand = _asking_less(stand, error)
                continue
            except SourceNotFoundError:
                repository = self._found_again(repository, names)
                continue
            yield page
            if page.is_last:
                return

    def _page(self, stand: _Stand, repository: RepositoryRecord) -> tuple[Page, _Stand]:
        """The next page, and where the harvest stands behind it."""
        found = self._ask(stand, repository.path)
        connection = _connection(found, stand, repository)
        nodes = [node if node is None else self._whole(node) for node in connection["nodes"]]
        records, gaps = _read(nodes, found, stand, repository)
        behind = _next(stand, connection, found.seconds)
        page = Page(
            records,
            behind.as_cursor(),
            gaps,
            total=_total(found),
            is_last=behind.is_at_rest,
            items=len(nodes),
        )
        return page, behind

    def _ask(self, stand: _Stand, path: str) -> Found:
        owner, name = _split(path)
        operation = f"{stand.stream.title()}{'Sweep' if stand.since else 'Backfill'}"
        asked = {"owner": owner, "name": name, "page": stand.page, "after": stand.after or None}
        return ask(self.transport, operation, **asked)

    def _found_again(self, repository: RepositoryRecord, names: set[str]) -> RepositoryRecord:
        """The repository under the name that its number has now; ``names`` were tried."""
        with _as_promised():
            answer = self.transport.request("GET", f"/repositories/{repository.external_id}")
            present = str(answer.body["full_name"])
        if present in names:
            raise SourceNotFoundError(f"{present} shows nothing to us at present.")
        names.add(present)
        return replace(repository, path=present)

    def _whole(self, node: Node) -> Node:
        """``node`` with what its page had no room for."""
        more = {
            name: self._all_of(node, name, operation)
            for name, operation in _OVERFLOWING
            if name in node and _of(node, name)["pageInfo"]["hasNextPage"]
        }
        return {**node, **more} if more else node

    def _all_of(self, node: Node, name: str, operation: str) -> Node:
        connection = node[name]
        nodes = list(connection["nodes"])
        end = ""
        for _ in range(MOST_MORE_PAGES):
            if not connection["pageInfo"]["hasNextPage"]:
                break
            end = _end_of(connection, end)
            found = ask(self.transport, operation, id=node["id"], after=end)
            connection = _of(found.data["node"], name)
            nodes += connection["nodes"]
        return {**connection, "nodes": nodes}


_OVERFLOWING = (
    ("files", "MoreFiles"),
    ("commits", "MoreCommits"),
    ("reviews", "MoreReviews"),
    ("reviewThreads", "MoreThreads"),
)
_NO_FILES: Node = {"nodes": [], "pageInfo": {"hasNextPage": False}}


def _of(node: Node, name: str) -> Node:
    """The list ``name`` of ``node``: GitHub may keep the files to itself, and nothing else."""
    connection: Node | None = node[name]
    if connection is None and name == "files":
        return _NO_FILES
    if connection is None:
        raise ForgeOverloadedError(f"GitHub left out the {name} of a pull request.")
    return connection


@contextmanager
def _as_promised() -> Iterator[None]:
    try:
        yield
    except BROKEN_PROMISES as error:
        raise ForgeAnswerError(
            f"GitHub's answer is not what its schema promises: {error!r:.200}"
        ) from error


def _split(path: str) -> tuple[str, str]:
    owner, _, name = path.strip("/").partition("/")
    if not owner or not name or "/" in name:
        raise SourceNotFoundError(f"'{path}' is no repository on GitHub. Write OWNER/NAME.")
    return owner, name


def _connection(found: Found, stand: _Stand, repository: RepositoryRecord) -> Node:
    """The asked page of pull requests or issues.

    Raises:
        SourceNotFoundError: another repository has the name now.
    """
    answered = found.data["repository"]
    if answered is None:
        raise SourceNotFoundError(f"GitHub does not show {repository.path}.")
    if str(answered["databaseId"]) != repository.external_id:
        raise SourceNotFoundError(f"{repository.path} is another repository now.")
    connection: Node = answered["issues" if stand.stream == "issues" else "pullRequests"]
    return connection


def _read(
    nodes: Sequence[Node | None], found: Found, stand: _Stand, repository: RepositoryRecord
) -> tuple[list[ContributionRecord], list[Gap]]:
    records: list[ContributionRecord] = []
    gaps: list[Gap] = []
    word, read = _READERS[stand.stream]
    for place, node in enumerate(nodes):
        number = (
            f"{place + 1} after {stand.after or 'the start'}" if node is None else node["number"]
        )
        subject = f"{word} {number}"
        if why := found.hidden_in(place):
            gaps.append(Gap(subject, f"GitHub does not show all of it to us: {why}"))
        if node is None:
            continue
        try:
            told = read(node, repository)
        except BROKEN_PROMISES as error:
            gaps.append(Gap(subject, f"GitHub's answer lacks what it promises: {error!r:.200}"))
            continue
        records += told
        if told[0].facts.get("sizes", {}) is None:
            gaps.append(Gap(f"size of {subject}", "GitHub does not list all of its files"))
    return records, gaps


def _issue_records(node: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    return [issue_record(node, repository)]


_READERS = {
    "changes": ("pull request", change_records),
    "issues": ("issue", _issue_records),
}


def _next(stand: _Stand, connection: Node, seconds: float) -> _Stand:
    """Behind this page: further on in the stream, in the next one, or at rest."""
    size = min(stand.page + GROWTH, LARGEST_PAGE) if seconds < QUICK_SECONDS else stand.page
    stand = replace(stand, page=size)
    if connection["pageInfo"]["hasNextPage"] and not _reaches_back(stand, connection):
        return replace(stand, after=_end_of(connection, stand.after))
    reached = (datetime.fromisoformat(stand.began) - OVERLAP).isoformat()
    if stand.stream == "changes":
        return replace(stand, stream="issues", after="", changes_since=reached)
    return replace(stand, stream="changes", after="", began="", issues_since=reached)


def _reaches_back(stand: _Stand, connection: Node) -> bool:
    """Whether a sweep, newest first, came to what the last one saw already."""
    if not stand.since:
        return False
    since = datetime.fromisoformat(stand.since)
    moments = (node["updatedAt"] for node in connection["nodes"] if node is not None)
    return any(datetime.fromisoformat(moment) < since for moment in moments)


def _end_of(connection: Node, before: str) -> str:
    end = connection["pageInfo"]["endCursor"]
    if not end or end == before:
        raise ForgeAnswerError("GitHub's page leads to itself.")
    return str(end)


def _total(found: Found) -> int | None:
    """Pull requests and issues together, which a backfill asks for."""
    answered = found.data["repository"]
    counts = [answered.get(name, {}).get("totalCount") for name in ("pullRequests", "issues")]
    return None if None in counts else sum(counts)


def _asking_less(stand: _Stand, error: ForgeOverloadedError) -> _Stand:
    """The same place with half of the page; raises `ForgeBusyError` where one is too many."""
    if stand.page <= 1:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
    return replace(stand, page=stand.page // 2)
