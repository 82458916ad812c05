"""What is one piece of work, and what is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.inputs import Participant
from credits.core.work_items import (
    area_of,
    author_of,
    first_closed,
    largest_path,
    work_item_of,
)
from tests.scored_histories import LI, START, WANG, change

MONDAY = START + timedelta(days=6)
CHANGE = change(1, 10, at=MONDAY, path="src/models/loader/a.py")


def same_work(one, other):
    return work_item_of(one) == work_item_of(other) is not None


@pytest.mark.parametrize(
    "other",
    [
        change(2, 99, at=MONDAY + timedelta(days=6, hours=23), path="src/models/loader/b.py"),
        change(2, 99, at=MONDAY, path="src/models/loader/deep/down/c.py"),
        replace(CHANGE, kind="commit", state="open", title="Other"),
    ],
    ids=["same-week", "deeper", "commit"],
)
def test_changes_of_one_week_and_area_are_one_work_item(other):
    assert same_work(CHANGE, other)


@pytest.mark.parametrize(
    "other",
    [
        change(2, 10, at=MONDAY + timedelta(days=7), path="src/models/loader/a.py"),
        change(2, 10, at=MONDAY - timedelta(seconds=1), path="src/models/loader/a.py"),
        change(2, 10, at=MONDAY, path="src/models/saver/a.py"),
        change(2, 10, at=MONDAY, path="src/models/loader/a.py", person=WANG),
        change(2, 10, at=MONDAY, path="src/models/loader/a.py", closes=3),
        replace(CHANGE, repository=2),
    ],
    ids=["next-week", "week-before", "area", "person", "issue", "repository"],
)
def test_what_differs_in_one_of_these_is_other_work(other):
    assert not same_work(CHANGE, other)


def test_what_closes_one_issue_is_one_work_item_whenever_and_wherever():
    first = change(1, 10, closes=7)
    later = change(2, 10, at=START + timedelta(days=200), path="docs/x.md", closes=7)

    assert same_work(first, later)
    assert not same_work(first, change(3, 10, closes=8))


@pytest.mark.parametrize("kind", ["review", "issue", "comment", "release", "claim", "maintenance"])
def test_other_kinds_stand_alone(kind):
    assert work_item_of(replace(CHANGE, kind=kind)) is None


def test_a_change_of_which_no_file_is_known_stands_alone():
    assert work_item_of(replace(CHANGE, facts={"sizes": {"code": [5, 0]}})) is None


def test_a_path_that_the_caller_has_counts_before_the_facts():
    bare = replace(CHANGE, facts={})

    assert work_item_of(bare, "src/models/loader/z.py") == work_item_of(CHANGE)
    assert work_item_of(CHANGE, "") is None


def test_the_author_is_the_first_who_is_no_bot_and_has_a_share():
    bot = Participant(1, "author", 1, is_bot=True, person=5)
    gone = Participant(2, "author", 0, is_bot=False, person=6)
    other = Participant(3, "co_author", 1, is_bot=False, person=7)
    author = Participant(4, "author", 1, is_bot=False, person=8)

    assert author_of([bot, gone, other, author]) == 8
    assert author_of([other, bot, gone]) == 7
    assert author_of([bot, gone]) == 0
    assert author_of([Participant(9, "author", 1, is_bot=False)]) == 9


def test_work_of_bots_is_no_work_item():
    bot = Participant(1, "author", 1, is_bot=True, person=LI)

    assert work_item_of(replace(CHANGE, participants=(bot,))) is None


@pytest.mark.parametrize(
    ("facts", "number"),
    [
        ({"closes": [9, 3]}, 3),
        ({"closes": ["3", None, 12]}, 12),
        ({"closes": [True]}, None),
        ({"closes": []}, None),
        ({"closes": 3}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_of_several_issues_the_lowest_number_tells(facts, number):
    assert first_closed(facts) == number


@pytest.mark.parametrize(
    ("path", "area"),
    [("a.py", "a.py"), ("a/b.py", "a/b.py"), ("a/b/c/d/e.py", "a/b/c"), ("", "")],
)
def test_an_area_is_three_parts_of_a_path(path, area):
    assert area_of(path) == area


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda part: st.lists(part, max_size=3),
        max_leaves=6,
    ),
    st.text(max_size=9),
)
def test_whatever_a_forge_says_has_a_number_or_none(said, path):
    for facts in ({"files": said}, {"closes": said}, {"files": [[path, 1, 0]]}):
        found = work_item_of(replace(CHANGE, facts=facts))

        assert found is None or 0 <= found < 2**63
        assert isinstance(largest_path(facts), str)


def test_the_number_is_the_same_on_any_machine():
    assert work_item_of(change(1, 10, closes=7)) == 2_504_222_160_849_440_318
