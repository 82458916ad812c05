"""GitHub: commits by git; changes, reviews, comments, issues, discussions, releases by GraphQL.

A harvest begins with one look at what is new (`Outlook`), for up to a hundred repositories at
once. Git then tells what it knows, at no API cost. Each stream that has something new is walked
by the API: the first time by creation, an order that never changes, so that a harvest goes on
where it stopped; from then on what was updated since, newest first. The page halves when GitHub
gives up and grows a little while it is quick.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ClassVar, TypeVar

from harvesters.estimates import Estimate
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Cursor,
    ForgeAnswerError,
    ForgeOverloadedError,
    Gap,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
    authors_of,
)
from harvesters.forges.github.accounts import add_accounts
from harvesters.forges.github.forecast import forecast
from harvesters.forges.github.freshness import begin, unchanged
from harvesters.forges.github.history import History
from harvesters.forges.github.listing import Listing
from harvesters.forges.github.nodes import Node, actor_record
from harvesters.forges.github.queries import ask
from harvesters.forges.github.stand import (
    Stand,
    asking_less,
    has_history,
    learnt,
    moved_on,
    resumed,
    unread,
    walked,
)
from harvesters.forges.github.streams import STREAMS, Stream
from harvesters.history import GitTransport
from harvesters.numbers import number_of
from harvesters.sweep import BROKEN_PROMISES

Told = TypeVar("Told")
Step = Callable[[Stand, RepositoryRecord], Told]


@dataclass(frozen=True, slots=True)
class GitHub:
    """One GitHub; ``now`` is when this harvest starts.

    ``clones`` gives git on a clone of a repository; without it, no commits are read.
    """

    name: ClassVar[str] = "github"
    transport: Transport
    now: datetime
    clones: Callable[[RepositoryRecord], GitTransport] | None = None

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look ``owner/name`` up; GitHub follows a rename by itself."""
        owner, name = _split(path)
        with _as_promised():
            found = ask(self.transport, "Repository", owner=owner, name=name)
            repository = found.data["repository"]
            return RepositoryRecord(
                host=repository["url"].split("/")[2],
                external_id=number_of(repository["databaseId"]),
                path=repository["nameWithOwner"],
                url=repository["url"],
            )

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """First what git tells, then what the API does; any page can be the last before a crash."""
        found, stand = self._patiently(self._started, resumed(cursor), repository)
        if found != repository:
            yield Page([], stand.as_cursor(), repository=found)
        git = self.clones(found) if self.clones else None
        if git is not None:
            for told, behind in History(git, found, self.now).walk(stand):
                add = partial(add_accounts, self.transport, told)
                page, stand = self._patiently(add, learnt(behind, stand), found)
                yield replace(page, cursor=stand.as_cursor())
        step = partial(self._step, git=git if has_history(stand, self.now) else None)
        while True:
            page, stand = self._patiently(step, stand, found)
            yield page
            if page.is_last:
                return

    def _patiently(self, step: Step[Told], stand: Stand, repository: RepositoryRecord) -> Told:
        """Take ``step``: by smaller pages where GitHub gives up, by another id if it has one."""
        while True:
            try:
                with _as_promised():
                    return step(stand, repository)
            except ForgeOverloadedError as error:
                stand = asking_less(stand, error)
            except SourceNotFoundError:
                stand = self._found_again(stand, repository)

    def unchanged(self, cursors: Sequence[tuple[RepositoryRecord, Cursor]]) -> set[str]:
        """The ids of those that have nothing new: one request for a hundred repositories.

        A tick asks it before it hands out work: what is unchanged counts as swept, and only the
        rest is harvested. Whatever cannot be told counts as changed.
        """
        with _as_promised():
            return unchanged(self.transport, cursors, self.now)

    def estimate(self, repository: RepositoryRecord, cursor: Cursor) -> Estimate:
        """What a harvest would take, asked by the look with which it begins."""
        stand = resumed(cursor)
        with _as_promised():
            node = stand.node or self._node_of(repository)
            outlook = self._outlook(node, repository)
            return forecast(stand, outlook, self.now, first_requests=1 if stand.node else 2)

    def _step(
        self, stand: Stand, repository: RepositoryRecord, *, git: GitTransport | None
    ) -> tuple[Page, Stand]:
        """The next page, and where the harvest stands behind it."""
        stream = next((one for one in STREAMS if one.name in stand.due), None)
        if stream is None:
            return Page([], stand.as_cursor(), total=stand.items, is_last=True), stand
        listing = stream.fetch(self.transport, stand, repository, git)
        records, gaps = _read(stream, listing, stand, repository)
        if listing.end:
            behind = moved_on(stand, listing.end, len(listing.items), listing.seconds)
        else:
            behind = walked(stand, stream.name)
        page = Page(
            records,
            behind.as_cursor(),
            gaps,
            total=stand.items,
            is_last=behind.is_at_rest,
            items=len(listing.items),
            subjects=[_subject_of(stream, item) for item in listing.items if item is not None],
        )
        return page, behind

    def _started(
        self, stand: Stand, repository: RepositoryRecord
    ) -> tuple[RepositoryRecord, Stand]:
        """Where a harvest at rest starts, having looked at what is new since the last one.

        It also tells how the repository is called now.
        """
        if not stand.is_at_rest:
            return repository, stand
        node = stand.node or self._node_of(repository)
        outlook = self._outlook(node, repository)
        begun = begin(replace(stand, node=node), outlook, self.now)
        found = replace(repository, path=outlook["nameWithOwner"], url=outlook["url"])
        return found, begun if self.clones else unread(begun, self.now)

    def _outlook(self, node: str, repository: RepositoryRecord) -> Node:
        """How many items there are, and when the latest of them was updated."""
        found = ask(self.transport, "Outlook", ids=[node])
        outlook: Node = found.data["nodes"][0]
        if str(outlook["databaseId"]) != repository.external_id:
            raise SourceNotFoundError(f"{repository.path} is another repository now.")
        return outlook

    def _node_of(self, repository: RepositoryRecord) -> str:
        """GitHub's own id of the repository with this number, whatever its name is now."""
        answer = self.transport.request("GET", f"/repositories/{repository.external_id}")
        return str(answer.body["node_id"])

    def _found_again(self, stand: Stand, repository: RepositoryRecord) -> Stand:
        """With the id that GitHub gives the repository now, should it be another one."""
        if not stand.node:
            raise SourceNotFoundError(f"GitHub does not show {repository.path} to us at present.")
        with _as_promised():
            node = self._node_of(repository)
        if node == stand.node:
            raise SourceNotFoundError(f"{repository.path} shows nothing to us at present.")
        return replace(stand, node=node)


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


