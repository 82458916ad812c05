"""The badge for a README."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from credits.core.verdict import Outcome
from credits.exports.badge import certificate_badge, text_width
from credits.exports.fonts import font_shelf
from credits.exports.sheet import Sheet
from tests.printing import CREDENTIAL, paper_of

SVG = "{http://www.w3.org/2000/svg}"


def badge(language="en", outcome=Outcome.VALID, **changes):
    sheet = Sheet(replace(paper_of(), **changes), CREDENTIAL, outcome, language)
    return ET.fromstring(certificate_badge(sheet, font_shelf()))


@pytest.mark.parametrize(
    ("language", "label", "message"),
    [("en", "OpenCredits", "14.25 points"), ("zh", "开源学分", "14.25 积分")],
)
def test_it_says_the_points_in_the_language_that_leads(language, label, message):
    drawn = badge(language)

    assert [text.text for text in drawn.iter(f"{SVG}text")] == [label, message]
    assert drawn.get("aria-label") == f"{label}: {message}"


def test_a_revoked_one_says_so_in_red():
    drawn = badge(outcome=Outcome.REVOKED)

    assert drawn.get("aria-label") == "OpenCredits: REVOKED"
    assert "#b3261e" in {box.get("fill") for box in drawn.iter(f"{SVG}rect")}
    assert "14.25" not in ET.tostring(drawn, encoding="unicode")


def test_chinese_is_as_wide_as_it_is():
    assert text_width("开源学分") == 44
    assert text_width("OpenCredits") < text_width("开源学分开源学分")


def test_texts_lie_within_their_boxes():
    for language in ("en", "zh"):
        drawn = badge(language)
        _clip, left, right = drawn.iter(f"{SVG}rect")
        label, message = drawn.iter(f"{SVG}text")
        split, width = float(left.get("width")), float(drawn.get("width"))

        for text, start, end in ((label, 18, split), (message, split, width)):
            half = float(text.get("textLength")) / 2
            assert start < float(text.get("x")) - half
            assert float(text.get("x")) + half < end
        assert float(right.get("x")) + float(right.get("width")) == width


def test_it_names_no_person():
    assert "Li Ming" not in ET.tostring(badge(), encoding="unicode")
