"""The badge for a README: what was certified, in twenty pixels of height.

Our own, because common badge makers measure Chinese by the widths of Latin letters. The widths
are estimates of what browsers' fonts have; ``textLength`` makes every browser keep to them.
"""

import unicodedata
from html import escape
from pathlib import Path

from credits.core.evidence import decimal_text
from credits.core.verdict import Outcome
from credits.exports.fonts import FontShelf
from credits.exports.sheet import Sheet

PADDING, LOGO_WIDTH = 7, 18
NARROW, WIDE = frozenset("iIjlrft.,:;'|!()[] ·"), frozenset("mwMW@%&—")
NARROW_WIDTH, WIDE_WIDTH, CAPITAL_WIDTH, USUAL_WIDTH, FULL_WIDTH = 3.9, 9.6, 7.6, 6.5, 11.0
INK, JADE, RED = "#16233a", "#0b6b61", "#b3261e"
FONTS = (
    "Verdana,DejaVu Sans,PingFang SC,Microsoft YaHei UI,Noto Sans SC,Noto Sans CJK SC,sans-serif"
)
TEMPLATE = (Path(__file__).parent / "data" / "badge.svg").read_text(encoding="utf-8")


def certificate_badge(sheet: Sheet, _: FontShelf) -> bytes:
    """The badge in the language that leads; it names no person."""
    label = sheet.words("brand")[0]
    message = sheet.stamp[0] or sheet.words("worth", points=decimal_text(sheet.paper.points))[0]
    label_width, message_width = text_width(label), text_width(message)
    left, right = LOGO_WIDTH + label_width + 2 * PADDING - 2, message_width + 2 * PADDING
    drawn = TEMPLATE.format(
        width=left + right,
        left=left,
        right=right,
        label=escape(label),
        message=escape(message),
        label_x=LOGO_WIDTH + PADDING - 1 + label_width / 2,
        message_x=left + right / 2,
        label_width=label_width,
        message_width=message_width,
        ink=INK,
        colour=JADE if sheet.outcome is Outcome.VALID else RED,
        fonts=FONTS,
    )
    return drawn.encode()


def text_width(text: str) -> int:
    """How wide ``text`` is at 11 pixels, in whole pixels."""
    return round(sum(map(_character_width, text)))


def _character_width(character: str) -> float:
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return FULL_WIDTH
    if character in NARROW:
        return NARROW_WIDTH
    if character in WIDE:
        return WIDE_WIDTH
    return CAPITAL_WIDTH if character.isupper() else USUAL_WIDTH