def _read(
    stream: Stream, listing: Listing, stand: Stand, repository: RepositoryRecord
) -> tuple[list[ContributionRecord], list[Gap]]:
    records: list[ContributionRecord] = []
    gaps = list(listing.gaps)
    for place, item in enumerate(listing.items):
        subject = _subject_of(stream, item, f"{place + 1} after {stand.after or 'the start'}")
        concerns = _author_of(item, repository)
        if why := listing.hidden.get(place):
            gaps.append(Gap(subject, f"GitHub does not show all of it to us: {why}", concerns))
        if item is None:
            continue
        try:
            told = stream.read(item, repository)
        except BROKEN_PROMISES as error:
            lacking = f"GitHub's answer lacks what it promises: {error!r:.200}"
            gaps.append(Gap(subject, lacking, concerns))
            continue
        records += told
        for record in told:
            if record.facts.get("sizes", {}) is None:
                why = "GitHub does not list all of its files"
                gaps.append(Gap(f"size of {subject}", why, authors_of(record)))
    return records, gaps


def _author_of(item: Node | None, repository: RepositoryRecord) -> tuple[ActorRecord, ...]:
    """Whom it concerns if ``item`` cannot be read, where it tells so much."""
    with suppress(*BROKEN_PROMISES):
        return (actor_record((item or {})["author"], repository.host),)
    return ()


def _subject_of(stream: Stream, item: Node | None, place: str = "") -> str:
    """What a gap in ``item`` calls it; one that is hidden, by its place."""
    return f"{stream.word} {place if item is None else item.get(stream.label)}"
