"""A decision lifts the guards that it names, and no other one."""

from dataclasses import replace

import pytest

from credits.core.inputs import Ruling
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import score_contributions
from tests.rule_sets import GUARD, HEAD, NOW, RULE, contribution

WAITS = """
[[guards]]
id = "open"
when = '!is_merged'
state = "waiting"
en = "Waiting"
zh = "等待"
"""


@pytest.mark.parametrize("guards", [WAITS + GUARD, GUARD + WAITS])
@pytest.mark.parametrize(
    ("pardoned", "is_merge", "state"),
    [
        ([], False, "waiting"),
        (["open"], False, "counted"),
        (["open"], True, "not_counted"),
        (["open", "merge"], True, "counted"),
        (["unknown"], False, "waiting"),
    ],
)
def test_what_is_not_pardoned_still_holds(guards, pardoned, is_merge, state):
    facts = {"sizes": {"code": [10, 2]}, "is_merge": is_merge}
    item = contribution(state="open", facts=facts)
    item = replace(item, ruling=Ruling(pardoned=frozenset(pardoned)))

    (score,) = score_contributions([item], parse_rule_set(HEAD + guards + RULE), now=NOW)

    assert score.state == state
    assert (score.points > 0) == (state == "counted")
