"""What the page on harvesting promises is what there is."""

from pathlib import Path

import pytest

from harvesters.changesets import ChangeSet
from harvesters.sources import SCHEMES

TEXT = (Path(__file__).parents[2] / "docs" / "harvesting.md").read_text("utf-8")


@pytest.mark.parametrize("name", SCHEMES)
def test_every_kind_of_source_is_listed(name):
    assert f"| `{name}:{SCHEMES[name].example}` |" in TEXT


def test_no_other_kind_of_source_is_promised():
    rows = [line for line in TEXT.split("\n") if line.startswith("| `")]

    assert {row[3:].partition(":")[0] for row in rows} == set(SCHEMES)


def test_every_fact_that_a_patch_tells_is_described():
    told = ChangeSet((), {}, "a", (1,), 1, (1, 1)).facts()
    lines = [line for line in TEXT.split("\n") if line.startswith("- **`")]

    described = {name for line in lines for name in line.split("**")[1].split("`")[1::2]}
    assert described == {*told, "is_mechanical", "reverts"}
