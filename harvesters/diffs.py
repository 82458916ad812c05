"""Sizes told by a unified diff, as git writes it (git-diff(1), "Generating patch text")."""

import re
from collections.abc import Iterator

from harvesters.filekinds import Sized

_FILE = re.compile(r"diff --git (?:a/(.*) b/\1|\"?a/.*?\"? \"?b/(.*?)\"?)")
_HUNK = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
LONGEST_LINE = 10_000
"""A line that names a file is shorter: two paths. Of longer ones the expression takes too long."""

_POINTER = "version https://git-lfs.github.com/spec/"
"""What stands, instead of a large file, in a repository that keeps such files elsewhere."""


def sizes_of(diff: str) -> list[Sized]:
    """Each file of ``diff`` with the lines added and deleted; None where it is binary.

    Raises:
        ValueError: the diff breaks off within a file.
    """
    return list(_files(diff.split("\n")))


def _files(lines: list[str]) -> Iterator[Sized]:
    path, added, deleted, is_binary = "", 0, 0, False
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        if match := _FILE.fullmatch(line[:LONGEST_LINE]):
            if path:
                yield _sized(path, added, deleted, is_binary=is_binary)
            path, added, deleted, is_binary = match[1] or match[2] or "", 0, 0, False
        elif line.startswith(("Binary files ", "GIT binary patch")):
            is_binary = True
        elif match := _HUNK.match(line):
            hunk = _hunk(lines, place, int(match[1] or 1), int(match[2] or 1))
            place += len(hunk)
            added += sum(told.startswith("+") for told in hunk)
            deleted += sum(told.startswith("-") for told in hunk)
            is_binary = is_binary or any(told[1:].startswith(_POINTER) for told in hunk)
    if path:
        yield _sized(path, added, deleted, is_binary=is_binary)


def _sized(path: str, added: int, deleted: int, *, is_binary: bool) -> Sized:
    return (path, None, None) if is_binary else (path, added, deleted)


def _hunk(lines: list[str], start: int, old: int, new: int) -> list[str]:
    """The lines of a hunk that says how many it has of the ``old`` file and of the ``new`` one."""
    place = start
    while old > 0 or new > 0:
        if place >= len(lines):
            raise ValueError("the diff breaks off")
        mark = lines[place][:1]
        old -= mark in {"-", " ", ""}
        new -= mark in {"+", " ", ""}
        place += 1
    return lines[start:place]
