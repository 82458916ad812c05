"""The fonts that certificates are printed in, and whether they can print a text at all.

Typst draws a box for a character that no font has, and says nothing. So every character is
looked up in the fonts first, and one that is missing is an error that names it.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from credits.core.canonical import DocumentError
from credits.exports.cmaps import FontFileError, characters_of

PACKAGES = (
    ("fontpkg_inter", "files"),
    ("fontpkg_source_serif_4", "files"),
    ("pylopdf_fonts_zh_cn", ""),
)
"""Packages that carry fonts under the Open Font License, and the folder in each."""

FAMILIES = frozenset({"Inter", "Source Serif 4", "Noto Sans SC", "Noto Serif SC"})
JOINERS = frozenset("\u200b\u200c\u200d")


class UnprintableError(DocumentError):
    """A text has characters that no font here can print; the message names them."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        super().__init__(
            f"no font here can print {', '.join(map(named, self.characters))};"
            " name a folder with a font that can in OPENCREDITS_FONT_DIRS"
        )


class FontsMissingError(DocumentError):
    """The fonts of the certificates are not there, or cannot be read."""


class FontShelf:
    """Fonts, read once: those of the packages, and those of ``folders``. Never the system's."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise FontsMissingError(
                    f"{folder} of OPENCREDITS_FONT_DIRS is no folder; correct the setting"
                )
        found = [*map(str, _packaged()), *map(str, folders)]
        self.fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=found
        )
        self.families = self.fonts.families()
        missing = FAMILIES.difference(self.families)
        if missing:
            raise FontsMissingError(
                f"the fonts {', '.join(sorted(missing))} are missing; install the environment anew"
            )
        self.paths = sorted({font.path for font in self.fonts.fonts() if font.path})
        self._printable = frozenset[int]().union(*map(_characters_in, self.paths))

    def can_print(self, character: str) -> bool:
        """Whether a font has the character; what joins or varies others needs no glyph."""
        return (
            ord(character) in self._printable
            or character in JOINERS
            or unicodedata.name(character, "").startswith("VARIATION SELECTOR")
        )

    def refuse_unprintable(self, data: Any) -> None:
        """Raise UnprintableError if any text within ``data`` has a character that no font has."""
        characters = dict.fromkeys("".join(_texts(data)))
        missing = [character for character in characters if not self.can_print(character)]
        if missing:
            raise UnprintableError(missing)


@lru_cache(maxsize=4)
def font_shelf(*folders: Path) -> FontShelf:
    """The fonts of the packages and of ``folders``, read once in the life of a process."""
    return FontShelf(folders)


def named(character: str) -> str:
    """A character with its number and its name in Unicode, for who cannot see it."""
    name = unicodedata.name(character, "without a name")
    return f"“{character}” (U+{ord(character):04X}, {name})"


def _packaged() -> Iterator[Path]:
    for package, folder in PACKAGES:
        try:
            yield Path(str(files(package))) / folder
        except ModuleNotFoundError as error:
            raise FontsMissingError(
                f"the package {package} is missing; install the environment anew"
            ) from error


@lru_cache(maxsize=256)
def _characters_in(path: str) -> frozenset[int]:
    try:
        return characters_of(Path(path).read_bytes())
    except (OSError, FontFileError) as error:
        raise FontsMissingError(f"{path} cannot be read: {error}") from error


def _texts(data: Any) -> Iterator[str]:
    """Every text within ``data`` that gets printed: the values, at any depth."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
