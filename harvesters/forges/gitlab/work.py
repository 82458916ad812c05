"""What is asked about one merge request: its commits, its files, and what was said.

REST and GraphQL tell it in different words; here it is the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from harvesters.filekinds import Sized
from harvesters.forge import ActorRecord
from harvesters.forges.gitlab.items import Home, Item, actor_record, moment_of, number_of, who

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", re.ASCII)
_BINARY = re.compile(r"Binary files .* differ", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Note:
    """Something said, or done (``is_system``); ``path`` where it is on lines of a file."""

    number: int
    author: ActorRecord
    at: datetime
    body: str
    is_system: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """Notes that belong together, without those that are for members only (``internal``)."""

    notes: Sequence[Note]
    internal: int = 0
    is_resolvable: bool = False
    is_resolved: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; ``account`` is whose verified address its author's is, where GitLab tells."""

    sha: str
    message: str
    name: str
    email: str
    account: ActorRecord | None = None

    @property
    def is_merge(self) -> bool:
        """Whether it brings another branch into this one; GitLab keeps no parents here."""
        return self.message.startswith(("Merge branch '", "Merge remote-tracking branch '"))


@dataclass(frozen=True, slots=True)
class Work:
    """None is what is not known."""

    commits: Sequence[Commit] | None = None
    files: Sequence[Sized] | None = None
    threads: Sequence[Thread] | None = None


def rest_commit(item: Item) -> Commit:
    """As ``/merge_requests/:iid/commits`` tells it."""
    return Commit(
        item["id"], item["message"] or "", item["author_name"] or "", item["author_email"] or ""
    )


def rest_thread(item: Item, home: Home) -> Thread:
    """As ``/merge_requests/:iid/discussions`` tells it."""
    open_notes = [note for note in item["notes"] if note["resolvable"]]
    return Thread(
        [_rest_note(note, home) for note in item["notes"] if not _is_internal(note)],
        sum(_is_internal(note) for note in item["notes"]),
        is_resolvable=bool(open_notes),
        is_resolved=bool(open_notes) and all(note["resolved"] for note in open_notes),
    )


def _rest_note(note: Item, home: Home) -> Note:
    position = note.get("position") or {}
    return Note(
        int(note["id"]),
        who(note["author"], note["created_at"], home),
        moment_of(note["created_at"]),
        note["body"] or "",
        is_system=note["system"],
        path=position.get("new_path") or position.get("old_path") or "",
    )


def _is_internal(note: Item) -> bool:
    """Whether it is said among members, and so to nobody by us."""
    return bool(note.get("internal") or note.get("confidential"))


def rest_sizes(files: Iterable[Item]) -> list[Sized] | None:
    """Lines of each file, counted in its patch; None as soon as a patch was left out."""
    sizes = [_rest_size(file) for file in files]
    known = [size for size in sizes if size is not None]
    return known if len(known) == len(sizes) else None


def _rest_size(file: Item) -> Sized | None:
    path, patch = file["new_path"] or file["old_path"], file["diff"] or ""
    if _BINARY.search(patch) and not _HUNK.search(patch):
        return (path, None, None)
    if not patch and not _has_no_lines(file):
        return None
    added, deleted = _lines(patch)
    return (path, added, deleted)


def _has_no_lines(file: Item) -> bool:
    """Whether nothing but the name or the mode changed, or it is an empty file.

    Servers before GitLab 16.9 do not tell which patches they left out.
    """
    if "too_large" in file and "collapsed" in file:
        return not file["too_large"] and not file["collapsed"]
    return bool(file["renamed_file"])


def _lines(patch: str) -> tuple[int, int]:
    """Lines added and deleted, within the hunks: before them, ``---`` and ``+++`` name files."""
    added = deleted = 0
    is_within = False
    for line in patch.split("\n"):
        is_within = is_within or bool(_HUNK.match(line))
        added += is_within and line.startswith("+")
        deleted += is_within and line.startswith("-")
    return added, deleted


def graph_work(node: Item, home: Home) -> Work:
    """As GraphQL tells it; what it had no room for, or tells nothing of, is not known."""
    stats = [(one["path"], one["additions"], one["deletions"]) for one in node["diffStats"] or ()]
    return Work(
        commits=_graph_commits(node["commits"], home) or None,
        files=stats or None,
        threads=_graph_threads(node["discussions"], home),
    )


def _graph_commits(connection: Item | None, home: Home) -> list[Commit] | None:
    if not _is_whole(connection):
        return None
    return [
        Commit(
            one["sha"],
            one["message"] or "",
            one["authorName"] or "",
            one["authorEmail"] or "",
            actor_record(one["author"], home.host) if one["author"] else None,
        )
        for one in _nodes(connection)
    ]


def _graph_threads(connection: Item | None, home: Home) -> list[Thread] | None:
    threads = _nodes(connection)
    if not _is_whole(connection) or not all(_is_whole(thread["notes"]) for thread in threads):
        return None
    return [
        Thread(
            [_graph_note(note, home) for note in _nodes(thread["notes"]) if not note["internal"]],
            sum(bool(note["internal"]) for note in _nodes(thread["notes"])),
            is_resolvable=thread["resolvable"],
            is_resolved=thread["resolvable"] and thread["resolved"],
        )
        for thread in threads
    ]


def _graph_note(note: Item, home: Home) -> Note:
    return Note(
        number_of(note["id"]),
        who(note["author"], note["createdAt"], home),
        moment_of(note["createdAt"]),
        note["body"] or "",
        is_system=note["system"],
        path=(note["position"] or {}).get("filePath") or "",
    )


def _is_whole(connection: Item | None) -> bool:
    return (
        connection is not None
        and not connection["pageInfo"]["hasNextPage"]
        and all(node is not None for node in connection["nodes"])
    )


def _nodes(connection: Item | None) -> list[Item]:
    return [node for node in (connection or {"nodes": ()})["nodes"] if node is not None]


def said_in(threads: Iterable[Thread]) -> int:
    """How much was said, by whomever and to whomever."""
    return sum(
        thread.internal + sum(not note.is_system for note in thread.notes) for thread in threads
    )


def notes_of(threads: Iterable[Thread]) -> Iterator[Note]:
    """All that was said and done."""
    for thread in threads:
        yield from thread.notes
