"""What git prints is read commit by commit, in little memory, and never by half."""

import io
import tracemalloc

import pytest

from harvesters import gitstream
from harvesters.gitstream import read_patches

FIELDS = [b"", b"1772326800", b"Li", b"li@example.org", b"Li", b"li@example.org", b"Fix\n"]
ADDED = (
    b"diff --git a/a.py b/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n"
)


def told(sha, patch=b"", listed=b":000000 100644 0 1 A\0a.py\0\0"):
    return b"\x01\0" + b"\0".join([sha, *FIELDS]) + b"\0\0\n" + listed + patch


def added(text):
    return ADDED + b"+" + text + b"\n"


def read(text, **options):
    return [
        (commit.sha, commit.diff and commit.diff.files)
        for commit in read_patches(io.BytesIO(text), **options)
    ]


THREE = told(b"a", added(b"1")) + told(b"b", b"", b"") + told(b"c", added(b"\x01\0"))


@pytest.mark.parametrize("chunk", [1, 2, 7, 100, 1 << 18])
def test_it_does_not_matter_in_what_pieces_it_comes(monkeypatch, chunk):
    monkeypatch.setattr(gitstream, "CHUNK_BYTES", chunk)

    one = (("a.py", 1, 0),)
    assert read(THREE) == [("a", one), ("b", ()), ("c", one)]


@pytest.mark.parametrize("end", range(len(THREE)))
def test_of_a_text_that_breaks_off_only_what_is_whole_is_told(end):
    whole = read(THREE)

    found = read(THREE[:end], is_whole=False)

    assert found == whole[: len(found)]
    assert len(found) < 3


def test_nothing_tells_nothing():
    assert read(b"") == read(b"", is_whole=False) == read(b"\n\0") == []


class Endless(io.RawIOBase):
    """A commit whose patch is a line of so many bytes, and another commit."""

    def __init__(self, size):
        self.parts = [told(b"a", ADDED + b"+"), None, b"\n" + told(b"b", added(b"1"))]
        self.left = size

    def read(self, size=-1):
        if self.parts and self.parts[0] is None:
            if self.left:
                self.left -= min(size, self.left)
                return b"x" * size
            self.parts.pop(0)
        return self.parts.pop(0) if self.parts else b""


@pytest.mark.parametrize("size", [60 << 20, 200 << 20])
def test_a_line_without_end_is_not_held(size):
    tracemalloc.start()
    try:
        one, other = read_patches(Endless(size))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (one.sha, one.diff) == ("a", None)
    assert (other.sha, other.diff.files) == ("b", (("a.py", 1, 0),))
    assert most < 4 * gitstream.LARGEST_PATCH


def test_a_patch_of_a_file_that_was_not_listed_is_not_believed():
    assert read(told(b"a", added(b"1"), b":000000 100644 0 1 A\0other\0\0")) == [("a", None)]
