"""Gitee, and GitCode and AtomGit, which speak as it does: API v5.

Read at https://gitee.com/api/v5/swagger and https://docs.gitcode.com/en/docs/apis/. Pull requests
and issues are listed by their latest update. A merged pull request is asked for its files,
commits, comments and log; a closed one for its comments, since a review is work too; an open one
for nothing, since it comes again when it ends. Neither forge finds a repository by its number, so
that each harvest begins by asking who answers to the name.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from harvesters.estimates import Estimate, estimate_streams
from harvesters.forge import (
    Cursor,
    ForgeAnswerError,
    Gap,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.gitee.changes import Details, merger_of, read_change, state_of
from harvesters.forges.gitee.issues import is_completed, read_issue, read_release
from harvesters.forges.gitee.lists import HIDDEN, Lists
from harvesters.forges.gitee.nodes import Node, actor_record, is_confidential, moment_of
from harvesters.numbers import number_of
from harvesters.own_rules import OWN_RULES, OwnRules
from harvesters.streams import Asked, Listing, Order, Reading, Stream
from harvesters.sweep import BROKEN_PROMISES, walk

AT_ONCE = 10
"""Pull requests and issues that are read before they are stored: each may be asked for more."""

_NAME = r"(?!\.{1,2}(?:/|$))([\w.-]{1,100})"
_PATH = re.compile(f"/?{_NAME}/{_NAME}/?", re.ASCII)
_IDENT = re.compile(r"[0-9A-Za-z]{1,20}", re.ASCII)

LATEST_FIRST = {"state": "all", "sort": "updated", "direction": "desc"}
SHOWN_TO_MEMBERS = "It is confidential, so it is not told."
COUNTED_BUT_HIDDEN = "The forge counts it and does not show it to us."


@dataclass(frozen=True, slots=True)
class Gitee:
    """One Gitee at ``host``; ``now`` is when this harvest starts."""

    name: ClassVar[str] = "gitee"
    linked_changes: ClassVar[str] = "/repos/{owner}/issues/{ident}/pull_requests"
    """Where the pull requests of an issue are; its repository is a parameter."""

    transport: Transport
    host: str
    now: datetime

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look ``owner/name`` up; a renamed repository answers by a redirect, if at all."""
        record, _ = self._look_up(path)
        return record

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Pull requests with reviews and comments, issues, releases.

        Raises:
            SourceNotFoundError: nobody, or another repository, answers to the name.
        """
        present, rules, streams = self._open(repository)
        for page in rules.behind(walk(streams, cursor, self.now), cursor):
            yield replace(page, repository=present)

    def estimate(self, repository: RepositoryRecord, cursor: Cursor) -> Estimate:
        """What a harvest would take; it begins by asking who answers to the name."""
        _, rules, streams = self._open(repository)
        lists = estimate_streams(streams, cursor, self.now)
        first = 1 + rules.requests(cursor, [one.items for one in lists])
        return Estimate(lists, first_requests=first)

    def _open(
        self, repository: RepositoryRecord
    ) -> tuple[RepositoryRecord, OwnRules, list[Stream]]:
        """The repository as it is called at present, its own rules, and what it lists."""
        present, parts = self._look_up(repository.path)
        if present.external_id != repository.external_id:
            raise SourceNotFoundError(f"{repository.path} is another repository now.")
        streams = _Reader(self, present, Lists(self.transport)).streams(parts)
        return present, self._own_rules(present, parts), streams

    def _own_rules(self, present: RepositoryRecord, told: Node) -> OwnRules:
        """Gitee tells an empty list where there is no such file."""

        def ask() -> Any:
            path = f"{_address(present.path)}/contents/{OWN_RULES}"
            return self.transport.request("GET", path).body

        return OwnRules(ask, told.get("pushed_at") or told.get("updated_at"))

    def _look_up(self, path: str) -> tuple[RepositoryRecord, Node]:
        """The repository, and which parts it has."""
        with _as_promised(self.host):
            told = self.transport.request("GET", _address(path)).body
            record = RepositoryRecord(
                host=self.host,
                external_id=number_of(told["id"]),
                path="/".join(part.strip() for part in told["full_name"].split("/")),
                url=told["html_url"].removesuffix(".git"),
            )
            return record, told


class GitCode(Gitee):
    """GitCode, which is AtomGit too."""

    __slots__ = ()
    name: ClassVar[str] = "gitcode"
    linked_changes: ClassVar[str] = "/repos/{owner}/{name}/issues/{ident}/pull_requests"


@dataclass(frozen=True, slots=True)
class _Reader:
    """The lists of one repository, and what their items mean."""

    forge: Gitee
    repository: RepositoryRecord
    lists: Lists

    def streams(self, parts: Node) -> list[Stream]:
        """The lists that the repository has: its owner may have closed some."""
        streams = [self._releases()]
        if parts.get("has_issues") is not False:
            issues = self._stream("issues", "issue", self._read_issue, is_completed)
            streams.insert(0, issues)
        if parts.get("pull_requests_enabled") is not False:
            pulls = self._stream("pulls", "pull request", self._read_change, _count_parts)
            streams.insert(0, pulls)
        return streams

    def _stream(
        self,
        name: str,
        word: str,
        read: Callable[[Node], Reading],
        details: Callable[[Node], float],
    ) -> Stream:
        def listing(asked: Asked) -> Listing:
            return self.lists.page(self._address(name), LATEST_FIRST, asked)

        def reading(item: Node) -> Reading:
            if item is HIDDEN:
                return Reading(gaps=[Gap(f"one of the {word}s", COUNTED_BUT_HIDDEN)])
            if is_confidential(item):
                whose = (actor_record(item["user"], self.repository.host),)
                return Reading(gaps=[Gap(f"{word} {item['number']}", SHOWN_TO_MEMBERS, whose)])
            return read(item)

        return Stream(
            name,
            Order.NEWEST_UPDATE_FIRST,
            listing,
            reading,
            lambda item: str(item["number"]),
            lambda item: moment_of(item["updated_at"]),
            at_once=AT_ONCE,
            details=lambda item: 0 if is_confidential(item) else details(item),
        )

    def _releases(self) -> Stream:
        """All releases at once, and so in our order: the forges' orders differ."""

        def listing(_: Asked) -> Listing:
            found = self.lists.whole(self._address("releases"))
            return Listing(sorted(found, key=_created, reverse=True), has_more=False)

        return Stream(
            "releases",
            Order.NEWEST_UPDATE_FIRST,
            listing,
            lambda release: read_release(release, self.repository),
            lambda release: str(release["tag_name"]),
            lambda release: moment_of(release["created_at"]),
        )

    def _read_change(self, pull: Node) -> Reading:
        return read_change(pull, self._details(pull), self.repository.host)

    def _details(self, pull: Node) -> Details:
        whole = f"pulls/{pull['number']}"
        found = {part: self._part(whole, name) for part, name in _parts_of(pull).items()}
        return Details(**found)

    def _read_issue(self, issue: Node) -> Reading:
        changes: Sequence[Node] | None = ()
        if is_completed(issue):
            owner, name = _split(self.repository.path)
            ident = str(issue["number"])
            if not _IDENT.fullmatch(ident):
                raise ValueError(f"{ident!r:.40} names no issue")
            address = self.forge.linked_changes.format(owner=owner, name=name, ident=ident)
            changes = self.lists.whole_or_hidden(address, {"repo": name})
        return read_issue(issue, changes, self.repository.host)

    def _part(self, whole: str, part: str) -> list[Any] | None:
        return self.lists.whole_or_hidden(self._address(f"{whole}/{part}"))

    def _address(self, part: str) -> str:
        return f"{_address(self.repository.path)}/{part}"


