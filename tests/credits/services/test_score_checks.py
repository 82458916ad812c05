"""Scores of a rule set that counts no more are checked in the best way that there is for each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import Certificate, CertificateItem, RuleSet, Score
from credits.services.certificates import issue_certificate
from credits.services.changes import projects_with_changes
from credits.services.fsck import CheckedScores, find_faults
from credits.services.retiring import retire_rule_set
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from tests.credits.services.test_fsck import happen, happenings
from tests.histories import actor, change, harvest
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
START, END = NOW - timedelta(days=90), NOW

pytestmark = pytest.mark.django_db


def checked() -> tuple[list[str], CheckedScores]:
    counts = CheckedScores()
    return [str(fault) for fault in find_faults(checked=counts)], counts


def replaced_by_another(rule_set, project, *, now=LATER):
    """Put another version into force, so that ``rule_set`` counts no more."""
    own = rule_set.source.replace('"ai-open-source"', '"vision"')
    publish_rule_set(create_draft(own, project=project), active_from=now, now=now)
    score_project(project, now=now)


def former(rule_set, login="li") -> Score:
    return Score.objects.filter(rule_set=rule_set, participation__actor__login=login).first()


def tamper(score, points=99_000):
    reasons = [{**score.reasons[0], "points": points}]
    Score.objects.filter(pk=score.pk).update(points=points, reasons=reasons)


@pytest.fixture
def scored(project, rule_set):
    """Six changes: three of Li's, one that Wu shares, two of Wu's."""
    changes = [*map(change, range(3)), change(3, "li", "wu"), change(4, "wu"), change(900, "wu")]
    harvest(project, *changes, now=NOW)
    score_project(project, now=NOW)
    return project


@pytest.fixture
def retired(scored, rule_set):
    """The same, once another version counts."""
    replaced_by_another(rule_set, scored)
    return scored


def test_former_scores_are_computed_anew_where_the_month_is_as_it_was(retired, rule_set):
    assert checked() == ([], CheckedScores(computed=14))


def test_a_former_score_that_was_changed_by_hand_is_named(retired, rule_set):
    score = former(rule_set)
    tamper(score)

    (told,), _ = checked()

    assert told.startswith(
        f"scores follow from facts: vision, participation {score.participation_id},"
        " ai-open-source 1.0: stored as 99.0 (counted), computed as"
    )


def test_a_former_score_that_is_missing_or_too_much_is_named(retired, rule_set):
    former(rule_set).delete()

    (told,), _ = checked()

    assert "not stored" in told


def test_where_facts_changed_since_only_consistency_is_left(retired, rule_set):
    harvest(retired, change(1, lines=300), now=LATER)
    score_project(retired, now=LATER)

    faults, counts = checked()

    assert faults == []
    assert counts.computed + counts.consistent == 14
    assert counts.consistent > 0


def test_what_stays_of_a_month_is_not_taken_for_the_whole(retired, rule_set, student):
    for login in ("li", "wu"):
        prove_identity(student, actor(login), method=Identity.Method.DEMO, now=LATER)
    score_project(retired, now=LATER)

    faults, counts = checked()

    assert faults == []
    assert counts.consistent == 7


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"points": 99_000}, "points are the sum of reasons"),
        ({"points": 0, "reasons": []}, "scores are of one piece"),
        ({"state": "waiting"}, "scores are of one piece"),
        (
            {"reasons": [{"rule": "invented", "points": 8_000, "inputs": {}}], "points": 8_000},
            "the rule set has no invented; so have 1 scores",
        ),
        ({"category": "bribes"}, "the rule set has no category bribes; so have 1 scores"),
    ],
    ids=["points", "no-reasons", "state", "rule", "category"],
)
def test_what_cannot_be_computed_anew_must_be_consistent(retired, rule_set, fields, expected):
    harvest(retired, change(1, lines=300), now=LATER)
    score_project(retired, now=LATER)
    score = Score.objects.get(
        rule_set=rule_set, participation__contribution__title="Change 1", points__gt=0
    )
    Score.objects.filter(pk=score.pk).update(**fields)

    faults, _ = checked()

    assert any(expected in fault for fault in faults)


def test_a_rule_set_whose_text_was_changed_is_named(retired, rule_set):
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql.execute("ALTER TABLE credits_ruleset DISABLE TRIGGER published_rule_set_is_final")
        RuleSet.objects.filter(pk=rule_set.pk).update(
            source=rule_set.source.replace("[[5, 1]", "[[5, 100]")
        )
        sql.execute("ALTER TABLE credits_ruleset ENABLE TRIGGER published_rule_set_is_final")

    faults, _ = checked()

    assert (
        "rule sets are as published: ai-open-source 1.0: its text is not the one that its digest"
        " names" in faults
    )


def test_what_waited_when_the_rule_set_was_replaced_is_as_it_was_then(project, rule_set):
    young = NOW - timedelta(days=3)
    harvest(project, *(replace(change(n), occurred_at=young) for n in (1, 2)), change(3), now=NOW)
    score_project(project, now=NOW)
    replaced_by_another(rule_set, project, now=NOW + timedelta(hours=1))
    score_project(project, now=NOW + timedelta(days=30))

    assert checked() == ([], CheckedScores(computed=6))
    assert projects_with_changes(now=NOW + timedelta(days=30)) == []
    assert Score.objects.filter(rule_set=rule_set, state="waiting").count() == 2


def test_a_rule_set_that_counts_again_is_scored_as_a_whole(scored, rule_set):
    replaced_by_another(rule_set, scored)
    harvest(scored, change(1, lines=300), now=LATER)
    score_project(scored, now=LATER)
    newest = RuleSet.objects.get(project=scored)

    retire_rule_set(newest, now=LATER)
    score_project(scored, now=LATER)

    assert former(rule_set).project.scored_by == rule_set
    faults, counts = checked()
    assert faults == []
    assert counts.computed >= 7


# Certificates


@pytest.fixture
def certified(scored, student, rule_set):
    """Li's work was certified; then facts changed, and another version counts."""
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=NOW)
    score_project(scored, now=NOW)
    certificate = issue_certificate(student, start=START, end=END, now=NOW + timedelta(hours=1))
    replaced_by_another(rule_set, scored)
    harvest(scored, change(1, lines=300), now=LATER)
    score_project(scored, now=LATER)
    return certificate


