"""The preview is measured on rows of real shape, and its peer comes to the same points."""

import pytest

from benchmarks.preview import fill, one_by_one, ours, run

pytestmark = pytest.mark.django_db


def test_both_ways_give_the_same_points():
    project = fill(200)

    assert ours(project) == one_by_one(project) > 0


def test_what_was_not_asked_for_is_not_measured():
    assert run(["score"], quick=True) == []


def test_a_row_says_how_it_compares():
    (row,) = run(["preview"], quick=True)

    assert row["name"] == "preview"
    assert row["ours"] > 0
    assert row["floor_value"] > 0
