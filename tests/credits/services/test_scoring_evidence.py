"""What a certificate pins is enough to compute each of its points again."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from accounts.models import User
from credits.core.recompute import recompute_points
from credits.models import Project, Score
from credits.services.certificates import issue_certificate
from credits.services.entering import NothingToCertifyError
from credits.services.scoring import score_project
from credits.services.scoring_evidence import ScoresAreStaleError
from harvesters.forge import Kind, Participant, Role
from tests.credits.services.test_fsck import happen, happenings, link
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED, account, change, harvest, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
END = BEGUN + timedelta(days=30)

pytestmark = pytest.mark.django_db


def issue(holder, **options):
    return issue_certificate(holder, **{"start": BEGUN, "end": END, "now": NOW} | options)


def differences(certificate):
    document = json.loads(certificate.credential)
    evidence, rules = (each["id"] for each in document["relatedResource"])
    resources = {
        evidence: certificate.evidence.encode(),
        rules: certificate.rule_set.source.encode(),
    }
    return recompute_points(document, resources)


def inputs_of(certificate):
    return [
        plain
        for scoring in json.loads(certificate.evidence)["scoring"]
        for plain in scoring["inputs"]
    ]


@pytest.fixture
def busy(worked):
    """A project whose limits bite, with shared, reviewed, waiting and denied work."""
    files = [["src/loader/a.py", 10, 0]]
    own = [
        change(20 + number, *names, lines=lines, files=files)
        for number, (names, lines) in enumerate(
            [(("li",), 3000), (("li", "wu"), 900), (("wu", "li"), 40), (("li", "robot"), 5)]
        )
    ]
    reviews = [
        record(
            number,
            [Participant(account("li"), Role.REVIEWER)],
            kind=Kind.REVIEW,
            review_state="approved",
            pull_requests=["22"],
            comments=number % 7,
        )
        for number in range(200, 220)
    ]
    harvest(worked, *own, *reviews, change(70, "li", lines=0), now=SCORED)
    score_project(worked, now=SCORED)
    return worked


def test_every_point_of_an_issued_certificate_follows(student, busy):
    certificate = issue(student)

    assert differences(certificate) == []
    assert certificate.points > 0


def test_the_whole_month_is_pinned_however_short_the_period(student, busy):
    whole, short = issue(student), issue(student, end=BEGUN + timedelta(hours=21))

    assert differences(short) == []
    assert short.items.count() < whole.items.count()
    assert len(inputs_of(short)) == len(inputs_of(whole))


def test_all_projects_of_a_certificate_are_pinned(student, busy):
    other = Project.objects.create(slug="other", name="Other", registered_at=SCORED)
    harvest(other, change(9), now=SCORED, path="lab/other")
    score_project(other, now=SCORED + timedelta(hours=1))

    certificate = issue(student)

    assert differences(certificate) == []
    scored = json.loads(certificate.evidence)["scoring"]
    assert [each["now"] for each in scored] == ["2026-11-10T08:00:00Z", "2026-11-10T09:00:00Z"]


def test_a_changed_fact_of_an_issued_certificate_is_named(student, busy):
    certificate = issue(student)
    record = json.loads(certificate.evidence)
    plain = record["scoring"][0]["inputs"][0]
    plain["facts"]["sizes"]["code"] = [5, 0]
    certificate.evidence = json.dumps(record)

    found = differences(certificate)

    url = record["contributions"][0]["url"]
    assert found[0] == f"{url}: facts.sizes was changed"
    assert any(f"{url}: " in line and "points" in line for line in found[1:])


def test_work_that_changed_since_it_was_scored_is_not_certified(student, busy):
    harvest(busy, change(0, lines=2000), now=NOW)

    with pytest.raises(ScoresAreStaleError, match="scored again soon"):
        issue(student)

    score_project(busy, now=NOW)
    assert differences(issue(student)) == []


def test_a_score_that_no_facts_give_is_not_certified(student, busy):
    score = Score.objects.filter(participation__actor__login="li", points__gt=0).first()
    Score.objects.filter(pk=score.pk).update(points=score.points + 1_000)

    with pytest.raises(ScoresAreStaleError):
        issue(student)


def test_the_record_names_nobody_and_no_other_work(student, busy):
    scoring = json.loads(issue(student).evidence)["scoring"]

    text = json.dumps(scoring)
    for private in ("wu", "robot", "Change", "forge.example", "loader"):
        assert f'"{private}' not in text
    assert all(
        set(part) <= PART for each in inputs_of(issue(student)) for part in each["participants"]
    )


@given(steps=happenings())
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happened_every_point_follows(project, rule_set, steps):
    with transaction.atomic():
        person = User.objects.create_user("li", "li@example.edu")
        for step in steps:
            happen(step, project, person)
        link(person)
        score_project(project, now=NOW)

        for days in (80, 25):
            end = BEGUN + timedelta(days=days)
            try:
                certificate = issue(person, start=BEGUN - timedelta(days=30), end=end)
            except NothingToCertifyError:
                continue
            assert differences(certificate) == []
        transaction.set_rollback(True)


PART = {"part", "person", "role", "weight", "ruled_weight", "is_bot", "withdrawn"}