def test_what_a_certificate_pins_follows_from_its_record(certified):
    faults, counts = checked()

    assert faults == []
    assert counts.certified == 4
    assert counts.computed + counts.certified + counts.consistent == 14


def test_a_certified_score_that_was_changed_by_hand_is_named(certified, rule_set):
    score = former(rule_set)
    tamper(score)

    faults, _ = checked()

    assert any(
        f"scores follow from certificates: {certified.code}: participation"
        f" {score.participation_id} is stored as 99.0, certified as " in fault
        for fault in faults
    )


@pytest.mark.parametrize("said", ["{}", '{"scoring": []}', "no record"])
def test_a_record_that_is_not_the_one_that_was_pinned_is_named(certified, said):
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql.execute("ALTER TABLE credits_certificate DISABLE TRIGGER issued_certificate_is_final")
        Certificate.objects.filter(pk=certified.pk).update(evidence=said)
        sql.execute("ALTER TABLE credits_certificate ENABLE TRIGGER issued_certificate_is_final")

    faults, counts = checked()

    assert any(f"{certified.code}: its record" in fault for fault in faults)
    assert counts.certified == 0


def test_an_item_that_was_changed_by_hand_is_named(certified):
    item = certified.items.first()
    CertificateItem.objects.filter(pk=item.pk).update(points=1)

    faults, _ = checked()

    assert any(f"participation {item.participation_id} is another in its rec" in f for f in faults)


def test_a_score_that_was_written_after_its_certificate_is_none_of_its_business(
    scored, student, rule_set
):
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=NOW)
    score_project(scored, now=NOW)
    issue_certificate(student, start=START, end=END, now=NOW + timedelta(hours=1))
    harvest(scored, change(1, lines=300), now=LATER)
    score_project(scored, now=LATER)
    replaced_by_another(rule_set, scored, now=LATER + timedelta(hours=1))
    harvest(scored, change(1, lines=100), now=LATER)
    score_project(scored, now=LATER + timedelta(hours=1))

    faults, _ = checked()

    assert faults == []


@given(before=happenings(), after=happenings())
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_after_it_was_replaced_no_former_score_is_accused(
    project, rule_set, before, after
):
    with transaction.atomic():
        person = User.objects.create_user("li", "li@example.edu")
        for step in before:
            happen(step, project, person)
        score_project(project, now=NOW)
        count = Score.objects.count()
        own = rule_set.source.replace('"ai-open-source"', '"vision"')
        publish_rule_set(create_draft(own, project=project), active_from=NOW, now=NOW)
        score_project(project, now=NOW)
        assert checked() == ([], CheckedScores(computed=2 * count))
        for step in after:
            happen(step, project, person)
        score_project(project, now=NOW)

        faults, counts = checked()

        assert faults == []
        assert counts.consistent <= count
        transaction.set_rollback(True)
