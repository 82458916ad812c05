"""What is stored follows from the facts, however it came in; and what does not is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Identity, User
from accounts.services import prove_identity, withdraw_identity
from credits.models import BotVerdict, Placement, RuleSet, Ruling, Score
from credits.services.fsck import find_faults
from credits.services.rules import create_draft
from credits.services.scoring import score_project
from harvesters.forge import Kind, Participant, Role
from harvesters.models import Actor, Contribution
from harvesters.services.changes import mark_changed, mark_work_of
from tests.committing import *  # noqa: F403
from tests.histories import account, change, harvest, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
BEGUN = datetime(2026, 9, 20, 8, tzinfo=UTC)
PEOPLE = ("li", "wu", "sun")

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    return [str(fault) for fault in find_faults()]


@pytest.fixture
def scored(project, rule_set):
    harvest(project, change(1), change(2, "wu", "sun"), change(3, "wu"), now=NOW)
    score_project(project, now=NOW)
    return project


def test_nothing_is_broken_after_scoring(scored):
    assert faults() == []


def test_a_score_that_was_changed_by_hand_is_named(scored):
    score = Score.objects.filter(participation__actor__login="li").get()
    reasons = [{**score.reasons[0], "points": 99_000}]
    Score.objects.filter(pk=score.pk).update(points=99_000, reasons=reasons)

    (told,) = faults()

    assert told.startswith(
        f"scores follow from facts: vision, participation {score.participation_id}"
    )
    assert "stored as 99.0 (counted), computed as 8.0 (counted)" in told


def test_scores_in_shadow_are_computed_anew_too(scored, rule_set):
    source = rule_set.source.replace('"ai-open-source"', '"vision"')
    beside = create_draft(source, project=scored)
    RuleSet.objects.filter(pk=beside.pk).update(state=RuleSet.State.SHADOW)
    score_project(scored, now=NOW)
    assert faults() == []

    Score.objects.filter(rule_set=beside, participation__actor__login="li").delete()

    (told,) = faults()
    assert "not stored" in told


def test_a_fact_that_was_changed_by_hand_is_named(scored):
    changed = Contribution.objects.get(title="Change 1")
    changed.facts["sizes"] = {"code": [1, 0]}
    changed.save()

    (told,) = faults()

    assert "stored as 8.0 (counted), computed as 1.0 (counted)" in told


def test_points_that_are_not_the_sum_of_their_reasons_are_named(scored):
    score = Score.objects.filter(participation__actor__login="li").get()
    Score.objects.filter(pk=score.pk).update(points=7_000)

    assert f"points are the sum of reasons: score {score.pk}: 7000 ≠ 8000" in faults()


def test_a_score_that_is_missing_is_named(scored):
    Score.objects.filter(participation__actor__login="li").delete()

    (told,) = faults()

    assert "not stored. Run: opencredits score" in told


def test_a_change_that_nobody_looked_at_is_named(scored):
    harvest(scored, change(1, lines=300), now=NOW)

    assert "changes are looked at: vision: 1 changes wait. Run: opencredits score" in faults()


def test_a_log_entry_that_was_altered_is_named(scored, rule_set):
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute("ALTER TABLE credits_logentry DISABLE TRIGGER log_is_append_only")
        sql.execute("UPDATE credits_logentry SET body_digest = repeat('0', 64)")
        sql.execute("ALTER TABLE credits_logentry ENABLE TRIGGER log_is_append_only")

    assert "the log is whole: entry 0: was altered" in faults()


def test_several_processes_find_and_score_the_same(committed_db, project, rule_set):
    harvest(project, *(change(number, "li", "wu") for number in range(40)), now=NOW)
    score_project(project, now=NOW, jobs=2)
    by_two = list(Score.objects.order_by("participation").values("points", "reasons"))

    again = score_project(project, now=NOW, anew=True)

    assert again.written == 0
    assert len(by_two) == 80
    assert list(find_faults(jobs=2)) == []


# Whatever happens, and in whatever order it is heard of

DAYS = st.integers(0, 50)


@st.composite
def happenings(draw):
    """A history that is told in pages, with decisions and scorings in between."""
    steps = []
    for number in range(draw(st.integers(1, 12))):
        what = draw(st.sampled_from(["change", "change", "change", "review", "commit", "again"]))
        who = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True))
        facts = {
            "files": [[draw(st.sampled_from(["a/b/c/d.py", "x.md"])), 1, 1]],
            "closes": draw(st.lists(st.integers(1, 2), max_size=1)),
        }
        lines = draw(st.integers(1, 900))
        state = draw(st.sampled_from(["merged", "merged", "merged", "open", "reverted"]))
        steps.append((what, number, who, facts, lines, state, draw(DAYS)))
        if draw(st.booleans()):
            steps.append(("score",))
    for what in draw(st.lists(st.sampled_from([*DEEDS, "score"]), max_size=4)):
        steps.insert(draw(st.integers(0, len(steps))), (what,))
    return steps


def told(step):
    what, number, who, facts, lines, state, day = step
    moment = BEGUN + timedelta(days=day, hours=number)
    if what == "review":
        parts = [Participant(account(who[0]), Role.REVIEWER)]
        said = {"review_state": "approved", "comments": lines % 3, "pull_requests": [number // 2]}
        made = record(number, parts, kind=Kind.REVIEW, state="approved", **said)
    else:
        made = change(number if what != "again" else number // 2, *who, lines=lines, **facts)
        made = replace(made, state=state)
    if what == "commit":
        made = replace(made, kind=Kind.COMMIT, external_id=f"{number:040x}")
    return replace(made, occurred_at=moment)


def link(person):
    for actor in Actor.objects.filter(login__in=PEOPLE[:2]):
        prove_identity(person, actor, method=Identity.Method.DEMO, now=NOW)


def unlink(person):
    for identity in Identity.objects.active().filter(user=person):
        withdraw_identity(identity, now=NOW)


def call_a_bot(_person):
    for actor in Actor.objects.filter(login="sun"):
        if not actor.bot_verdicts.standing():
            BotVerdict.objects.create(actor=actor, is_bot=True, reason="a test", decided_at=NOW)
            mark_work_of([actor.pk])


def rule(_person):
    for one in Contribution.objects.order_by("pk")[:2]:
        if not one.rulings.standing():
            asked = {"subject": "category", "value": {"category": "docs"}, "reason": "a test"}
            Ruling.objects.create(contribution=one, decided_at=NOW, **asked)
            mark_changed([one.pk])


DEEDS = {"link": link, "unlink": unlink, "bot": call_a_bot, "ruling": rule}


def happen(step, project, person):
    if step[0] == "score":
        score_project(project, now=NOW)
    elif step[0] in DEEDS:
        DEEDS[step[0]](person)
    else:
        harvest(project, told(step), now=NOW)


@given(steps=happenings())
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_scored_bit_by_bit_is_what_is_scored_at_once(project, rule_set, steps):
    with transaction.atomic():
        person = User.objects.create_user("li", "li@example.edu")
        for step in steps:
            happen(step, project, person)
        score_project(project, now=NOW)

        found = faults()
        again = score_project(project, now=NOW, anew=True)

        assert (found, again.written) == ([], 0)
        assert Placement.objects.count() == Score.objects.count()
        transaction.set_rollback(True)
