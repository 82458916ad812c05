"""What is read of a repository on GitHub: its streams, in the order in which they are walked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from harvesters.forge import (
    ContributionRecord,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.github.advisories import (
    advisories_mark,
    advisory_records,
    list_advisories,
)
from harvesters.forges.github.changes import change_records
from harvesters.forges.github.contradictions import contradicts, refuse_contradiction
from harvesters.forges.github.discussions import discussion_records
from harvesters.forges.github.issues import issue_records
from harvesters.forges.github.listing import Listing
from harvesters.forges.github.nodes import Node
from harvesters.forges.github.overflow import complete
from harvesters.forges.github.pulls import add_files, add_rebased
from harvesters.forges.github.queries import ask, end_of
from harvesters.forges.github.releases import release_records
from harvesters.forges.github.stand import CHANGES, Stand, mark_of
from harvesters.history import GitTransport

LONGEST_DRAFT = timedelta(days=90)
"""A release is published at most so long after its draft was begun, or is not noticed."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One list of a repository, and how it is asked for and read.

    ``mark`` tells from an outlook and the time what the latest is; an empty one, that there is
    nothing. ``count`` tells how many items there are, where it ``is_counted``. An item is called
    by ``word`` and by what it says under ``label``. Its page asks for so many ``lists`` within
    each item, by which GitHub counts the points.
    """

    name: str
    word: str
    label: str
    mark: Callable[[Node, datetime], str]
    count: Callable[[Node], int]
    fetch: Callable[[Transport, Stand, RepositoryRecord, GitTransport | None], Listing]
    read: Callable[[Node, RepositoryRecord], list[ContributionRecord]]
    lists: int = 0
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """A stream that GraphQL lists under ``field`` of a repository.

    A sweep goes from the latest ``moment`` down to what the last one reached; ``lateness`` is how
    long after that moment an item may still appear.
    """

    name: str
    field: str
    moment: str = "updatedAt"
    lateness: timedelta = timedelta(0)

    def mark(self, outlook: Node, _now: datetime) -> str:
        latest, count = outlook[self.field]["nodes"], self.count(outlook)
        if bool(latest) != bool(count):
            raise contradicts(f"{len(latest)} latest items of {count}")
        return mark_of(latest[0]["updatedAt"], count) if latest else ""

    def count(self, outlook: Node) -> int:
        return int(outlook[self.field]["totalCount"])

    def fetch(
        self,
        transport: Transport,
        stand: Stand,
        repository: RepositoryRecord,
        git: GitTransport | None,
    ) -> Listing:
        since = stand.reached.get(self.name, "")
        operation = f"{self.name.title()}{'Sweep' if since else 'Backfill'}"
        found = ask(
            transport,
            operation,
            repository=stand.node,
            page=stand.page,
            after=stand.after or None,
            **self._files_asked(git),
        )
        if found.data["repository"] is None:
            raise SourceNotFoundError(f"GitHub does not show {repository.path}.")
        connection: dict[str, Any] = found.data["repository"][self.field]
        items = connection["nodes"]
        refuse_contradiction(
            connection,
            seen=stand.seen,
            moment=self.moment if since else "createdAt",
            is_falling=bool(since),
        )
        hidden = {
            place: why
            for place in range(len(items))
            if (why := found.hidden_below("repository", self.field, "nodes", place))
        }
        if git is not None and self.name == CHANGES:
            add_files(git, items)
        hidden = complete(transport, items, hidden)
        if git is not None and self.name == CHANGES:
            add_rebased(git, items)
        goes_on = connection["pageInfo"]["hasNextPage"] and not self._reaches_back(since, items)
        end = end_of(connection, stand.after) if goes_on else ""
        return Listing(items, end, hidden, seconds=found.seconds)

    def _files_asked(self, git: GitTransport | None) -> dict[str, Any]:
        """Of pull requests, whether GitHub shall list the files, which git may know."""
        return {"files": git is None} if self.name == CHANGES else {}

    def _reaches_back(self, since: str, items: Sequence[Node | None]) -> bool:
        """Whether a sweep, latest first, came to what the last one saw already."""
        if not since:
            return False
        floor = datetime.fromisoformat(since) - self.lateness
        moments = (item[self.moment] for item in items if item is not None)
        return any(datetime.fromisoformat(moment) < floor for moment in moments)


def _listed(
    connection: Connection,
    word: str,
    read: Callable[[Node, RepositoryRecord], list[ContributionRecord]],
    label: str = "number",
    lists: int = 0,
) -> Stream:
    return Stream(
        connection.name,
        word,
        label,
        connection.mark,
        connection.count,
        connection.fetch,
        read,
        lists,
    )


STREAMS: Sequence[Stream] = (
    _listed(Connection(CHANGES, "pullRequests"), "pull request", change_records, lists=27),
    _listed(Connection("issues", "issues"), "issue", issue_records, lists=3),
    _listed(Connection("discussions", "discussions"), "discussion", discussion_records, lists=1),
    _listed(
        Connection("releases", "releases", moment="createdAt", lateness=LONGEST_DRAFT),
        "release",
        release_records,
        label="tagName",
    ),
    Stream(
        "advisories",
        "advisory",
        "ghsa_id",
        advisories_mark,
        lambda _: 0,
        list_advisories,
        advisory_records,
        is_counted=False,
    ),
)
