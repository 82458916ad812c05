"""Which characters can be printed, read from the fonts themselves."""

import struct
from importlib.resources import files
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.exports.cmaps import FontFileError, characters_of
from credits.exports.fonts import FontShelf, FontsMissingError, UnprintableError, font_shelf, named


def font_of(*subtables: bytes) -> bytes:
    """A font file that has nothing but a table of characters."""
    head = struct.pack(">HH", 0, len(subtables))
    offset, records = 4 + 8 * len(subtables), b""
    for subtable in subtables:
        records += struct.pack(">HHI", 3, 10, offset)
        offset += len(subtable)
    table = head + records + b"".join(subtables)
    directory = struct.pack(">4sHHHH", b"\0\1\0\0", 1, 0, 0, 0)
    return directory + struct.pack(">4sIII", b"cmap", 0, 28, len(table)) + table


def groups(*ranges: tuple[int, int, int]) -> bytes:
    body = b"".join(struct.pack(">III", *each) for each in ranges)
    return struct.pack(">HHIII", 12, 0, 16 + len(body), 0, len(ranges)) + body


def segments(*ranges: tuple[int, int]) -> bytes:
    """Format 4, with the glyph of each character told by its number alone (delta 1)."""
    ranges = (*ranges, (0xFFFF, 0xFFFF))
    count = len(ranges)
    ends = struct.pack(f">{count}H", *(end for _, end in ranges))
    starts = struct.pack(f">{count}H", *(start for start, _ in ranges))
    deltas, offsets = struct.pack(f">{count}H", *[1] * count), bytes(2 * count)
    head = struct.pack(">HHHHHHH", 4, 0, 0, 2 * count, 0, 0, 0)
    return head + ends + b"\0\0" + starts + deltas + offsets


def test_groups_of_32_bit_characters_are_read():
    font = font_of(groups((0x41, 0x5A, 1), (0x20000, 0x20002, 40)))

    assert characters_of(font) == {*range(0x41, 0x5B), 0x20000, 0x20001, 0x20002}


def test_segments_of_16_bit_characters_are_read_and_both_kinds_together():
    font = font_of(segments((0x4E00, 0x4E02)), groups((0x41, 0x41, 1)))

    assert characters_of(font) == {0x4E00, 0x4E01, 0x4E02, 0x41}


def test_the_box_for_a_missing_character_is_no_character():
    assert characters_of(font_of(groups((0x41, 0x42, 0)))) == {0x42}


@given(st.binary(max_size=200))
def test_what_is_no_font_is_refused_by_name(data):
    with pytest.raises(FontFileError):
        characters_of(data)


@given(st.integers(0, 400))
def test_a_font_that_breaks_off_is_refused_or_read_as_far_as_it_goes(length):
    whole = font_of(groups(*((1 + 4 * n, 2 + 4 * n, 1) for n in range(30))))
    try:
        found = characters_of(whole[:length])
    except FontFileError:
        return
    assert found <= characters_of(whole)


def test_the_fonts_that_come_along_have_what_names_need():
    shelf = font_shelf()

    for character in "李䶮堃喆\U0002b5af\U00020164ÀÿŁőΩЖ«»·–“”‘’…、，（）":
        assert shelf.can_print(character), character
    for character in "\U00010900🚀\u0378":
        assert not shelf.can_print(character), character


def test_what_joins_or_varies_others_needs_no_glyph():
    font_shelf().refuse_unprintable(
        {"name": "a\u200db\u200b", "other": ["龙\ufe00", "葛\U000e0100"]}
    )


def test_every_missing_character_is_named_once():
    with pytest.raises(UnprintableError) as refused:
        font_shelf().refuse_unprintable(["🚀🚀", {"deep": ["\u0378"]}])

    assert refused.value.characters == ("🚀", "\u0378")
    assert "“🚀” (U+1F680, ROCKET)" in str(refused.value)
    assert named("\u0378") == "“\u0378” (U+0378, without a name)"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FontsMissingError, match="nowhere of OPENCREDITS_FONT_DIRS is no folder"):
        FontShelf([tmp_path / "nowhere"])


def test_a_font_of_ones_own_adds_its_characters(tmp_path):
    source = Path(str(files("fontpkg_inter"))) / "files"
    for font in source.glob("Inter-Italic*"):
        copy(font, tmp_path)

    assert len(FontShelf([tmp_path]).paths) == len(font_shelf().paths) + 1
