"""A text file as it stands in a commit of a clone."""

from pathlib import Path

from harvesters.own_rules import LARGEST_BYTES, text_of
from harvesters.transports.children import GitChild, GitFailedError, ask_git

SECONDS = 60
_REGULAR = ("100644", "100755")


def text_at(directory: Path, commit: str, path: str) -> str | None:
    """The text at ``path``; None where no file is, or one of more than 200,000 characters.

    Raises:
        NotTextError: it is no text in UTF-8.
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
        return text_of(child.output().read())
