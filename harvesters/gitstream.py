"""What ``git log`` and ``git diff-tree`` print with patches, read commit by commit.

The frame is that of `harvesters.gitlog`; behind it git lists the files (``--raw -z``) and then
prints the patch, in which no line begins as a commit does. However long the text is, or a line of
it, no more is held than one commit with a patch of at most `LARGEST_PATCH` bytes.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from harvesters.changesets import LARGEST_PATCH, ChangeSet, Renamed, of_patch
from harvesters.gitlog import COMMIT_MARK, FIELDS, Commit, commit_of
from harvesters.patches import BEGIN

CHUNK_BYTES = 1 << 18
_FRAME = COMMIT_MARK + b"\0"
_WITH_TWO_PATHS = (b"R", b"C")


def read_patches(said: IO[bytes], *, is_whole: bool = True) -> Iterator[Commit]:
    """The commits that are told, each without ``diff`` where its patch is too large.

    Of a text that is not ``is_whole`` the last commit is left out: it may be told by half.
    """
    text = _Text(said)
    text.skip(b"\0\n")
    with suppress(_BrokenOffError):
        while text.begins_with(_FRAME):
            text.field()
            commit = commit_of([text.field() for _ in FIELDS], _change_set(text))
            if text.begins_with(_FRAME) or is_whole:
                yield commit


def _change_set(text: "_Text") -> ChangeSet | None:
    text.skip(b"\0\n")
    changed = list(_listed(text))
    text.skip(b"\0\n")
    patch = text.patch() if text.begins_with(BEGIN) else b""
    text.skip(b"\0\n")
    if patch is None:
        return None
    try:
        return of_patch(patch, changed)
    except ValueError:
        return None


def _listed(text: "_Text") -> Iterator[Renamed]:
    while text.begins_with(b":"):
        status = text.field().rpartition(b" ")[2]
        before = text.field()
        yield before, text.field() if status.startswith(_WITH_TWO_PATHS) else before


class _BrokenOffError(Exception):
    """The text ends where it should go on."""


class _Text:
    """A text that is read from its front, and held only as far as it is asked for."""

    def __init__(self, said: IO[bytes]) -> None:
        self._said = said
        self._held = bytearray()

    def begins_with(self, mark: bytes) -> bool:
        while len(self._held) < len(mark) and self._read_on():
            pass
        return self._held.startswith(mark)

    def skip(self, marks: bytes) -> None:
        """Go on to the first byte that is none of ``marks``."""
        self._held = self._held.lstrip(marks)
        while not self._held and self._read_on():
            self._held = self._held.lstrip(marks)

    def field(self) -> bytes:
        """What stands before the next NUL, which is passed."""
        end = self._find(b"\0")
        while end < 0:
            searched = len(self._held)
            if not self._read_on():
                raise _BrokenOffError
            end = self._find(b"\0", searched)
        return self._take(end, passing=1)

    def patch(self) -> bytes | None:
        """What stands before the next commit, or None where that is too much."""
        mark, kept, place = b"\n" + _FRAME, True, 0
        while (end := self._find(mark, place)) < 0:
            place = max(0, len(self._held) - len(mark) + 1)
            if place > LARGEST_PATCH:
                kept = False
                del self._held[:place]
                place = 0
            if not self._read_on():
                end = len(self._held)
                break
        kept = kept and end <= LARGEST_PATCH
        patch = self._take(end, passing=0)
        return patch if kept else None

    def _find(self, mark: bytes, start: int = 0) -> int:
        return self._held.find(mark, start)

    def _take(self, end: int, *, passing: int) -> bytes:
        taken = bytes(self._held[:end])
        del self._held[: end + passing]
        return taken

    def _read_on(self) -> bool:
        chunk = self._said.read(CHUNK_BYTES)
        self._held += chunk
        return bool(chunk)
