"""What git prints, read into plain records: commits with their trailers and sizes.

The format is framed by NUL, which no commit can hold in these fields. Reference: git-log(1),
"PRETTY FORMATS" and ``--numstat -z``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harvesters.changesets import ChangeSet, of_sizes
from harvesters.filekinds import Sized

FIELDS = ("%H", "%P", "%at", "%an", "%ae", "%cn", "%ce", "%B")
LOG_FORMAT = "%x01%x00" + "%x00".join(FIELDS) + "%x00"
"""Each commit begins with a lone 0x01, and each of its fields ends with NUL."""

COMMIT_MARK = b"\x01"
_TRAILER = re.compile(
    r"^(co-authored-by|signed-off-by|reviewed-by|tested-by|reported-by|helped-by|assisted-by"
    r"|generated-by):(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
LONGEST_TITLE = 1_000
_SECONDS = re.compile(r"-?\d{1,19}", re.ASCII)
_SQUASHED = re.compile(r"\(#(\d{1,9})\)\s*$")
_MERGED = re.compile(r"^Merge (?:pull request|pull-request|PR) [#!](\d{1,9})\b")
_GITLAB_MERGED = re.compile(r"^See merge request \S*!(\d{1,9})\s*$", re.MULTILINE)
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d{1,9})\b", re.IGNORECASE)
_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})\b", re.MULTILINE)
_REVERTS_NUMBER = re.compile(
    r"^(?:Reverts|This reverts merge request) (?:[\w.-]+/)*[\w.-]*([#!])(\d{1,9})\s*$",
    re.MULTILINE,
)
_REVERTED_TITLE = re.compile(r'Revert "(.*)"(?:\s*\(#\d{1,9}\))?\s*')


@dataclass(frozen=True, slots=True)
class Trailer:
    """A line such as ``Co-authored-by: Li Ming <li@example.org>``; ``kind`` in small letters."""

    kind: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as git knows it; ``diff`` is None where its size cannot be told."""

    sha: str
    parents: tuple[str, ...]
    authored_at: int
    author: tuple[str, str]
    committer: tuple[str, str]
    message: str
    diff: ChangeSet | None

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0].strip()


def read_log(pieces: Iterable[bytes], *, with_sizes: bool) -> Iterator[Commit]:
    """Read the NUL-separated ``pieces`` of ``git log -z`` in `LOG_FORMAT`, with numstat or not."""
    stream = iter(pieces)
    piece: bytes | None = next(stream, None)
    while piece is not None:
        if piece.strip(b"\n") != COMMIT_MARK:
            piece = next(stream, None)
            continue
        fields = [next(stream, b"") for _ in FIELDS]
        files, piece = _read_sizes(stream)
        yield commit_of(fields, of_sizes(files) if with_sizes else None)


def _read_sizes(stream: Iterator[bytes]) -> tuple[tuple[Sized, ...], bytes | None]:
    """The numstat of one commit, and the piece that follows it."""
    sizes: list[Sized] = []
    for piece in stream:
        line = piece.lstrip(b"\n")
        if line == COMMIT_MARK:
            return tuple(sizes), COMMIT_MARK
        if not line:
            continue
        added, deleted, path = line.split(b"\t", 2) if line.count(b"\t") > 1 else (b"", b"", line)
        if not path:
            # A rename: the old and the new path follow as pieces of their own.
            next(stream, b"")
            path = next(stream, b"")
        sizes.append((_text(path), _count(added), _count(deleted)))
    return tuple(sizes), None


def commit_of(fields: Sequence[bytes], diff: ChangeSet | None) -> Commit:
    """A commit by its ``fields``, in the order of `FIELDS`."""
    sha, parents, authored, *people, message = (_text(field) for field in fields)
    author_name, author_email, committer_name, committer_email = people
    return Commit(
        sha=sha,
        parents=tuple(parents.split()),
        authored_at=_moment(authored),
        author=(author_name.strip(), author_email.strip()),
        committer=(committer_name.strip(), committer_email.strip()),
        message=message,
        diff=diff,
    )


def _moment(seconds: str) -> int:
    """Seconds since 1970; 1970 itself where the commit holds no date that git can tell."""
    return int(seconds) if _SECONDS.fullmatch(seconds) else 0


def _count(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def trailers_of(message: str) -> list[Trailer]:
    """The trailers we know, anywhere in ``message``: squashing moves them about."""
    found = (_trailer(kind, said.strip()) for kind, said in _TRAILER.findall(message))
    return [trailer for trailer in found if trailer.name or trailer.email]


def _trailer(kind: str, said: str) -> Trailer:
    """A trailer that says ``Name <address>``; by hand, as no expression finds both in one pass."""
    name, sign, email = said.removesuffix(">").rpartition("<")
    if not sign or not said.endswith(">") or ">" in email:
        name, email = said, ""
    return Trailer(kind.lower(), name.strip(), email.strip())


def pull_requests_of(commit: Commit) -> list[int]:
    """Numbers of the pull or merge requests that a commit's message names as its own."""
    found = [_SQUASHED.search(commit.subject), _MERGED.match(commit.subject)]
    found.append(_GITLAB_MERGED.search(commit.message))
    return sorted({int(match[1]) for match in found if match})


def closes_of(message: str) -> list[int]:
    """Numbers of the issues that ``message`` closes."""
    return sorted({int(number) for number in _CLOSES.findall(message)})


def reverts_of(message: str, *, is_one_numbering: bool = True) -> str | None:
    """What this takes back: the hash of a commit, else ``#number`` of a change.

    The number stands where a forge writes it ("Reverts lab/vision#12"), or in the title that is
    taken back: ``Revert "Add LoRA (#12)" (#15)``. Where issues have numbers of their own
    ``#12`` is one of them, and only ``!12`` is a change.
    """
    if match := _REVERTS.search(message):
        return match[1]
    match = _REVERTS_NUMBER.search(message)
    if match and (is_one_numbering or match[1] == "!"):
        return f"#{int(match[2])}"
    title = _REVERTED_TITLE.fullmatch(message.split("\n", 1)[0].strip()[:LONGEST_TITLE])
    number = _SQUASHED.search(title[1]) if title and is_one_numbering else None
    return f"#{int(number[1])}" if number else None


def first_reverted(messages: Iterable[str], *, is_one_numbering: bool = True) -> str | None:
    """What ``messages`` take back: rather a commit than a change, of several the first."""
    found = [reverts_of(message, is_one_numbering=is_one_numbering) for message in messages]
    told = [one for one in found if one]
    return next((one for one in told if not one.startswith("#")), told[0] if told else None)
