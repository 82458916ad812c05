"""What a branch changed since it left another one: git-diff-tree(1), for many at once."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harvesters.filekinds import Sized
from harvesters.gitlog import LOG_FORMAT, read_log
from harvesters.transports.children import GitChild, GitFailedError

SECONDS = 300
LARGEST = 128 << 20

SIZES = ("--numstat", "--find-renames", "--no-ext-diff", "--no-textconv", "--no-color")
_DIFF = ("diff-tree", "--stdin", "-r", "-z", "--always", f"--format={LOG_FORMAT}", *SIZES)

Pair = tuple[str, str]
"""The hashes of two commits: of the branch that was left, and of the one that left it."""


def changed(directory: Path, pairs: Sequence[Pair]) -> dict[Pair, tuple[Sized, ...]]:
    """The files that the second of each pair changed since it left the first.

    Where the clone lacks what it takes, or it is too much, a pair is missing in the answer.
    """
    here = _here(directory, {sha for pair in pairs for sha in pair})
    known = [pair for pair in pairs if here.issuperset(pair)]
    forks = _forks(directory, known)
    return dict(_diffs(directory, [(pair, forks[pair]) for pair in known if pair in forks]))


def _here(directory: Path, shas: Iterable[str]) -> set[str]:
    """Which of ``shas`` are commits that the clone holds."""
    lines = _lines(directory, ("cat-file", "--batch-check"), "\n".join(shas))
    return {line.split()[0] for line in lines if line.split()[1:2] == ["commit"]}


def _forks(directory: Path, pairs: Sequence[Pair]) -> dict[Pair, str]:
    """Where each pair parted.

    git-rev-parse(1) names of ``A...B`` both and, behind ``^``, their merge bases.
    """
    if not pairs:
        return {}
    asked = (f"{one}...{other}" for one, other in pairs)
    forks: dict[Pair, str] = {}
    ends = 0
    for line in _lines(directory, ("rev-parse", *asked)):
        if line.startswith("^"):
            forks.setdefault(pairs[ends // 2 - 1], line[1:])
        else:
            ends += 1
    return forks


def _diffs(
    directory: Path, parted: Sequence[tuple[Pair, str]]
) -> Iterator[tuple[Pair, tuple[Sized, ...]]]:
    """One child for all; in halves where it fails, so that one lacking file spoils one pair."""
    if not parted:
        return
    given = "".join(f"{pair[1]} {fork}\n" for pair, fork in parted)
    with GitChild(directory, _DIFF, seconds=SECONDS, given=given, largest=LARGEST) as child:
        try:
            found = list(read_log(child.pieces(), with_sizes=True))
        except GitFailedError:
            found = []
    if len(found) == len(parted):
        for (pair, _fork), commit in zip(parted, found, strict=True):
            yield pair, commit.files or ()
    elif len(parted) > 1:
        middle = len(parted) // 2
        yield from _diffs(directory, parted[:middle])
        yield from _diffs(directory, parted[middle:])


def _lines(directory: Path, arguments: Sequence[str], given: str = "") -> list[str]:
    with GitChild(directory, arguments, seconds=SECONDS, given=given, largest=LARGEST) as child:
        try:
            return child.output().read().decode("ascii", "replace").splitlines()
        except GitFailedError:
            return []
