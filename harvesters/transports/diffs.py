"""What a branch changed since it left another one: git-diff-tree(1), for many at once."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harvesters.changesets import ChangeSet
from harvesters.gitlog import LOG_FORMAT, Commit, read_log
from harvesters.gitstream import read_patches
from harvesters.transports.children import GitChild, GitFailedError

SECONDS = 300
LARGEST = 128 << 20

_AS_WRITTEN = (
    *("-w", "--ignore-blank-lines", "--find-renames", "--diff-algorithm=default"),
    *("--indent-heuristic", "--submodule=short"),
    *("--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "-O/dev/null"),
)
"""As git compares by itself, whatever a repository's own configuration says; white space aside."""
SIZES = ("--numstat", *_AS_WRITTEN)
PATCHES = (
    *("--raw", "--patch", "--full-index", "--src-prefix=a/", "--dst-prefix=b/"),
    *_AS_WRITTEN,
)
_DIFF = ("diff-tree", "--stdin", "-r", "-z", "--always", f"--format={LOG_FORMAT}")

Pair = tuple[str, str]
"""The hashes of two commits: of the branch that was left, and of the one that left it."""


def changed(directory: Path, pairs: Sequence[Pair]) -> dict[Pair, ChangeSet]:
    """What the second of each pair changed since it left the first.

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


def _diffs(directory: Path, parted: Sequence[tuple[Pair, str]]) -> Iterator[tuple[Pair, ChangeSet]]:
    """One child for all; in halves where it fails, so that one lacking file spoils one pair."""
    if not parted:
        return
    found = _told(directory, parted, PATCHES)
    if found is not None:
        for place, (pair, _fork) in enumerate(parted):
            diff = found[place].diff or _measured(directory, parted[place])
            if diff is not None:
                yield pair, diff
    elif len(parted) > 1:
        middle = len(parted) // 2
        yield from _diffs(directory, parted[:middle])
        yield from _diffs(directory, parted[middle:])
    elif (diff := _measured(directory, parted[0])) is not None:
        yield parted[0][0], diff


def _measured(directory: Path, parted: tuple[Pair, str]) -> ChangeSet | None:
    """By numbers of lines, where the patch is too large."""
    found = _told(directory, [parted], SIZES)
    return found[0].diff if found else None


def _told(
    directory: Path, parted: Sequence[tuple[Pair, str]], how: Sequence[str]
) -> list[Commit] | None:
    given = "".join(f"{pair[1]} {fork}\n" for pair, fork in parted)
    command = (*_DIFF, *how)
    with GitChild(directory, command, seconds=SECONDS, given=given, largest=LARGEST) as child:
        try:
            said = child.output()
        except GitFailedError:
            return None
        if how is SIZES:
            found = list(read_log(child.pieces(), with_sizes=True))
        else:
            found = list(read_patches(said))
    return found if len(found) == len(parted) else None


def _lines(directory: Path, arguments: Sequence[str], given: str = "") -> list[str]:
    with GitChild(directory, arguments, seconds=SECONDS, given=given, largest=LARGEST) as child:
        try:
            return child.output().read().decode("ascii", "replace").splitlines()
        except GitFailedError:
            return []
