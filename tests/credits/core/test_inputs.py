"""What a participant shares by."""

from dataclasses import replace

import pytest

from credits.core.inputs import Ruling
from tests.rule_sets import BOT, LI, WANG, contribution

ITEM = contribution(participants=(LI, WANG, BOT))


@pytest.mark.parametrize(
    ("weights", "expected"),
    [({}, [1, 1, 0]), ({1: 7}, [7, 1, 0]), ({1: 0, 2: 3}, [0, 3, 0]), ({4: 9}, [1, 1, 0])],
)
def test_a_ruling_says_shares_before_the_forge_and_a_bot_has_none(weights, expected):
    item = replace(ITEM, ruling=Ruling(weights=weights))

    assert [item.weight_of(part) for part in item.participants] == expected
