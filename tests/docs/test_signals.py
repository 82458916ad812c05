"""docs/scoring.md tells each signal as the code knows it."""

import re
from pathlib import Path

import pytest

from credits.core.signals import FINDERS, GROUNDS, WINDOW_DAYS
from credits.core.signals.acceptance import ONE_HAND, ONE_HOUSE, RECIPROCITY, USUAL
from credits.core.signals.attribution import FIXED_COMPANY, MISMATCH
from credits.core.signals.bursts import LEAST_A_DAY, LEAST_DAYS, UNLIKELY
from credits.core.signals.items import FEW_A_DAY, LEAST_ITEMS
from credits.core.signals.near_copies import ALIKE, LEAST_COPIES, LOOKED_AT, NEAR_COPY_SHARE
from credits.models import IntegrityReview
from credits.services.integrity import LEAST_DECIDED

TEXT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")
SECTION = TEXT[TEXT.index("## Signals") : TEXT.index("## Credit policies")]
ROWS = {
    cells[1].strip("` "): cells
    for line in SECTION.splitlines()
    if (cells := [cell.strip() for cell in line.split("|")])[1:2] and cells[1].startswith("`")
}
NUMBERS = {
    "reciprocity": (RECIPROCITY,),
    "one_hand": (ONE_HAND,),
    "one_house": (ONE_HOUSE,),
    "fixed_company": (FIXED_COMPANY,),
    "near_copy": (NEAR_COPY_SHARE, ALIKE),
    "burst": (LEAST_DAYS, LEAST_A_DAY),
    "author_mismatch": (MISMATCH,),
}


@pytest.mark.parametrize("name", FINDERS)
def test_each_signal_is_listed_with_its_ground_and_its_numbers(name):
    _, _, ground, asks, *_ = ROWS[name]

    assert ground == GROUNDS[name]
    assert {float(number) for number in re.findall(r"\d\.?\d*", asks)} >= set(NUMBERS[name])


def test_nothing_else_is_listed():
    assert list(ROWS) == list(FINDERS)


def test_the_numbers_that_hold_for_all_are_those_of_the_code():
    assert f"in {WINDOW_DAYS} days" in SECTION
    assert f"at least {LEAST_ITEMS} contributions" in SECTION
    assert (USUAL, "a fifth of everybody's work" in SECTION) == (0.2, True)
    assert (FEW_A_DAY, "at most three contributions of a day" in SECTION) == (3, True)
    assert (LEAST_COPIES, "and three," in SECTION) == (3, True)
    assert (UNLIKELY, "1 in 10,000" in SECTION) == (1e-4, True)
    assert f"among the first {LOOKED_AT}" in SECTION
    assert f"{IntegrityReview.ANSWER_WITHIN.days} days to answer" in SECTION
    assert f"{IntegrityReview.DECIDE_WITHIN_WORKING_DAYS} working days" in SECTION
    assert f"at least {LEAST_DECIDED} decided reviews" in SECTION
