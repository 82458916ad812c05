"""What a commit or a change changed: effective lines by kind of file, and by what it is known.

Effective are the lines that git counts with ``-w --ignore-blank-lines``, without those that the
change only moved; of notebooks, those of the sources of their cells.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harvesters.filekinds import (
    FileKind,
    Sized,
    counts_by_lines,
    file_kind,
    is_code,
    is_notebook,
    sizes_by_kind,
)
from harvesters.moves import moved_lines
from harvesters.notebooks import changed_sources
from harvesters.patches import BEGIN, Section, patch_id, sections_of
from harvesters.sketches import GAP, sketch_of_text
from harvesters.translations import added_words, rounded

MOST_FILES = 200
LARGEST_PATCH = 20 << 20
"""So many bytes of a patch are read; of a larger one only the sizes are asked for."""

_ADDED = re.compile(rb"\n\+([^\n]*)")
_BETWEEN_HUNKS = f"\n{GAP}\n".encode()

Renamed = tuple[bytes, bytes]
"""The path of a file before and after a change."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The files of a change with their effective lines, and what its patch tells besides."""

    files: tuple[Sized, ...] = ()
    sizes: Mapping[str, list[int]] = field(default_factory=dict)
    patch_id: str = ""
    sketch: tuple[int, ...] = ()
    translated_words: int = 0
    moved: tuple[int, int] = (0, 0)

    def facts(self) -> dict[str, Any]:
        """What is stored of it; the largest files are named."""
        largest = sorted(self.files, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
        told: dict[str, Any] = {
            "patch_id": self.patch_id,
            "sketch": list(self.sketch),
            "translated_words": self.translated_words,
            "moved": list(self.moved) if any(self.moved) else [],
        }
        return {
            "sizes": dict(self.sizes),
            "files": [list(file) for file in largest[:MOST_FILES]],
            "files_count": len(self.files),
        } | {name: value for name, value in told.items() if value}


def of_sizes(files: Iterable[Sized]) -> ChangeSet:
    """A change of which no patch is told."""
    sized = tuple(files)
    return ChangeSet(sized, sizes_by_kind(sized))


def of_patch(patch: bytes, changed: Sequence[Renamed]) -> ChangeSet:
    """What ``patch`` does to the files that git lists as ``changed``, in the same order."""
    sections = list(sections_of(patch)) if patch else []
    return of_sections(_named(sections, changed), patch_id(sections))


def of_sections(told: Iterable[tuple[str, Sequence[Section]]], known_by: str) -> ChangeSet:
    """The files, each with what a patch says of it, which may be nothing."""
    named = list(told)
    moved = moved_lines([sections if counts_by_lines(path) else [] for path, sections in named])
    files: list[Sized] = []
    sizes: dict[str, list[int]] = {}
    code: list[bytes] = []
    words = letters = 0
    for place, (path, sections) in enumerate(named):
        kind, added, deleted = _measured(path, sections, moved.get(place, (0, 0)))
        files.append((path, added, deleted))
        total = sizes.setdefault(kind, [0, 0])
        total[0] += added or 0
        total[1] += deleted or 0
        if kind is FileKind.TRANSLATION:
            some, more = added_words(path, [hunk for one in sections for hunk in one.hunks])
            words, letters = words + some, letters + more
        if added and is_code(path):
            code.append(_added(sections))
    return ChangeSet(
        tuple(files),
        sizes,
        known_by,
        sketch_of_text(_BETWEEN_HUNKS.join(code).decode("utf-8", "replace")),
        rounded(words, letters),
        (sum(one for one, _ in moved.values()), sum(one for _, one in moved.values())),
    )


def _measured(
    path: str, sections: Sequence[Section], moved: tuple[int, int]
) -> tuple[FileKind, int | None, int | None]:
    """The kind of a file, and its effective lines, without those that were only ``moved``."""
    kind = file_kind(path)
    if any(section.is_binary for section in sections):
        return FileKind.BINARY, None, None
    if is_notebook(path):
        sources = changed_sources([hunk for section in sections for hunk in section.hunks])
        if sources is not None:
            return FileKind.EXAMPLE, *sources
    lines = [section.lines for section in sections]
    added, deleted = sum(one for one, _ in lines), sum(one for _, one in lines)
    return kind, added - moved[0], deleted - moved[1]


def _added(sections: Sequence[Section]) -> bytes:
    hunks = (hunk for section in sections for hunk in section.hunks)
    return _BETWEEN_HUNKS.join(b"\n".join(_ADDED.findall(hunk)) for hunk in hunks)


def _named(
    sections: Sequence[Section], changed: Sequence[Renamed]
) -> Iterator[tuple[str, list[Section]]]:
    """Each file with what the patch says of it: nothing where only white space changed.

    A file that became a link is told twice, once as deleted and once as new.
    """
    place = 0
    for before, after in changed:
        line = first_line(before, after)
        start = place
        while place < len(sections) and sections[place].first_line == line:
            place += 1
        yield after.decode("utf-8", "replace"), list(sections[start:place])
    if place < len(sections):
        raise ValueError(f"git tells of a file that it did not list: {sections[place].head!r:.200}")


def first_line(before: bytes, after: bytes) -> bytes:
    """How git begins what it says of a file."""
    return BEGIN + _quoted(b"a/" + before) + b" " + _quoted(b"b/" + after)


_ESCAPES = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}
_ODD = frozenset(range(32)) | {34, 92, 127}


def _quoted(path: bytes) -> bytes:
    """As git writes a path, with ``core.quotePath`` off."""
    if _ODD.isdisjoint(path):
        return path
    escaped = (
        b"\\" + (_ESCAPES.get(byte) or b"%03o" % byte) if byte in _ODD else bytes([byte])
        for byte in path
    )
    return b'"' + b"".join(escaped) + b'"'
