"""Asks for the work of merge requests: many at once by GraphQL, and by REST what that lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harvesters.filekinds import Sized
from harvesters.forge import ActorRecord, ForgeOverloadedError, Gap
from harvesters.forges.gitlab.changes import author_of, state_of
from harvesters.forges.gitlab.graph import AT_ONCE, Graph, GraphRefusedError
from harvesters.forges.gitlab.items import Home, Item
from harvesters.forges.gitlab.lists import Lists, UnreadableError
from harvesters.forges.gitlab.work import Work, rest_commit, rest_sizes, rest_thread, said_in

MOST_LISTED = 400
GROWTH = 4
PATIENCE = 5
"""So many merge requests may be too much for GraphQL, each alone, until it is asked no more."""

DIFFS_PAGE = 30
"""GitLab fails where a page of patches is asked to hold more: its issue 427168."""

MOST_KEPT_FILES = 1_000
"""A patch of so many files or more is cut off by GitLab, unless its operator allowed more."""


@dataclass(slots=True)
class Details:
    """The work of the merge requests that were ``listed``, in their order."""

    lists: Lists
    home: Home
    graph: Graph | None
    listed: list[str] = field(default_factory=list)
    known: dict[str, Work] = field(default_factory=dict)
    at_once: int = AT_ONCE
    patience: int = PATIENCE

    def expect(self, changes: Iterable[Any]) -> None:
        """These will be asked about soon; what was known of them is outdated."""
        found = [str(one["iid"]) for one in changes if isinstance(one, dict) and "iid" in one]
        self.listed = [*found, *self.listed][:MOST_LISTED]
        self.known = {}

    def of(self, change: Item) -> tuple[Work, list[Gap]]:
        """All that is to be known of ``change``, and what is not."""
        iid = str(change["iid"])
        if iid not in self.known and self.graph is not None:
            self._ask_graph(iid)
        name, path = f"merge request {iid}", f"merge_requests/{iid}"
        asking = _Asking(self.lists, self.home, name, path, (author_of(change, self.home),))
        return asking.complete(self.known.pop(iid, Work()), change), asking.gaps

    def _ask_graph(self, iid: str) -> None:
        """Ask for ``iid`` and what follows it; for less where that fails, and at last not."""
        while self.graph is not None:
            asked = self._following(iid)
            try:
                self.known = self.graph.details(self.home, asked)
            except GraphRefusedError:
                self.graph = None
            except ForgeOverloadedError:
                self.at_once = max(1, len(asked) // 2)
                if len(asked) == 1:
                    self.patience -= 1
                    self.graph = self.graph if self.patience else None
                    return
            else:
                self.at_once = min(AT_ONCE, self.at_once + GROWTH)
                return

    def _following(self, iid: str) -> list[str]:
        if iid not in self.listed:
            return [iid]
        place = self.listed.index(iid)
        return list(dict.fromkeys(self.listed[place : place + self.at_once]))


@dataclass(slots=True)
class _Asking:
    """Asks REST for the parts of one merge request; what cannot be had of them is a gap."""

    lists: Lists
    home: Home
    name: str
    path: str
    whose: tuple[ActorRecord, ...] = ()
    gaps: list[Gap] = field(default_factory=list)

    def complete(self, work: Work, change: Item) -> Work:
        """``work`` with what it lacks: only what was merged needs commits and files."""
        if work.threads is None or said_in(work.threads) < change["user_notes_count"]:
            found = self._whole("discussions")
            work = replace(work, threads=[rest_thread(one, self.home) for one in found])
        if state_of(change) != "merged":
            return replace(work, commits=(), files=None)
        if work.commits is None:
            found = self._whole("commits")
            work = replace(work, commits=[rest_commit(one) for one in found])
        if work.files is None:
            work = replace(work, files=self._files())
        return work

    def _files(self) -> Sequence[Sized] | None:
        try:
            found = self.lists.whole(f"{self.path}/diffs", _paths, DIFFS_PAGE)
        except UnreadableError as error:
            self.gaps.append(Gap(f"size of {self.name}", str(error), self.whose))
            return None
        sizes = rest_sizes(found)
        if sizes is None or len(found) >= MOST_KEPT_FILES:
            self.gaps.append(
                Gap(f"size of {self.name}", "GitLab left out a part of its patch.", self.whose)
            )
            return None
        return sizes

    def _whole(self, what: str) -> list[Any]:
        try:
            return self.lists.whole(f"{self.path}/{what}")
        except UnreadableError as error:
            self.gaps.append(Gap(f"{what} of {self.name}", str(error), self.whose))
            return []


def _paths(file: Item) -> tuple[str, str]:
    return file["old_path"], file["new_path"]
