"""What people can change is told in both languages, and is nothing that they are."""

import pytest

from credits.core.candidates import KINDS
from credits.core.changeable import CHANGEABLE, PARTS_OF_LINES
from credits.core.expressions import Type
from credits.core.facts import LINE_KINDS


@pytest.mark.parametrize("name", CHANGEABLE)
def test_every_changeable_fact_is_one_and_has_both_languages(name):
    found = CHANGEABLE[name]

    assert name in KINDS
    assert found.text.en
    assert found.text.zh
    assert (found.to is not None) == (KINDS[name] is Type.BOOL)
    assert ("{needed}" in found.text.en) == ("{needed}" in found.text.zh)


def test_the_parts_of_lines_are_those_that_are_summed():
    assert set(PARTS_OF_LINES) == {f"lines_{kind}" for kind in LINE_KINDS}


def test_nobody_is_told_to_become_somebody_else():
    assert not CHANGEABLE.keys() & {
        *("kind", "title", "roles", "humans", "is_merge", "is_reverted"),
        *("ai_assisted", "is_mechanical", "severity", "claim", "amount"),
    }
