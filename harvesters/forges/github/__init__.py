"""GitHub, by GraphQL: pull requests with authors, reviews, files and threads; issues.

First everything by creation, an order that never changes, so that a harvest goes on where it
stopped; from then on what was updated since, newest first. The page halves when GitHub gives up
and grows a little while it is quick.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from harvesters.forge import (
    ContributionRecord,
    Cursor,
    ForgeAnswerError,
    ForgeOverloadedError,
    Gap,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.github.queries import Found, ask
from harvesters.forges.github.records import change_records, issue_record
from harvesters.forges.github.stand import (
    Node,
    Stand,
    asking_less,
    begun,
    end_of,
    next_stand,
    refuse_contradiction,
    stand_of,
)

MOST_MORE_PAGES = 100
"""Further pages read of one list in one pull request; GitHub itself stops at 3,000 files."""

BROKEN_PROMISES = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading raises where an answer is not as GitHub's schema says."""


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
        stand = stand_of(cursor, self.now)
        names = {repository.path}
        while True:
            try:
                with _as_promised():
                    page, stand = self._page(stand, repository)
            except ForgeOverloadedError as error:
                stand = asking_less(stand, error)
                continue
            except SourceNotFoundError:
                repository = self._found_again(repository, names)
                continue
            yield page
            if page.is_last:
                return

    def _page(self, stand: Stand, repository: RepositoryRecord) -> tuple[Page, Stand]:
        """The next page, and where the harvest stands behind it."""
        found = self._ask(stand, repository.path)
        connection = _connection(found, stand, repository)
        refuse_contradiction(stand, connection)
        if not stand.seen and stand.stream == "changes":
            stand = replace(stand, began=begun(found, self.now))
        nodes = [node if node is None else self._whole(node) for node in connection["nodes"]]
        records, gaps = _read(nodes, found, stand, repository)
        behind = next_stand(stand, connection, found.seconds)
        page = Page(
            records,
            behind.as_cursor(),
            gaps,
            total=_total(found),
            is_last=behind.is_at_rest,
            items=len(nodes),
        )
        return page, behind

    def _ask(self, stand: Stand, path: str) -> Found:
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
            end = end_of(connection, end)
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


def _connection(found: Found, stand: Stand, repository: RepositoryRecord) -> Node:
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
    nodes: Sequence[Node | None], found: Found, stand: Stand, repository: RepositoryRecord
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


def _total(found: Found) -> int | None:
    """Pull requests and issues together, which a backfill asks for."""
    answered = found.data["repository"]
    counts = [answered.get(name, {}).get("totalCount") for name in ("pullRequests", "issues")]
    return None if None in counts else sum(counts)
