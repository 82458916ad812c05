"""Explanations: one state, lines that sum, evidence, and what would change it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, WITHDRAWN
from credits.models import Ruling, Score
from credits.services.explanations import (
    UNSCORED,
    NotVisibleError,
    explain_contribution,
    explain_parts,
)
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from credits.services.visibility import visible_to_institution
from harvesters.models import Contribution
from harvesters.services.changes import mark_changed
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, actor, change, harvest
from tests.rule_sets import SMALL
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(project):
    person = User.objects.create_user("chen.m")
    project.maintainers.add(person)
    return person


def explain(number, user=None):
    contribution = Contribution.objects.select_related("repository").get(external_id=number)
    return explain_contribution(contribution, user, now=SCORED)


def work_again(project, record):
    harvest(project, record, now=SCORED)
    score_project(project, now=SCORED)


def test_what_counts_has_lines_that_sum_to_its_points(worked, student):
    (part,) = explain("3", student).parts

    assert (part.state, part.points) == (COUNTED, 4000)
    assert sum(line["points"] for line in part.lines) == part.points
    assert [line["rule"] for line in part.lines] == ["code", "sharing"]
    assert part.lines[0]["inputs"] == {"lines_code": 100}
    assert part.headline.en == "Counted"


def test_the_facts_that_the_rules_look_at_are_shown(worked, student):
    facts = {fact.name: fact.value for fact in explain("3", student).facts}

    assert facts["lines_code"] == 100
    assert facts["is_merged"] is True
    assert "title" not in facts


def test_it_says_what_would_change_it(worked, student):
    alone, shared = (explain(number, student).parts[0] for number in ("0", "3"))

    assert [change.text.en for change in alone.changes] == [
        "If its lines of tests were 10 (now 0): 10 points instead of 8",
        "If its lines of code were 191 (now 100): 16 points instead of 8",
        "If its lines of code were 45 (now 100): 4 points instead of 8",
    ]
    assert shared.changes[1].text.en.endswith("16 points instead of 8 for the work as a whole")
    assert shared.depends_on[0].en.startswith("Your part follows the shares.")


def test_what_waits_says_for_what(worked, student):
    work_again(worked, replace(change(0), state="open"))

    (part,) = explain("0", student).parts

    assert part.state == WAITING
    assert part.headline.zh == "等待中：项目合并后计分"
    assert part.changes[0].text.zh == "项目将其合并后：计 8 分"


def test_what_waits_for_its_time_says_the_moment(worked, student):
    score = Score.objects.get(participation__contribution__external_id="0")
    moment = SCORED + timedelta(days=3)
    Score.objects.filter(pk=score.pk).update(state=WAITING, points=0, waits_until=moment)

    (part,) = explain("0", student).parts

    assert part.waits_until == moment
    assert part.headline.en.startswith("Waiting until 2026-11-13 08:00 UTC.")


def test_the_others_of_the_work_item_are_named(project, rule_set, student):
    files = [["src/a/b/one.py", 30, 0]]
    harvest(project, *(change(number, lines=30, files=files) for number in range(3)), now=SCORED)
    score_project(project, now=SCORED)
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=SCORED)

    found = explain("1", student)

    assert [other.title for other in found.related] == ["Change 0", "Change 2"]
    assert found.explained == {other.pk for other in found.related}
    (part,) = found.parts
    assert sum(line["points"] for line in part.lines) == part.points
    assert part.lines[-1]["rule"] == "work-item"
    assert "for the work as a whole" in part.changes[0].text.en


def test_scores_by_other_rule_sets_are_kept_and_shown(worked, student):
    own = create_draft(SMALL, project=worked)
    publish_rule_set(own, active_from=SCORED, now=SCORED)
    score_project(worked, now=SCORED)

    (part,) = explain("0", student).parts

    assert part.score.rule_set == own
    assert [(str(score.rule_set), score.points) for score in part.former] == [
        ("ai-open-source 1.0", 8000)
    ]


def test_a_decision_stands_with_its_reason(worked, student, chen):
    contribution = Contribution.objects.get(external_id="0")
    Ruling.objects.create(
        contribution=contribution,
        subject=Ruling.Subject.ACCEPTANCE,
        value={"endorsed": False},
        reason="It was copied",
        decided_by=chen,
        decided_at=SCORED,
    )
    mark_changed([contribution.pk])
    score_project(worked, now=SCORED)

    found = explain("0", student)

    assert [ruling.reason for ruling in found.rulings] == ["It was copied"]
    assert found.parts[0].state == NOT_COUNTED
    assert "It was copied" in found.parts[0].headline.en
    assert found.parts[0].changes == ()
    assert "dispute" in found.parts[0].depends_on[0].en


def test_what_its_owner_took_back_says_so(worked, student):
    participation = Contribution.objects.get(external_id="0").participations.get()
    Ruling.objects.create(
        contribution_id=participation.contribution_id,
        participation=participation,
        subject=Ruling.Subject.WITHDRAWAL,
        value={"withdrawn": True},
        reason="Not mine",
        decided_by=student,
        decided_at=SCORED,
    )
    mark_changed([participation.contribution_id])
    score_project(worked, now=SCORED)

    (part,) = explain("0", student).parts

    assert (part.state, part.points) == (WITHDRAWN, 0)


def test_what_was_read_again_promises_nothing(worked, student):
    Contribution.objects.filter(external_id="0").update(digest="ff" * 32)

    (part,) = explain("0", student).parts

    assert part.is_stale
    assert part.changes == ()


def test_what_was_just_read_is_not_looked_at_yet(worked, student):
    harvest(worked, change(9), now=SCORED)

    (part,) = explain("9", student).parts

    assert (part.state, part.points, part.lines) == (UNSCORED, 0, ())


def test_what_belongs_to_no_project_says_so(worked, student):
    harvest(worked, change(9), now=SCORED)
    worked.repositories.clear()

    (part,) = explain("9", student).parts

    assert "no registered project" in part.headline.en


def test_a_person_sees_own_parts_a_maintainer_all_and_others_nothing(
    worked, student, chen, registrar
):
    assert [part.participation.actor.login for part in explain("3", student).parts] == ["li"]
    assert [part.participation.actor.login for part in explain("3", chen).parts] == ["li", "wu"]
    assert len(explain("3").parts) == 2
    with pytest.raises(NotVisibleError):
        explain("3", registrar)


def test_an_institution_sees_what_certificates_hold(
    make_certificate, make_application, university, make_institution
):
    certificate, elsewhere = make_certificate(), make_institution("elsewhere")
    make_application(certificate)
    inside = certificate.items.get().participation

    found = explain_parts(inside.contribution, visible_to_institution(university), now=SCORED)

    assert [part.participation for part in found.parts] == [inside]
    with pytest.raises(NotVisibleError):
        explain_parts(inside.contribution, visible_to_institution(elsewhere), now=SCORED)


def test_the_queries_are_the_same_however_much_there_is(project, rule_set, student):
    files = [["src/a/b/one.py", 30, 0]]
    few = [change(number, lines=30, files=files) for number in range(2)]
    many = [change(200 + number, lines=30, files=files) for number in range(12)]
    harvest(project, *few, *many, now=SCORED)
    score_project(project, now=SCORED)
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=SCORED)

    with CaptureQueriesContext(connection) as first:
        assert len(explain("1", student).related) == 1
    with CaptureQueriesContext(connection) as second:
        assert len(explain("201", student).related) == 11

    assert len(first) == len(second)
