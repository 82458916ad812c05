"""Lines that a change only moved: deleted at one place and added at another, white space aside.

Only blocks count: three or more lines in a row, with letters enough that they are no coincidence.
Each deleted line makes up for one added line, so that what was copied counts.
"""

from collections.abc import Iterator, Mapping, Sequence

from harvesters.patches import WHITE, Section

FEWEST_LINES = 3
FEWEST_LETTERS = 40
MOST_LINES = 100_000
"""Of larger changes nothing is taken for moved."""

Moved = Mapping[int, tuple[int, int]]
"""By the place of a file, how many of its added and of its deleted lines were only moved."""

_Lines = list[tuple[int, bytes]]
"""Lines without white space, each with the place of its file; an empty one ends a block."""


def moved_lines(files: Sequence[Sequence[Section]]) -> Moved:
    """Which lines of ``files``, each told by sections of a patch, were moved within the change."""
    size = [sum(section.lines[side] for one in files for section in one) for side in (0, 1)]
    if min(size) < FEWEST_LINES or max(size) > MOST_LINES:
        return {}
    added, deleted = _blocks(files, b"+"), _blocks(files, b"-")
    places = _places(deleted)
    counts: dict[int, list[int]] = {}
    used: set[int] = set()
    start = 0
    while start < len(added):
        found = next(_unused(places, _key(added, start), used), None)
        length = _length(added, start, deleted, found, used) if found is not None else 0
        if found is not None and length >= FEWEST_LINES and _is_telling(added, start, length):
            for step in range(length):
                used.add(found + step)
                counts.setdefault(added[start + step][0], [0, 0])[0] += 1
                counts.setdefault(deleted[found + step][0], [0, 0])[1] += 1
        start += max(length, 1)
    return {place: (one, other) for place, (one, other) in counts.items()}


def _blocks(files: Sequence[Sequence[Section]], mark: bytes) -> _Lines:
    lines: _Lines = []
    for place, sections in enumerate(files):
        for section in sections:
            for hunk in section.hunks:
                for line in hunk.split(b"\n"):
                    if line[:1] == mark:
                        lines.append((place, line[1:].translate(None, WHITE)))
                    elif lines and lines[-1][1]:
                        lines.append((place, b""))
    return lines


def _key(lines: _Lines, start: int) -> tuple[bytes, ...]:
    key = tuple(line for _, line in lines[start : start + FEWEST_LINES])
    return key if all(key) else ()


def _places(lines: _Lines) -> dict[tuple[bytes, ...], list[int]]:
    """Where blocks begin, the last one first."""
    places: dict[tuple[bytes, ...], list[int]] = {}
    for start in range(len(lines) - FEWEST_LINES, -1, -1):
        if key := _key(lines, start):
            places.setdefault(key, []).append(start)
    return places


def _unused(
    places: dict[tuple[bytes, ...], list[int]], key: tuple[bytes, ...], used: set[int]
) -> Iterator[int]:
    starts = places.get(key, [])
    while starts:
        start = starts.pop()
        if start not in used:
            yield start


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
    return sum(chr(byte).isalnum() or byte > 127 for byte in text[:1_000]) >= FEWEST_LETTERS
