"""By what a contribution is known to hold the same work: stored with it, and kept true."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harvesters.forge import ContributionRecord, Kind, Page, RepositoryRecord
from harvesters.models import Contribution, HarvestCursor, WorkKey
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import store_page
from harvesters.services.work_keys import work_keys

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
A, B, C = "a" * 40, "b" * 40, "c" * 64


def change(number=12, kind=Kind.CHANGE, **facts):
    return ContributionRecord(
        str(number),
        kind,
        NOW,
        "merged",
        f"Change {number}",
        "",
        (),
        {"pull_requests": [12], **facts},
    )


@pytest.fixture
def cursor(db):
    repository = RepositoryRecord("forge.example", "7", "lab/vision")
    return lease_source(register_source("git:/lab/vision", repository, now=NOW), now=NOW)


def store(cursor: HarvestCursor, *records: ContributionRecord) -> None:
    store_page(cursor, Page(records, {}), now=NOW)


def stored() -> set[tuple[str, str, bool]]:
    return set(WorkKey.objects.values_list("contribution__external_id", "key", "is_merge"))


def test_a_change_is_known_by_its_commits_and_by_the_one_that_merged_it():
    assert work_keys(change(commits=[A, C], merge_commit=B)) == {A: False, C: False, B: True}


def test_a_commit_that_is_both_is_a_commit_of_the_change():
    assert work_keys(change(commits=[A, B], merge_commit=B)) == {A: False, B: False}


def test_a_change_goes_by_its_number_where_its_merge_is_not_known():
    assert work_keys(change()) == {"#12": False}
    assert work_keys(change(commits=[A])) == {"#12": False, A: False}


def test_a_commit_is_known_by_the_changes_that_its_message_names():
    assert work_keys(change(kind=Kind.COMMIT, pull_requests=[12, 13])) == {
        "#12": False,
        "#13": False,
    }


@pytest.mark.parametrize("kind", [Kind.CHANGE, Kind.COMMIT])
@pytest.mark.parametrize("reverted", [A, A[:7], C, "#7"])
def test_both_are_known_by_their_patch_and_by_what_they_take_back(kind, reverted):
    known = work_keys(change(kind=kind, patch_id=B, reverts=reverted))

    assert known == {"#12": False, f"~{B}": False, f"!{reverted}": False}


def test_a_review_is_known_by_the_number_of_what_it_reviews():
    assert work_keys(change(kind=Kind.REVIEW, commits=[A])) == {"@12": False}


@pytest.mark.parametrize("kind", [Kind.ISSUE, Kind.RELEASE])
def test_other_kinds_hold_no_commits(kind):
    assert work_keys(change(kind=kind, commits=[A])) == {}


@pytest.mark.parametrize(
    "facts",
    [
        {"commits": "abc", "merge_commit": 5, "pull_requests": 12},
        {"commits": [A[:7], A.upper(), None, {"sha": A}, "x" * 40], "pull_requests": [True, -1]},
        {"commits": {A: B}, "merge_commit": A + "\n", "pull_requests": [2**70, "12", 1.5, 0]},
        {"pull_requests": [], "patch_id": "~" + A, "reverts": "HEAD"},
        {"pull_requests": [], "patch_id": [A], "reverts": "#0"},
    ],
    ids=["no-lists", "odd-hashes", "odd-numbers", "odd-patch", "no-patch"],
)
def test_what_is_no_hash_and_no_number_is_no_key(facts):
    assert work_keys(change(**facts)) == {}


def test_keys_are_stored_with_the_contribution(cursor):
    store(cursor, change(commits=[A], merge_commit=B), change(13, kind=Kind.COMMIT))

    assert stored() == {("12", A, False), ("12", B, True), ("13", "#12", False)}


def test_keys_follow_the_facts(cursor):
    store(cursor, change(commits=[A, C], merge_commit=B), change(14, commits=[A]))

    store(cursor, change(commits=[B, C], merge_commit=B))

    assert stored() == {("12", B, False), ("12", C, False), ("14", A, False), ("14", "#12", False)}


def test_the_same_page_twice_writes_no_key_anew(cursor):
    record = change(commits=[A], merge_commit=B)
    store(cursor, record)
    before = set(WorkKey.objects.values_list("pk", flat=True))

    store(cursor, record, replace(record, external_id="99"))

    after = set(WorkKey.objects.values_list("pk", flat=True))
    assert before < after
    assert Contribution.objects.count() == 2


def test_the_longest_key_can_be_stored(cursor):
    store(cursor, change(patch_id=C, reverts=C))

    assert stored() == {("12", "#12", False), ("12", f"~{C}", False), ("12", f"!{C}", False)}
