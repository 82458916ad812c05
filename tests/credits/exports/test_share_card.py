"""The picture that shows where a certificate's address is shared."""

import struct
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from credits.core.verdict import Outcome
from credits.exports.fonts import UnprintableError, font_shelf
from credits.exports.share_card import HEIGHT, WIDTH, share_card
from credits.exports.sheet import Sheet
from tests.printing import CODE, CREDENTIAL, paper_of

SEAL_CORNER = (1005, 445, 1140, 580)


def card_with(language="en", outcome=Outcome.VALID, **changes):
    paper = replace(paper_of(), code=CODE, **changes)
    return share_card(Sheet(paper, CREDENTIAL, outcome, language), font_shelf())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_has_the_size_that_previews_want(language):
    picture = card_with(language)

    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (WIDTH, HEIGHT) == (1200, 630)
    assert picture == card_with(language)


def test_a_revoked_one_looks_different():
    valid, revoked = (
        Image.open(BytesIO(card_with(outcome=outcome))).convert("RGB")
        for outcome in (Outcome.VALID, Outcome.REVOKED)
    )

    assert valid.crop(SEAL_CORNER).tobytes() != revoked.crop(SEAL_CORNER).tobytes()
    assert valid.crop((0, 0, 900, 630)).tobytes() == revoked.crop((0, 0, 900, 630)).tobytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "欧阳" * 80},
        {"holder": "W" * 300},
        {"holder": ""},
        {"projects": ["W" * 300] * 50},
        {"projects": []},
        {"address": "https://" + "w" * 300},
    ],
)
def test_nothing_reaches_the_edge(changes):
    picture = Image.open(BytesIO(card_with(**changes))).convert("RGB")

    paper = picture.getpixel((2, 300))
    for box in ((0, 20, 60, 630), (1145, 20, 1200, 630), (0, 600, 1200, 630)):
        assert picture.crop(box).getcolors() == [((box[2] - box[0]) * (box[3] - box[1]), paper)]


def test_a_character_that_no_font_has_is_refused():
    with pytest.raises(UnprintableError, match="ROCKET"):
        card_with(holder="🚀")
