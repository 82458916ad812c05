"""What a unified diff says that a forge gives as a text (git-diff(1), "Generating patch text")."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harvesters.changesets import ChangeSet, of_sections
from harvesters.patches import BEGIN, WHITE, Section, patch_id, sections_of

_FILE = re.compile(r"diff --git (?:a/(.*) b/\1|\"?a/.*?\"? \"?b/(.*?)\"?)")
_HUNK = re.compile(rb"^@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@", re.MULTILINE)
LONGEST_LINE = 10_000
"""A line that names a file is shorter: two paths. Of longer ones the expression takes too long."""

_POINTER = b"version https://git-lfs.github.com/spec/"
"""What stands, instead of a large file, in a repository that keeps such files elsewhere."""
_MARKS = tuple(b"\n" + mark + _POINTER for mark in (b"+", b"-", b" "))


def of_diff(diff: str) -> ChangeSet:
    """What ``diff`` changes, white space aside; a pointer to a large file has no lines.

    Raises:
        ValueError: the diff breaks off within a file.
    """
    text = b"\n" + diff.encode("utf-8", "replace")
    begin = text.find(b"\n" + BEGIN)
    sections = list(sections_of(text[begin + 1 :])) if begin >= 0 else []
    _refuse_half(text[begin:] if begin >= 0 else b"", sections)
    effective = [_effective(section) for section in sections]
    is_work = any(section.is_binary or any(section.lines) for section in effective)
    named = ((_path(section), [section]) for section in effective)
    return of_sections(
        ((path, told) for path, told in named if path), patch_id(sections) if is_work else ""
    )


def _path(section: Section) -> str:
    match = _FILE.fullmatch(section.first_line[:LONGEST_LINE].decode("utf-8", "replace"))
    return (match[1] or match[2] or "") if match else ""


def _refuse_half(text: bytes, sections: Iterable[Section]) -> None:
    """Each hunk says how many lines it has of the old file and of the new one."""
    hunks = [hunk for section in sections for hunk in section.hunks]
    headers = list(_HUNK.finditer(text))
    if len(headers) != len(hunks):
        raise ValueError("the diff breaks off")
    for header, hunk in zip(headers, hunks, strict=True):
        marks = Counter(line[:1] for line in hunk.removesuffix(b"\n").split(b"\n")[1:])
        both = marks[b" "] + marks[b""]
        old, new = marks[b"-"] + both, marks[b"+"] + both
        if old < int(header[1] or 1) or new < int(header[2] or 1):
            raise ValueError("the diff breaks off")


def _effective(section: Section) -> Section:
    if any(mark in hunk for hunk in section.hunks for mark in _MARKS):
        return Section(section.head + b"\nBinary files ", ())
    return replace(section, hunks=tuple(map(_without_white, section.hunks)))


def _without_white(hunk: bytes) -> bytes:
    """The hunk, without changed lines that are the same again but for white space.

    Blank ones among others stay, as with git.
    """
    kept: list[bytes] = []
    block: list[bytes] = []
    for line in (*hunk.split(b"\n"), b""):
        if line[:1] in {b"+", b"-"}:
            block.append(line)
            continue
        kept += _changes(block)
        block = []
        kept.append(line)
    return b"\n".join(kept[:-1])


def _changes(block: Sequence[bytes]) -> list[bytes]:
    told = [line.translate(None, WHITE) for line in block]
    one = Counter(bare[1:] for bare in told if bare[:1] == b"-")
    other = Counter(bare[1:] for bare in told if bare[:1] == b"+")
    same = {b"-": one & other, b"+": one & other}
    changed: list[bytes] = []
    for line, bare in zip(block, told, strict=True):
        left = same[bare[:1]]
        if left[bare[1:]] > 0:
            left[bare[1:]] -= 1
        else:
            changed.append(line)
    return changed if any(line[1:].strip() for line in changed) else []
