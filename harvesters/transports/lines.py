"""Files of lines on this machine, plain or gzip, read with bounded memory."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from harvesters.forge import ForgeAnswerError, SourceNotFoundError

LONGEST_LINE = 4_000_000


@dataclass(frozen=True, slots=True)
class LineFile:
    """The lines of a file; a name that ends in ``.gz`` is unpacked on the way."""

    path: Path

    def lines(self) -> Iterator[bytes]:
        """Each line without its line feed.

        Raises:
            SourceNotFoundError: no such file, or no right to read it.
            ForgeAnswerError: a line beyond four million bytes, or damaged gzip.
        """
        try:
            with self._open() as file:
                while line := file.readline(LONGEST_LINE + 1):
                    if len(line) > LONGEST_LINE:
                        raise ForgeAnswerError(
                            f"{self.path}: a line has more than {LONGEST_LINE} bytes."
                        )
                    yield line.rstrip(b"\r\n")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ForgeAnswerError(f"{self.path} is damaged: {error}") from error
        except OSError as error:
            raise SourceNotFoundError(f"{self.path} cannot be read: {error.strerror}.") from error

    def digest(self) -> str:
        """SHA-256 of the file as it lies on disk."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise SourceNotFoundError(f"{self.path} cannot be read: {error.strerror}.") from error

    def _open(self) -> IO[bytes]:
        if self.path.suffix == ".gz":
            return cast("IO[bytes]", gzip.open(self.path, "rb"))
        return self.path.open("rb")
