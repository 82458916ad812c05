"""Lines that a change only moved: deleted at one place and added at another, white space aside.

Only blocks count: three or more lines in a row, with letters enough that they are no coincidence.
Each deleted line makes up for one added line, so that what was copied counts.
"""

import re
from collections.abc import Mapping, Sequence

from harvesters.patches import WHITE, Section

FEWEST_LINES = 3
FEWEST_LETTERS = 40
MOST_LINES = 100_000
"""Of larger changes nothing is taken for moved."""

Moved = Mapping[int, tuple[int, int]]
"""By the place of a file, how many of its added and of its deleted lines were only moved."""

_LETTER = re.compile(rb"[0-9A-Za-z\x80-\xff]")
_ADDED, _DELETED = (
    re.compile(rb"(?:\n%s[^\n]*){%d,}" % (mark, FEWEST_LINES)) for mark in (rb"\+", b"-")
)
_WHITE_IN_LINES = WHITE.replace(b"\n", b"")
_Lines = list[tuple[int, bytes]]
"""Lines without white space, each with the place of its file; an empty one ends a block."""

_Key = tuple[bytes, ...]


def moved_lines(files: Sequence[Sequence[Section]]) -> Moved:
    """Which lines of ``files``, each told by sections of a patch, were moved within the change."""
    size = [sum(section.lines[side] for one in files for section in one) for side in (0, 1)]
    if min(size) < FEWEST_LINES or max(size) > MOST_LINES:
        return {}
    deleted = _blocks(files, _DELETED)
    added = _blocks(files, _ADDED) if deleted else []
    common = {line for _, line in deleted}.intersection([line for _, line in added]) - {b""}
    places = _places(deleted, common) if common else {}
    counts: dict[int, list[int]] = {}
    used: set[int] = set()
    start = 0
    while places and start < len(added):
        starts = places.get(_key(added, start)) if added[start][1] in common else None
        found = _unused(starts, used) if starts else None
        length = 0 if found is None else _length(added, start, deleted, found, used)
        if found is not None and length >= FEWEST_LINES and _is_telling(added, start, length):
            for step in range(length):
                used.add(found + step)
                counts.setdefault(added[start + step][0], [0, 0])[0] += 1
                counts.setdefault(deleted[found + step][0], [0, 0])[1] += 1
        start += max(length, 1)
    return {place: (one, other) for place, (one, other) in counts.items()}


def _blocks(files: Sequence[Sequence[Section]], blocks: re.Pattern[bytes]) -> _Lines:
    lines: _Lines = []
    for place, sections in enumerate(files):
        for section in sections:
            for hunk in section.hunks:
                for block in blocks.findall(hunk):
                    # Its first letters are the line feed and the mark before its first line.
                    bare = block.translate(None, _WHITE_IN_LINES)
                    lines += [(place, line) for line in bare[2:].split(bare[:2])]
                    lines.append((place, b""))
    return lines


def _key(lines: _Lines, start: int) -> _Key:
    """A line and the two that follow."""
    return tuple([line for _, line in lines[start : start + FEWEST_LINES]])


def _places(lines: _Lines, common: set[bytes]) -> dict[_Key, list[int]]:
    """Where blocks of lines begin that are all ``common`` to both sides, the last one first."""
    places: dict[_Key, list[int]] = {}
    for start in range(len(lines) - FEWEST_LINES, -1, -1):
        if lines[start][1] in common and common.issuperset(key := _key(lines, start)):
            places.setdefault(key, []).append(start)
    return places


def _unused(starts: list[int], used: set[int]) -> int | None:
    while starts:
        if (start := starts.pop()) not in used:
            return start
    return None


def _length(added: _Lines, start: int, deleted: _Lines, found: int, used: set[int]) -> int:
    length = 0
    while (
        start + length < len(added)
        and found + length < len(deleted)
        and found + length not in used
        and added[start + length][1] == deleted[found + length][1] != b""
    ):
        length += 1
    return length


def _is_telling(lines: _Lines, start: int, length: int) -> bool:
    text = b"".join(line for _, line in lines[start : start + length])
    return len(_LETTER.findall(text[:1_000])) >= FEWEST_LETTERS
