"""The streams of a GitLab project, and what else is asked about each of their items."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from harvesters.forge import Gap
from harvesters.forges.gitlab.changes import author_of, change_record, state_of
from harvesters.forges.gitlab.details import Details
from harvesters.forges.gitlab.graph import AT_ONCE
from harvesters.forges.gitlab.issues import (
    is_solved_by,
    issue_records,
    may_be_solved,
    noticed_until,
    release_records,
)
from harvesters.forges.gitlab.items import Home, Item, moment_of
from harvesters.forges.gitlab.lists import LARGEST_PAGE, Lists, UnreadableError
from harvesters.forges.gitlab.reviews import comment_records, review_records
from harvesters.streams import Asked, Listing, Order, Reading, Stream
from harvesters.sweep import BROKEN_PROMISES

FEW = 10
"""Issues that are read before they are stored: each may take a request or two."""

OLDEST_UPDATE_FIRST = {"scope": "all", "state": "all", "order_by": "updated_at", "sort": "asc"}
SHOWN_TO_MEMBERS = "It is confidential, so it is not told."


@dataclass(frozen=True, slots=True)
class _Hidden:
    """Stands in a list for all of it, where we may not read it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the items of the project ``home`` from its ``lists``."""

    lists: Lists
    home: Home
    details: Details

    def streams(self) -> list[Stream]:
        """What the project lists, as far as it has it: parts can be switched off."""
        streams = [self._releases()]
        if self.home.has_issues:
            streams.insert(0, self._issues())
        if self.home.has_changes:
            streams.insert(0, self._changes())
        return streams

    def _changes(self) -> Stream:
        stream = _stream("merge_requests", self._list_changes, self._read_change)
        return replace(stream, details=self._count_parts, at_once=AT_ONCE)

    def _issues(self) -> Stream:
        stream = _stream("issues", self._list_issues, self._read_issue)
        return replace(stream, details=_count_questions, at_once=FEW)

    def _count_parts(self, change: Item) -> float:
        """How many requests it takes to know ``change``: a part of one by GraphQL."""
        if self.details.graph is not None:
            return 1 / AT_ONCE
        return 3 if state_of(change) == "merged" else 1

    def _releases(self) -> Stream:
        """All releases at once, in our order: one may be made, or come out, on a day long past."""
        return Stream(
            "releases",
            Order.NEWEST_UPDATE_FIRST,
            self._list_releases,
            _reading("releases", lambda item: Reading(release_records(item, self.home))),
            key=lambda item: str(item["tag_name"]),
            updated_at=lambda item: moment_of(noticed_until(item)),
        )

    def _list_changes(self, asked: Asked) -> Listing:
        listing = self._list("merge_requests", asked)
        self.details.expect(listing.items)
        return listing

    def _list_issues(self, asked: Asked) -> Listing:
        return self._list("issues", asked)

    def _list(self, path: str, asked: Asked) -> Listing:
        since = asked.since and asked.since.astimezone(UTC).isoformat().replace("+00:00", "Z")
        told = {"updated_after": since} if since else {}
        try:
            return self.lists.page(path, asked.number, asked.size, **OLDEST_UPDATE_FIRST, **told)
        except UnreadableError as error:
            return Listing([_Hidden(str(error))], has_more=False)

    def _list_releases(self, _: Asked) -> Listing:
        try:
            found = self.lists.whole("releases", lambda item: item["tag_name"])
        except UnreadableError as error:
            return Listing([_Hidden(str(error))], has_more=False)
        return Listing(sorted(found, key=_order, reverse=True), has_more=False)

    def _read_change(self, change: Item) -> Reading:
        work, gaps = self.details.of(change)
        author = author_of(change, self.home)
        threads = work.threads or ()
        reviews = list(review_records(change, threads, author))
        records = [
            change_record(change, work, reviews, self.home),
            *reviews,
            *comment_records(change, threads, author),
        ]
        return Reading(records, gaps, f"merge request {change['iid']}")

    def _read_issue(self, issue: Item) -> Reading:
        path, gaps = f"issues/{issue['iid']}", []
        if issue["confidential"]:
            return Reading(gaps=[Gap(f"issue {issue['iid']}", SHOWN_TO_MEMBERS)])

        def whole(what: str) -> list[Any]:
            try:
                return self.lists.whole(f"{path}/{what}")
            except UnreadableError as error:
                gaps.append(Gap(f"{what} of issue {issue['iid']}", str(error)))
                return []

        is_solved = may_be_solved(issue) and is_solved_by(whole("closed_by"))
        events = whole("resource_label_events") if issue["labels"] else []
        records = issue_records(issue, events, self.home, is_solved=is_solved)
        return Reading(records, gaps, f"issue {issue['iid']}")


def _stream(
    name: str, listing: Callable[[Asked], Listing], read: Callable[[Item], Reading]
) -> Stream:
    return Stream(
        name,
        Order.OLDEST_UPDATE_FIRST,
        listing,
        _reading(name, read),
        key=lambda item: str(item["iid"]),
        updated_at=lambda item: moment_of(item["updated_at"]),
        largest_page=LARGEST_PAGE,
    )


def _count_questions(issue: Item) -> float:
    """How many requests it takes to know ``issue``."""
    return 0 if issue["confidential"] else may_be_solved(issue) + bool(issue["labels"])


def _reading(name: str, read: Callable[[Item], Reading]) -> Callable[[Any], Reading]:
    def reading(item: Any) -> Reading:
        if isinstance(item, _Hidden):
            return Reading(gaps=[Gap(name.replace("_", " "), item.reason)])
        return read(item)

    return reading


def _order(release: Item) -> datetime:
    """One that does not tell becomes a gap when it is read."""
    try:
        return moment_of(noticed_until(release))
    except BROKEN_PROMISES:
        return datetime.min.replace(tzinfo=UTC)
