"""Charts as SVG, drawn on the server."""

import re
from decimal import Decimal

from credits.templatetags.charts import credit_meter


def test_the_parts_of_the_bar_lie_side_by_side_and_fill_no_more_than_the_whole():
    drawn = credit_meter(Decimal("0.5"), Decimal("1.5"), Decimal(1), Decimal(4))

    assert parts_of(drawn) == [("m1", 0, 12.5), ("m2", 12.5, 37.5), ("m3", 50, 25)]


def test_more_than_the_goal_makes_the_whole_longer():
    drawn = credit_meter(Decimal(3), Decimal(3), Decimal(0), Decimal(4))

    assert parts_of(drawn) == [("m1", 0, 50), ("m2", 50, 50)]


def test_nothing_is_drawn_of_nothing():
    assert parts_of(credit_meter(Decimal(0), Decimal(0), Decimal(0), Decimal(0))) == []


def test_hatches_are_drawn_within_what_is_under_review():
    drawn = credit_meter(Decimal(1), Decimal(1), Decimal(1), Decimal(4))

    solid, hatched, outlined = re.findall(r'<svg class="m\d".*?</svg>', drawn)
    assert "<line" in hatched
    assert "<line" not in solid + outlined


def parts_of(drawn):
    found = re.findall(r'<svg class="(m\d)" x="([\d.]+)%" width="([\d.]+)%"', drawn)
    return [(kind, float(left), float(width)) for kind, left, width in found]
