"""Whatever a forge said becomes facts that rules can read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions import Type
from credits.core.facts import LARGEST_COUNT, LINE_KINDS, NO_FACTS, Facts, facts_of
from credits.core.fields import AGE, FIELDS, TYPES
from credits.core.inputs import Participant
from tests.rule_sets import NOW, SENSIBLE_FACTS, contribution

IS_OF = {
    Type.BOOL: lambda value: type(value) is bool,
    Type.INT: lambda value: type(value) is int and 0 <= value < 2**63,
    Type.STRING: lambda value: type(value) is str,
    Type.STRINGS: lambda value: type(value) is tuple and all(type(part) is str for part in value),
    Type.INTS: lambda value: type(value) is tuple and all(type(part) is int for part in value),
}
SAID = [
    "sizes", "files_count", "comments", "reviewers", "review_state", "resolved_threads", "is_merge",
    "reverts", "reverted_by", "labels", "pull_requests", "merged_by_author", "confirmed",
    "state_reason", "ai_assistance",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: (
        st.lists(part, max_size=4)
        | st.dictionaries(st.sampled_from(["code", "tests", "x"]), part, max_size=4)
    ),
    max_leaves=8,
)
HAPPENED = contribution().occurred_at
HOSTILE = st.dictionaries(st.sampled_from(SAID), JSON)


def known(facts, **changes) -> Facts:
    return facts_of(replace(contribution(facts=facts), **changes), now=NOW)


def assert_typed(facts: Facts) -> None:
    for name, kind in TYPES.items():
        assert IS_OF[kind](getattr(facts, name)), name


@given(HOSTILE | JSON)
def test_any_json_gives_facts_of_the_promised_types(said):
    assert_typed(known(said))


@pytest.mark.parametrize(
    "value",
    [
        10**5000,
        -(10**30),
        float("nan"),
        float("inf"),
        "9" * 10_000,
        {"code": [[[1]]]},
        {"code": {"code": 1}},
        {"code": [float("nan"), 1]},
        {"code": [10**400, 0]},
        {"code": None},
        [None],
        True,
    ],
    ids=lambda value: str(type(value).__name__),
)
@pytest.mark.parametrize("name", SAID)
def test_no_field_of_a_forge_can_break_scoring(name, value):
    assert_typed(known({name: value}))


def test_facts_nested_without_end_are_read():
    deep = []
    for _ in range(50_000):
        deep = [deep]

    assert_typed(known(dict.fromkeys(SAID, deep)))


def test_lines_are_those_added_and_deleted_by_hand():
    facts = known(
        {
            "sizes": {
                "code": [10, 2],
                "config": [3, 0],
                "tests": [20, 1],
                "docs": [0, 7],
                "ci": [1, 1],
                "generated": [9000, 0],
                "lock": [400, 400],
                "notebook": [5000, 0],
            }
        }
    )

    assert (facts.lines_code, facts.lines_tests, facts.lines_docs, facts.lines_ci) == (15, 21, 7, 2)
    assert facts.lines == 45
    assert facts.size_known


@pytest.mark.parametrize(
    "sizes",
    [
        None,
        [],
        "12",
        {"code": None},
        {"code": [1, "2"]},
        {"code": [1, -1]},
        {"code": [1.5, 0]},
        {"code": [LARGEST_COUNT + 1, 0]},
        {"code": [True, False]},
    ],
    ids=repr,
)
def test_a_size_that_cannot_be_read_in_full_is_unknown_and_not_small(sizes):
    facts = known({"sizes": sizes})

    assert not facts.size_known
    assert facts.lines == 0


def test_no_changed_lines_are_a_known_size():
    assert known({"sizes": {}}).size_known


def test_what_the_forge_did_not_say_is_zero_empty_or_false():
    facts = known({})

    assert facts == NO_FACTS._replace(
        kind="commit",
        state="merged",
        title="Fix the loader",
        repository_kind="code",
        is_merged=True,
        changes=1,
        roles=("author",),
        humans=1,
        age_days=22,
    )


def test_only_people_who_share_are_counted_as_humans():
    parts = (
        Participant(1, "author", 2, is_bot=False),
        Participant(2, "co_author", 0, is_bot=False),
        Participant(3, "co_author", 1, is_bot=True),
    )

    assert known({}, participants=parts).humans == 1


@pytest.mark.parametrize(("days", "age"), [(0, 0), (1, 1), (6.99, 6), (-3, 0)])
def test_age_is_in_whole_days_and_never_below_zero(days, age):
    assert known({}, occurred_at=NOW - timedelta(days=days)).age_days == age


@pytest.mark.parametrize(
    ("reverted_at", "state", "is_reverted", "days"),
    [
        (None, "merged", False, 0),
        (None, "reverted", True, 0),
        (HAPPENED + timedelta(days=180, hours=23), "merged", True, 180),
        (HAPPENED, "merged", True, 0),
    ],
)
def test_a_change_is_reverted_by_its_state_or_by_another_change(
    reverted_at, state, is_reverted, days
):
    facts = known({}, state=state, reverted_at=reverted_at)

    assert (facts.is_reverted, facts.reverted_after_days) == (is_reverted, days)


def test_what_a_forge_says_of_reverts_is_not_believed():
    """Reverts are found by us, as commits of the same repository say them."""
    assert not known({"reverted_by": "abc", "is_reverted": True}).is_reverted


@pytest.mark.parametrize("value", ["true", 1, "yes", [True]])
def test_only_true_is_true(value):
    facts = known({"is_merge": value, "confirmed": value, "merged_by_author": value})

    assert [facts.is_merge, facts.confirmed, facts.merged_by_author] == [False] * 3


@given(SENSIBLE_FACTS)
def test_what_a_forge_says_sensibly_arrives(said):
    facts = known(said)

    assert facts.comments == said.get("comments", 0)
    assert facts.labels == tuple(said.get("labels", ()))
    assert facts.pull_requests == tuple(said.get("pull_requests", ()))
    assert facts.size_known == (said.get("sizes") is not None)


def test_every_fact_is_described_in_both_languages():
    assert [name for name in Facts._fields if name not in AGE] == list(FIELDS)
    for field in FIELDS.values():
        assert field.en
        assert any("\u4e00" <= sign <= "\u9fff" for sign in field.zh)


def test_every_kind_of_lines_has_its_fact():
    assert {f"lines_{name}" for name in LINE_KINDS} <= FIELDS.keys()
