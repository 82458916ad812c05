"""Unix sockets that only we can open, on paths that the kernel accepts."""

import hashlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path

LONGEST_DIRECTORY = 85
"""The kernel allows 107 bytes; the name of a socket takes up to 20 of them."""


class ForeignDirectoryError(Exception):
    """A directory for sockets belongs to somebody else."""


def short_directory(directory: Path) -> Path:
    """``directory``, or a short path that stands for it where that is too long for a socket."""
    name = os.fsencode(directory.resolve())
    if len(name) <= LONGEST_DIRECTORY:
        return directory.resolve()
    digest = hashlib.sha256(name).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"opencredits-{os.getuid()}-{digest}"


def make_private(directory: Path, *, owners: Collection[int] = ()) -> None:
    """Make ``directory`` ours alone, or that of one of ``owners``, who act for us.

    Raises:
        ForeignDirectoryError: somebody else made it first.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_uid not in {os.getuid(), *owners}:
        raise ForeignDirectoryError(f"{directory} belongs to somebody else; set OPENCREDITS_HOME.")
    directory.chmod(0o700)
