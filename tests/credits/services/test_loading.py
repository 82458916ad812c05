"""What scoring looks at beside the facts: reverts, patches, sandboxes, reviews, rulings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Identity
from accounts.services import prove_identity, withdraw_identity
from credits.models import Placement, Project, Ruling, Score
from credits.services.fsck import find_faults
from credits.services.loading import load_inputs, rulings_on
from credits.services.scoring import score_project
from harvesters.forge import Kind, Page, Participant, RepositoryKind, RepositoryRecord, Role
from harvesters.models import Contribution
from harvesters.services.changes import mark_changed
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import store_page
from tests.histories import HOST, account, actor, change, harvest, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PATCH = "ab" * 20

pytestmark = pytest.mark.django_db


def told(title: str) -> tuple[int, str, str]:
    """Points, state and the deciding rule of the only score of ``title``."""
    score = Score.objects.in_force().get(participation__contribution__title=title)
    return score.points, score.state, score.reasons[-1]["rule"]


def points() -> list[int]:
    return sorted(Score.objects.in_force().values_list("points", flat=True))


def commit(number: int, *, title: str = "", **facts):
    parts = [Participant(account("li"), Role.AUTHOR)]
    made = record(number, parts, kind=Kind.COMMIT, sizes={"code": [100, 0]}, **facts)
    return replace(made, external_id=f"{number:040x}", title=title or f"Commit {number}")


def test_what_a_later_commit_took_back_is_void(project, rule_set):
    harvest(project, commit(1), now=NOW)
    score_project(project, now=NOW)
    before = told("Commit 1")
    harvest(project, commit(9, title="Revert", reverts=f"{1:040x}"), now=LATER)

    score_project(project, now=LATER)

    assert before[:2] == (8_000, "counted")
    assert told("Commit 1") == (0, "not_counted", "reverted")
    assert told("Revert") == (0, "not_counted", "revert")


def test_a_change_is_taken_back_by_its_number_and_comes_back_by_a_second_revert(project, rule_set):
    harvest(project, change(1), change(3, reverts="#1"), now=NOW)
    score_project(project, now=NOW)
    void = told("Change 1")
    harvest(project, change(5, reverts="#3"), now=LATER)

    score_project(project, now=LATER)

    assert void == (0, "not_counted", "reverted")
    assert told("Change 1")[:2] == (8_000, "counted")


def test_what_was_taken_back_after_half_a_year_stays(project, rule_set):
    late = replace(change(3, reverts="#1"), occurred_at=change(1).occurred_at + timedelta(days=181))
    harvest(project, change(1), late, now=NOW)

    score_project(project, now=NOW + timedelta(days=300))

    assert told("Change 1")[:2] == (8_000, "counted")


def test_another_project_s_revert_takes_nothing_back(project, rule_set):
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)
    harvest(project, commit(1), now=NOW)
    harvest(other, commit(9, reverts=f"{1:040x}"), now=NOW, path="somebody/vision")

    score_project(other, now=NOW)
    score_project(project, now=NOW)

    assert told("Commit 1")[:2] == (8_000, "counted")


def test_the_same_patch_counts_once_and_says_where(project, rule_set):
    copied = change(7, "wu", patch_id=PATCH)
    harvest(project, change(1, patch_id=PATCH), copied, now=NOW)

    score_project(project, now=NOW)

    assert told("Change 1")[:2] == (8_000, "counted")
    assert told("Change 7") == (0, "not_counted", "counts-elsewhere")
    score = Score.objects.in_force().get(points=0)
    assert "the same patch counts already" in score.trace[0]["en"]
    assert "Change 1" in score.trace[0]["en"]


def test_a_patch_that_was_taken_back_counts_where_it_landed_again(project, rule_set):
    harvest(project, change(1, patch_id=PATCH), now=NOW)
    harvest(project, change(3, reverts="#1"), change(7, "wu", patch_id=PATCH), now=NOW)

    score_project(project, now=NOW)

    assert told("Change 7")[:2] == (8_000, "counted")


def test_an_earlier_patch_that_is_read_later_takes_its_place(project, rule_set):
    harvest(project, change(7, "wu", patch_id=PATCH), now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1, patch_id=PATCH), now=LATER)

    score_project(project, now=LATER)

    assert told("Change 1")[:2] == (8_000, "counted")
    assert told("Change 7")[2] == "counts-elsewhere"


def test_what_waits_says_until_when_and_counts_then(project, rule_set):
    young = replace(change(1), occurred_at=NOW - timedelta(days=2))
    harvest(project, young, now=NOW)
    score_project(project, now=NOW)
    waiting = Score.objects.get()

    score_project(project, now=NOW + timedelta(days=5))

    assert (waiting.state, waiting.waits_until) == ("waiting", NOW + timedelta(days=5))
    assert told("Change 1")[:2] == (8_000, "counted")
    assert Score.objects.get().waits_until is None


def test_what_one_merges_alone_waits_until_a_maintainer_endorses_it(project, rule_set, registrar):
    harvest(project, change(1, merged_by_author=True), now=NOW)
    score_project(project, now=NOW)
    before = told("Change 1")
    endorsed = Contribution.objects.get()
    Ruling.objects.create(
        contribution=endorsed,
        subject=Ruling.Subject.ACCEPTANCE,
        value={"endorsed": True},
        reason="looked at",
        decided_by=registrar,
        decided_at=NOW,
    )
    mark_changed([endorsed.pk])

    score_project(project, now=LATER)

    assert before[:2] == (0, "waiting")
    assert told("Change 1")[:2] == (8_000, "counted")
    assert rulings_on([endorsed.pk])[endorsed.pk].is_endorsed


def sandbox(project, *records, path="li/toy", kind=RepositoryKind.CODE):
    """``records`` in a repository below the name of Li."""
    named = RepositoryRecord(HOST, "id of li/toy", path, f"https://forge.example/{path}", kind)
    cursor = register_source("jsonl:li/toy", named, now=NOW)
    project.repositories.add(cursor.repository)
    leased = lease_source(cursor, now=NOW)
    store_page(leased, Page(records, {}), now=NOW)
    leased.lease_until = None
    leased.save(update_fields=["lease_until"])


def test_a_sandbox_counts_nothing_until_somebody_else_contributes(project, rule_set):
    sandbox(project, change(1), change(2))
    score_project(project, now=NOW)
    before = told("Change 1")
    sandbox(project, change(5, "wu"))

    score_project(project, now=LATER)

    assert before == (0, "not_counted", "sandbox")
    assert {told(f"Change {number}")[1] for number in (1, 2, 5)} == {"counted"}


@pytest.mark.parametrize(
    ("path", "kind", "is_own"),
    [
        ("spaces/li/toy", RepositoryKind.SPACE, True),
        ("datasets/li/toy", RepositoryKind.DATASET, True),
        ("spaces/lab/toy", RepositoryKind.SPACE, False),
        ("spaces/li/toy", RepositoryKind.CODE, False),
    ],
)
def test_whose_a_demo_is_stands_behind_what_it_is(project, rule_set, path, kind, is_own):
    sandbox(project, change(1), path=path, kind=kind)

    score_project(project, now=NOW)

    assert (told("Change 1")[2] == "sandbox") is is_own


def test_a_second_account_of_the_same_person_is_no_other_contributor(project, rule_set, student):
    sandbox(project, change(1), change(5, "wu"))
    score_project(project, now=NOW)
    for login in ("li", "wu"):
        prove_identity(student, actor(login), method=Identity.Method.DEMO, now=NOW)

    score_project(project, now=LATER)

    assert told("Change 1")[2] == told("Change 5")[2] == "sandbox"


def test_two_accounts_of_one_person_are_scored_together_while_they_are_linked(
    project, rule_set, student
):
    files = [["src/model/layers/a.py", 100, 0]]
    mine, theirs = (change(n, who, lines=50, files=files) for n, who in ((1, "li"), (2, "wu")))
    harvest(project, mine, theirs, now=NOW)
    score_project(project, now=NOW)
    before = points()
    identities = [
        prove_identity(student, actor(login), method=Identity.Method.DEMO, now=NOW)
        for login in ("li", "wu")
    ]

    score_project(project, now=LATER)
    together = points()
    withdraw_identity(identities[1], now=LATER)
    score_project(project, now=LATER)

    assert (before, together) == ([8_000, 8_000], [4_000, 4_000])
    assert points() == before
    assert Placement.objects.values("work_item").distinct().count() == 2


def test_thirty_changes_of_ten_lines_earn_what_one_of_three_hundred_does(project, rule_set):
    files = [["src/model/layers/a.py", 10, 0]]
    pieces = [
        replace(
            change(number, lines=10, files=files),
            occurred_at=datetime(2026, 10, 6, number // 6, number, tzinfo=UTC),
        )
        for number in range(30)
    ]
    harvest(project, *pieces, now=NOW)

    score_project(project, now=NOW)

    points = Score.objects.in_force().values_list("points", flat=True)
    assert (len(points), sum(points)) == (30, 16_000)


def test_whose_work_a_review_looked_at_is_known_in_whatever_order_they_come(project, rule_set):
    parts = [Participant(account("wu"), Role.REVIEWER)]
    review = record(50, parts, kind=Kind.REVIEW, state="approved", pull_requests=[1], comments=2)
    harvest(project, review, now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1), now=LATER)

    score_project(project, now=LATER)

    (loaded,) = load_inputs(project, [Contribution.objects.get(kind="review").pk]).items
    assert loaded.counterpart == actor("li").pk
    assert list(find_faults()) == []
