"""The way through one repository of the Hub: its commits, its release, its discussions."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from harvesters.estimates import ListEstimate
from harvesters.forge import (
    ContributionRecord,
    ForgeAnswerError,
    Gap,
    Page,
    RepositoryKind,
    RepositoryRecord,
    SourceNotFoundError,
)
from harvesters.forges.huggingface.accounts import Accounts, account_of, identified, names_in
from harvesters.forges.huggingface.commits import read_commit, read_release
from harvesters.forges.huggingface.discussions import mark_of, needs_details, read_discussion
from harvesters.forges.huggingface.hub import CommitPage, DiscussionPage, Hub
from harvesters.forges.huggingface.nodes import Node, account_record
from harvesters.forges.huggingface.runtime import sighting_of
from harvesters.forges.huggingface.stand import Stand, at_the_end, creator_of
from harvesters.streams import Reading
from harvesters.sweep import BROKEN_PROMISES, ContradictionError

AT_ONCE = 10
"""Discussions that are read before they are stored: each is asked for by itself."""

WORDS = ("discussion", "pull request")
"""What gaps call them."""

MOST_PAGES = 20_000
MOST_DOUBTS = 3
"""So often a page is asked for that is not believed, until it is left for later."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Walk:
    """The way through one repository, whose ``card`` was told ``now``."""

    hub: Hub
    repository: RepositoryRecord
    card: Node
    now: datetime

    def pages(self, stand: Stand) -> Iterator[Page]:
        newest = self.card.get("sha") or ""
        while stand.commit != newest:
            for page, here in self._commits(replace(stand, head=stand.head or newest)):
                stand = here
                yield page
        for page, here in self._release(stand):
            stand = here
            yield page
        for page, here in self._discussions(stand):
            stand = here
            yield page
        yield Page([], asdict(replace(stand, listed=(0, 0, 0))), is_last=True)

    def estimates(self, stand: Stand) -> Iterator[ListEstimate]:
        """What the way would take from ``stand`` on, by the first page of each list."""
        newest = self.card.get("sha") or ""
        if stand.commit != newest:
            found = self.hub.commits(stand.head or newest, stand.page)
            requests = 2 + len(names_in(found.items))
            yield ListEstimate(
                "commits",
                len(found.items),
                requests,
                requests,
                found.seconds,
                is_least=found.has_more,
            )
        listing = self.hub.discussions(0)
        shown = max(1, len(listing.items))
        changed = self._changed(listing, stand)
        details = sum(map(needs_details, changed)) * listing.count / shown
        requests = max(1, -(-listing.count // shown)) + round(details)
        items = round(len(changed) * listing.count / shown)
        yield ListEstimate("discussions", items, requests, requests, listing.seconds)

    def _release(self, stand: Stand) -> Iterator[tuple[Page, Stand]]:
        """The release, where its card says something else than before or its demo was seen anew."""
        creator = creator_of(stand, self.repository)
        told, gaps = _read_all(
            [self.card], lambda card: read_release(card, creator, self.repository), "card", "id"
        )
        is_space = self.repository.kind is RepositoryKind.SPACE
        sighting = sighting_of(self.card, now=self.now) if is_space else None
        digest = _digest(map(repr, [*told, sighting] if sighting else told))
        if digest != stand.card:
            behind = replace(stand, card=digest)
            yield Page(told, asdict(behind), gaps, items=0, sighting=sighting), behind

    def _commits(self, stand: Stand) -> Iterator[tuple[Page, Stand]]:
        """The commits up to ``stand.head``, down to the last one that is known."""
        while stand.head:
            listing = _insisting(partial(self._commit_page, stand))
            shas = list(dict.fromkeys(str(commit.get("id")) for commit in listing.items))
            if stand.page and len(shas) > stand.size and self._was_cut(stand):
                stand = replace(stand, page=stand.page - 1, before="", size=len(shas))
                continue
            stand = replace(stand, accounts=self._accounts(listing.items, stand.accounts))
            commits = [identified(commit, stand.accounts) for commit in listing.items]
            if stand.commit in shas or not self._goes_on(stand, listing):
                behind = at_the_end(stand, commits)
            else:
                behind = replace(stand, page=stand.page + 1, before=_digest(shas), size=len(shas))
            stand = behind
            records, gaps = _read_all(
                commits, lambda item: read_commit(item, self.repository), "commit", "id"
            )
            subjects = [f"commit {sha}" for sha in shas]
            yield Page(records, asdict(behind), gaps, subjects=subjects), behind

    def _commit_page(self, stand: Stand) -> CommitPage:
        """The page; one that is shorter than those before is believed when it is said twice."""
        listing = self.hub.commits(stand.head, stand.page)
        _check_commits(stand, listing)
        if listing.has_more and len(listing.items) < stand.size:
            again = self.hub.commits(stand.head, stand.page)
            if again.items != listing.items:
                raise _contradicts("commits", "lacks some")
        return listing

    def _accounts(self, commits: Sequence[Node], known: Accounts) -> Accounts:
        """The accounts that are ``known``, and those of whoever else wrote ``commits``."""
        new = [name for name in names_in(commits) if name not in known]
        return {**known, **{name: self._account(name) for name in new}}

    def _account(self, name: str) -> Sequence[str]:
        """An account; that there is none is believed when it is said twice."""
        with suppress(SourceNotFoundError):
            return account_of(_sure(partial(self.hub.account, name)))
        return ()

    def _was_cut(self, stand: Stand) -> bool:
        """Whether the page before is not what it was: then a part of it was not told."""
        again = self.hub.commits(stand.head, stand.page - 1)
        return _digest({str(commit.get("id")) for commit in again.items}) != stand.before

    def _goes_on(self, stand: Stand, listing: CommitPage) -> bool:
        """Whether a page follows; where none is promised, it is asked for, to be sure."""
        if listing.has_more:
            return True
        behind = self.hub.commits(stand.head, stand.page + 1)
        known = {stand.head, *(commit.get("id") for commit in listing.items)}
        return any(commit.get("id") not in known for commit in behind.items[:1])

    def _discussions(self, stand: Stand) -> Iterator[tuple[Page, Stand]]:
        (number, told, most), before = stand.listed, ""
        for place in range(MOST_PAGES):
            if number and told >= most:
                return
            try:
                listing = _insisting(partial(self._listed, number, told, before))
            except ContradictionError:
                if place or not number:
                    raise
                # Pages may be of another size than when this sweep was stopped.
                number, told, most = 0, 0, 0
                continue
            if listing.count == 0 and not stand.marks:
                # That there is nothing is believed when it is said twice.
                listing = self._listed(number, told, before)
            if listing.count < most:
                # Something was taken off the list, and the rest moved up, unseen.
                number, told, before, most = 0, 0, "", listing.count
                continue
            digest = _digest(str(node.get("num")) for node in listing.items)
            number, told, before = number + 1, told + len(listing.items), digest
            most = listing.count
            behind = (number, told, most)
            for page, here in self._read(listing, stand, behind):
                stand = here
                yield page, here
            stand = replace(stand, listed=behind)
        raise ForgeAnswerError("The Hub's list of discussions has no end.")

    def _listed(self, number: int, told: int, before: str) -> DiscussionPage:
        """A page of discussions behind the ``told`` ones; refused if it cannot be that page."""
        listing = self.hub.discussions(number)
        if listing.start != told:
            raise _contradicts("discussions", "is another page than was asked for")
        if not listing.items and listing.count > told:
            raise _contradicts("discussions", f"ends after {told} of {listing.count}")
        if _digest(str(node.get("num")) for node in listing.items) == before:
            raise _contradicts("discussions", "repeats the page before")
        return listing

    def _read(
        self, listing: DiscussionPage, stand: Stand, behind: Sequence[int]
    ) -> Iterator[tuple[Page, Stand]]:
        """What is new of a page, a few at a time; with the last of it, the list stands behind."""
        changed = self._changed(listing, stand)
        for start in range(0, len(changed), AT_ONCE):
            bite = changed[start : start + AT_ONCE]
            records, gaps = _read_all(bite, self._reading, "discussion", "num")
            marks = {str(node.get("num")): mark_of(node) for node in bite}
            is_part = start + AT_ONCE < len(changed)
            listed = stand.listed if is_part else behind
            stand = replace(stand, marks={**stand.marks, **marks}, listed=listed)
            numbers = [node.get("num") for node in bite]
            subjects = [f"{word} {number}" for word in WORDS for number in numbers]
            page = Page(
                records, asdict(stand), gaps, items=len(bite), subjects=subjects, is_part=is_part
            )
            yield page, stand

    def _changed(self, listing: DiscussionPage, stand: Stand) -> list[Node]:
        """Those in which something happened since they were last read."""
        marks = stand.marks
        return [one for one in listing.items if marks.get(str(one.get("num"))) != mark_of(one)]

    def _reading(self, node: Node) -> Reading:
        details: Node | None = None
        hidden: list[Gap] = []
        if needs_details(node):
            try:
                details = self._details(node["num"])
            except SourceNotFoundError:
                subject = f"discussion {node['num']}"
                whose = (account_record(node.get("author"), self.repository.host),)
                hidden = [Gap(subject, "The Hub lists it and does not show it to us.", whose)]
        reading = read_discussion(node, details, self.repository)
        return replace(reading, gaps=[*hidden, *reading.gaps])

    def _details(self, number: int) -> Node:
        """What happened in a discussion; that it is hidden is believed when it is said twice."""
        return _sure(partial(self.hub.discussion, number))


def _check_commits(stand: Stand, listing: CommitPage) -> None:
    """Refuse a page that cannot be the one that was asked for."""
    first = listing.items[0].get("id") if listing.items else ""
    if not first or (first == stand.head) != (stand.page == 0):
        raise _contradicts("commits", "is another page than was asked for")
    if _digest({str(commit.get("id")) for commit in listing.items}) == stand.before:
        raise _contradicts("commits", "repeats the page before")
    if stand.page == MOST_PAGES:
        raise ForgeAnswerError("The Hub's list of commits has no end.")


def _insisting(ask: Callable[[], Found]) -> Found:
    """What ``ask`` answers; a page that contradicts itself was most likely spoilt on its way."""
    for _ in range(MOST_DOUBTS - 1):
        with suppress(ContradictionError):
            return ask()
    return ask()


def _sure(ask: Callable[[], Found]) -> Found:
    """What ``ask`` answers, asked once more where it says that there is nothing."""
    with suppress(SourceNotFoundError):
        return _insisting(ask)
    return _insisting(ask)


def _read_all(
    items: Sequence[Node], read: Any, word: str, label: str
) -> tuple[list[ContributionRecord], list[Gap]]:
    """What ``items`` mean; one that breaks its promise is a gap, and its neighbours count."""
    records: list[ContributionRecord] = []
    gaps: list[Gap] = []
    for item in items:
        try:
            found = read(item)
        except BROKEN_PROMISES as error:
            subject = f"{word} {str(item.get(label))[:80]}"
            gaps.append(Gap(subject, f"The Hub's answer lacks what it promises: {error!r:.200}"))
            continue
        reading = found if isinstance(found, Reading) else Reading([found])
        records += reading.records
        gaps += reading.gaps
    return records, gaps


def _digest(names: Iterable[str]) -> str:
    told = "\n".join(sorted(names))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def _contradicts(what: str, how: str) -> ContradictionError:
    return ContradictionError(f"The Hub's list of {what} {how}. It is asked again soon.")