def _parts_of(pull: Node) -> dict[str, str]:
    """What a pull request is asked for, as `Details` and Gitee call it."""
    state = state_of(pull)
    parts = {} if pull.get("comments") == 0 else {"comments": "comments"}
    if state != "merged":
        return parts if state == "closed" else {}
    log = {} if merger_of(pull, ()) else {"log": "operate_logs"}
    return {**parts, **log, "files": "files", "commits": "commits"}


def _count_parts(pull: Node) -> float:
    return len(_parts_of(pull))


def _created(release: Node) -> datetime:
    """When it was made; one that does not tell becomes a gap when it is read."""
    try:
        return moment_of(release["created_at"])
    except BROKEN_PROMISES:
        return datetime.min.replace(tzinfo=UTC)


def _address(path: str) -> str:
    return "/repos/" + "/".join(_split(path))


def _split(path: str) -> tuple[str, str]:
    """Owner and name, which need no escaping in an address."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise SourceNotFoundError(f"'{path:.200}' names no repository. Write OWNER/NAME.")
    return match[1], match[2]


@contextmanager
def _as_promised(host: str) -> Iterator[None]:
    try:
        yield
    except BROKEN_PROMISES as error:
        raise ForgeAnswerError(
            f"{host} does not answer as it promises to: {error!r:.200}"
        ) from error
