"""A text file as it stands in a commit of a clone."""

from pathlib import Path

from harvesters.transports.children import GitChild, GitFailedError, ask_git

LONGEST_TEXT = 200_000
LARGEST_BYTES = 4 * LONGEST_TEXT
SECONDS = 60
_REGULAR = ("100644", "100755")


def text_at(directory: Path, commit: str, path: str) -> str | None:
    """The text at ``path``; None where no file is, or one of more than 200,000 characters.

    Raises:
        GitFailedError: the clone lacks what it takes to tell.
    """
    asked = ("ls-tree", "-l", "--full-tree", commit, "--", path)
    mode, kind, sha, size, *_ = (*ask_git(directory, asked, seconds=SECONDS).split(), *4 * [""])
    if mode not in _REGULAR or kind != "blob":
        return None
    if not size.isdecimal():
        raise GitFailedError(f"The size of {path} is not told.")
    if int(size) > LARGEST_BYTES:
        return None
    with GitChild(directory, ("cat-file", "blob", sha), seconds=SECONDS) as child:
        text = child.output().read().decode("utf-8", "replace")
    return text if len(text) <= LONGEST_TEXT else None
