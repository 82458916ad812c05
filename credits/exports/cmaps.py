"""Which characters a font file has glyphs for (OpenType 1.9, chapters "cmap" and "otff").

Only what is needed of a font is read: its table directory and the two subtable formats that
fonts of today carry, 4 (16-bit) and 12 (32-bit).
"""

import struct
from collections.abc import Iterator

COLLECTION = b"ttcf"
SEGMENTS, GROUPS = 4, 12
UNICODE_PLATFORM, WINDOWS_PLATFORM = 0, 3
WINDOWS_UNICODE = frozenset({1, 10})


class FontFileError(ValueError):
    """A font file is damaged, or has no table of characters that we can read."""


def characters_of(font: bytes) -> frozenset[int]:
    """The code points that a font, or any font of a collection, has a glyph for.

    Raises:
        FontFileError: the file is damaged or no OpenType font.
    """
    try:
        found = frozenset[int]().union(*(_of_face(font, start) for start in _faces(font)))
    except struct.error as error:
        raise FontFileError("the font file breaks off") from error
    if not found:
        raise FontFileError("the font has no table of Unicode characters")
    return found


def _faces(font: bytes) -> tuple[int, ...]:
    if font[:4] != COLLECTION:
        return (0,)
    (count,) = struct.unpack_from(">I", font, 8)
    return struct.unpack_from(f">{count}I", font, 12)


def _of_face(font: bytes, start: int) -> set[int]:
    """The characters of the face whose table directory is at ``start``."""
    (tables,) = struct.unpack_from(">H", font, start + 4)
    found: set[int] = set()
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, start + 12 + 16 * number)
        if tag == b"cmap":
            for subtable in _unicode_subtables(font, offset):
                found.update(_of_subtable(font, subtable))
    return found


def _unicode_subtables(font: bytes, table: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", font, table + 2)
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", font, table + 4 + 8 * number)
        if platform == UNICODE_PLATFORM or (
            platform == WINDOWS_PLATFORM and encoding in WINDOWS_UNICODE
        ):
            yield table + offset


def _of_subtable(font: bytes, start: int) -> Iterator[int]:
    (form,) = struct.unpack_from(">H", font, start)
    if form == SEGMENTS:
        yield from _of_segments(font, start)
    elif form == GROUPS:
        yield from _of_groups(font, start)


def _of_groups(font: bytes, start: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", font, start + 12)
    for number in range(count):
        first, last, glyph = struct.unpack_from(">III", font, start + 16 + 12 * number)
        # Glyph 0 is the box that stands for a missing character.
        yield from range(first + (glyph == 0), last + 1)


def _of_segments(font: bytes, start: int) -> Iterator[int]:
    (doubled,) = struct.unpack_from(">H", font, start + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, start + 14)
    begins_at = start + 16 + doubled
    begins = struct.unpack_from(f">{count}H", font, begins_at)
    deltas = struct.unpack_from(f">{count}H", font, begins_at + doubled)
    ranges_at = begins_at + 2 * doubled
    offsets = struct.unpack_from(f">{count}H", font, ranges_at)
    for number, (begin, end, delta, offset) in enumerate(
        zip(begins, ends, deltas, offsets, strict=True)
    ):
        for character in range(begin, end + 1):
            glyph = character
            if offset:
                place = ranges_at + 2 * number + offset + 2 * (character - begin)
                (glyph,) = struct.unpack_from(">H", font, place) if place + 2 <= len(font) else (0,)
            if glyph and (glyph + delta) & 0xFFFF:
                yield character
