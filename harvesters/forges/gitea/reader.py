"""The streams of a Gitea repository, and what else is asked for about each of their items."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from harvesters.forge import ActorRecord, Gap, SourceNotFoundError
from harvesters.forges.gitea.changes import (
    Work,
    author_of,
    change_record,
    files_count,
    lists_every_file,
)
from harvesters.forges.gitea.issues import has_a_story, issue_records, release_records
from harvesters.forges.gitea.items import Home, Item, moment_of
from harvesters.forges.gitea.lists import Lists, Part, UnreadableError
from harvesters.forges.gitea.reviews import comment_records, review_records, sent
from harvesters.streams import Asked, Listing, Order, Reading, Stream
from harvesters.sweep import BROKEN_PROMISES

AT_ONCE = 10
"""Items that are read before they are stored: each takes some requests."""

LONGEST_DRAFT = timedelta(days=90)
"""A release is published at most so long after its draft was begun, or is not noticed."""


@dataclass(slots=True)
class _Asking:
    """Asks for the parts of one item; what cannot be had of them is a gap."""

    lists: Lists
    item: str
    gaps: list[Gap] = field(default_factory=list)

    def whole(self, what: str, part: Part, *whose: ActorRecord) -> list[Any] | None:
        """A list of the item, or None, which concerns those ``whose`` work it tells."""
        try:
            return self.lists.whole(part)
        except UnreadableError as error:
            self.gaps.append(Gap(f"{what} of {self.item}", str(error), whose))
            return None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the items of the repository ``home`` from its ``lists``."""

    lists: Lists
    home: Home

    def streams(self, repository: Item) -> list[Stream]:
        """What the repository lists, as far as it has it: parts can be switched off."""
        has_issues = repository["has_issues"] and not repository.get("external_tracker")
        kept = [
            (repository["has_pull_requests"], self._changes()),
            (has_issues, self._issues()),
            (repository.get("has_releases", True), self._releases()),
        ]
        return [stream for is_kept, stream in kept if is_kept]

    def _changes(self) -> Stream:
        return Stream(
            "changes",
            Order.NEWEST_UPDATE_FIRST,
            self._list_changes,
            self._read_change,
            key=_number,
            updated_at=_updated_at,
            at_once=AT_ONCE,
            largest_page=self.lists.most,
            details=_count_parts,
        )

    def _issues(self) -> Stream:
        return Stream(
            "issues",
            Order.NEWEST_FIRST,
            self._list_issues,
            self._read_issue,
            key=_number,
            updated_at=_updated_at,
            created_at=_created_at,
            at_once=AT_ONCE,
            largest_page=self.lists.most,
            details=has_a_story,
        )

    def _releases(self) -> Stream:
        return Stream(
            "releases",
            Order.NEWEST_UPDATE_FIRST,
            self._list_releases,
            self._read_release,
            key=lambda release: str(release["id"]),
            updated_at=_noticed_until,
            largest_page=self.lists.most,
        )

    def _list_changes(self, asked: Asked) -> Listing:
        listing = self.lists.page(
            "pulls", asked.number, asked.size, state="all", sort="recentupdate"
        )
        for pull in filter(None, listing.items):
            self._refuse_another(pull, "base", "repo_id")
        return listing

    def _list_issues(self, asked: Asked) -> Listing:
        told = {"since": asked.since.isoformat().replace("+00:00", "Z")} if asked.since else {}
        listing = self.lists.page(
            "issues", asked.number, asked.size, type="issues", state="all", **told
        )
        for issue in filter(None, listing.items):
            self._refuse_another(issue, "repository", "id")
        return listing

    def _list_releases(self, asked: Asked) -> Listing:
        return self.lists.page("releases", asked.number, asked.size)

    def _refuse_another(self, item: Item, part: str, name: str) -> None:
        """Raise `SourceNotFoundError` should the name be another repository's now.

        An item that tells no number there is no reason to read none of the others.
        """
        number = None
        with suppress(*BROKEN_PROMISES):
            number = item[part][name]
        if type(number) is int and str(number) != self.home.record.external_id:
            raise SourceNotFoundError(f"{self.home.record.path} is another repository now.")

    def _read_change(self, pull: Item) -> Reading:
        asking = _Asking(self.lists, f"pull request {pull['number']}")
        author = author_of(pull, self.home)
        # Drafts of others are counted, and not shown.
        written = Part(f"pulls/{pull['number']}/reviews", may_hide=True)
        reviews = sent(asking.whole("reviews", written) or ())
        remarks = dict(self._remarks(pull, reviews, asking))
        told = list(review_records(pull, reviews, remarks, author, self.home))
        work = self._work(pull, asking, author) if pull["merged"] else Work()
        records = [
            change_record(pull, work, told, self.home),
            *told,
            *comment_records(pull, remarks, author, self.home),
        ]
        return Reading(records, asking.gaps, asking.item)

    def _remarks(
        self, pull: Item, reviews: list[Item], asking: _Asking
    ) -> Iterator[tuple[int, list[Item]]]:
        for review in reviews:
            if review["comments_count"]:
                path = f"pulls/{pull['number']}/reviews/{review['id']}/comments"
                part = Part(path, is_paged=False)
                found = asking.whole(f"comments in review {review['id']}", part)
                if found is not None:
                    yield review["id"], found

    def _work(self, pull: Item, asking: _Asking, author: ActorRecord) -> Work:
        path = f"pulls/{pull['number']}"
        brief = {"verification": "false", "files": "false"}
        written = Part(f"{path}/commits", itemgetter("sha"), brief)
        commits = asking.whole("commits", written, author) or ()
        changed = Part(f"{path}/files", itemgetter("filename"))
        work = Work(commits, asking.whole("files", changed, author))
        if work.files is not None and not lists_every_file(pull, work):
            counted = f"{len(work.files)} of {files_count(pull, work)}"
            why = f"Gitea lists {counted} files"
            asking.gaps.append(Gap(f"size of {asking.item}", why, (author,)))
        return work

    def _read_issue(self, issue: Item) -> Reading:
        asking = _Asking(self.lists, f"issue {issue['number']}")
        events: list[Any] | None = None
        if has_a_story(issue):
            events = asking.whole("timeline", Part(f"issues/{issue['number']}/timeline"))
        records = issue_records(issue, events or (), self.home)
        return Reading(records, asking.gaps, asking.item)

    def _read_release(self, release: Item) -> Reading:
        return Reading(release_records(release, self.home))


def _count_parts(pull: Item) -> float:
    """Its reviews, and the commits and files of what was merged; comments come on top."""
    return 3 if pull["merged"] else 1


def _number(item: Item) -> str:
    return str(item["number"])


def _updated_at(item: Item) -> datetime:
    return moment_of(item["updated_at"])


def _created_at(item: Item) -> datetime:
    return moment_of(item["created_at"])


def _noticed_until(release: Item) -> datetime:
    """Until when its publication is noticed: drafts are listed by their creation, too."""
    return moment_of(release["created_at"]) + LONGEST_DRAFT
