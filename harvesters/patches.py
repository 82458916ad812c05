"""A patch as git writes it (git-diff(1), "Generating patch text"), file by file, and its id.

Nothing in a patch can be mistaken: each line of a hunk begins with a mark, and what names a file,
a hunk or the next commit begins with none.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BEGIN = b"diff --git "
WHITE = b" \t\n\r"
"""What git takes for white space."""

_INDEX = re.compile(rb"^index ([0-9a-f]*)\.\.([0-9a-f]*).*\n?", re.MULTILINE)
_NO_END_OF_LINE = re.compile(rb"\n\\ [^\n]*")
_REST_AFTER_NUL = re.compile(rb"\0[^\n]*")


@dataclass(frozen=True, slots=True)
class Section:
    """What a patch says of one file.

    ``head`` is all before the first hunk; each of the ``hunks`` is its lines, each of which
    follows a line feed.
    """

    head: bytes
    hunks: tuple[bytes, ...]

    @property
    def first_line(self) -> bytes:
        return self.head.partition(b"\n")[0]

    @property
    def is_binary(self) -> bool:
        return not self.hunks and (b"\nBinary files " in self.head or b"\nGIT binary" in self.head)

    @property
    def lines(self) -> tuple[int, int]:
        """How many lines are added and deleted."""
        added = sum(hunk.count(b"\n+") for hunk in self.hunks)
        return added, sum(hunk.count(b"\n-") for hunk in self.hunks)


def sections_of(patch: bytes) -> Iterator[Section]:
    """The files of ``patch``, which begins with the first one."""
    for place, text in enumerate(patch.split(b"\n" + BEGIN)):
        head, *hunks = text.split(b"\n@@ -")
        bodies = tuple(hunk[hunk.index(b"\n") :] if b"\n" in hunk else b"" for hunk in hunks)
        yield Section(head if place == 0 else BEGIN + head, bodies)


def patch_id(sections: Iterable[Section]) -> str:
    """What ``git patch-id --stable`` says of a patch; nothing of one without changed content.

    It is the sum of a hash of each file, without white space and the numbers of lines. A file
    without hunks is hashed with the next one, and after a binary file a name is left out: so git
    does it (builtin/patch-id.c).
    """
    total, is_work, was_binary = 0, False, False
    file_hash = hashlib.sha1(usedforsecurity=False)
    for section in sections:
        index = _INDEX.search(section.head)
        head = _INDEX.sub(b"", section.head)
        if section.is_binary:
            head = head[: max(head.find(b"\nBinary files "), head.find(b"\nGIT binary"))]
        file_hash.update(_bare(head.partition(b"\n")[2] if was_binary else head))
        for hunk in section.hunks:
            file_hash.update(_bare(hunk))
        was_binary = section.is_binary
        if was_binary and index:
            file_hash.update(index[1] + index[2])
        is_work = is_work or was_binary or bool(section.hunks)
        if was_binary or section.hunks:
            total += int.from_bytes(file_hash.digest(), "little")
            file_hash = hashlib.sha1(usedforsecurity=False)
            is_open = was_binary
        else:
            is_open = True
    if not is_work:
        return ""
    if is_open:
        total += int.from_bytes(file_hash.digest(), "little")
    return (total % (1 << 160)).to_bytes(20, "little").hex()


def _bare(text: bytes) -> bytes:
    if b"\n\\ " in text:
        text = _NO_END_OF_LINE.sub(b"", text)
    if b"\0" in text:
        text = _REST_AFTER_NUL.sub(b"", text)
    return text.translate(None, WHITE)
