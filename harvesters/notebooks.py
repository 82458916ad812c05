"""Which changed lines of a notebook were written by a person: those of its cells' sources.

Notebooks are JSON with a line for each line of source (nbformat, "The notebook file format"). By
the depth at which such a line stands it is told from lines of outputs and metadata, so that a hunk
of a diff tells it by itself. nbformat indents by one space, Colab and some editors by two.
"""

import re
from collections.abc import Sequence

_CELL_BY_TWO = re.compile(
    rb'^[-+ ] {6}"(?:cell_type|execution_count|metadata|outputs|source)":', re.MULTILINE
)
_PACKED = re.compile(rb'"source"[ \t]*:[ \t]*(?:\[[ \t]*)?"')
"""Sources in one line with their name: such a notebook is not told by lines."""


def _sources(depth: int) -> re.Pattern[bytes]:
    """A changed line of source that holds more than white space."""
    blank = rb'(?!"(?:\\[nrt]|\s)*",?\s*$)'
    return re.compile(rb'^([-+]) {%d}%s"(?:[^"\\\n]|\\.)*",?\s*$' % (depth, blank), re.MULTILINE)


_BY_ONE, _BY_TWO = _sources(4), _sources(8)


def changed_sources(hunks: Sequence[bytes]) -> tuple[int, int] | None:
    """Lines of source added and deleted; None where they cannot be told."""
    if any(map(_is_packed, hunks)):
        return None
    is_by_two = any(_CELL_BY_TWO.search(hunk) for hunk in hunks)
    pattern = _BY_TWO if is_by_two else _BY_ONE
    marks = [mark for hunk in hunks for mark in pattern.findall(hunk)]
    return marks.count(b"+"), marks.count(b"-")


def _is_packed(hunk: bytes) -> bool:
    starts = (hunk.rfind(b"\n", 0, found.start()) + 1 for found in _PACKED.finditer(hunk))
    return any(hunk[start : start + 1] in {b"+", b"-"} for start in starts)
