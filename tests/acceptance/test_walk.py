"""The whole way of one contribution: a line of history in, booked credits out."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import resources

import pytest

from accounts.models import Identity, Institution, Membership, User
from accounts.services import join_institution, prove_identity
from credits.core.verdict import Outcome
from credits.models import Claim, LogEntry, Project, Recognition, Score
from credits.services.booking import book_recognition
from credits.services.certificates import issue_certificate
from credits.services.policies import publish_policy
from credits.services.recognition import (
    AlreadyClaimedError,
    Decision,
    decide_application,
    submit_application,
)
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from credits.services.verification import verify_stored, verify_upload
from harvesters.models import Actor, Repository
from harvesters.services.harvesting import harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.sources import open_forge

DATA = resources.files("credits.core") / "data"
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = timedelta(days=1)

HEADER = {
    "format": "opencredits-contributions/1",
    "repository": {"host": "forge.example", "external_id": "7", "path": "lab/vision"},
}
CHANGE = {
    "external_id": "918",
    "kind": "change",
    "occurred_at": "2026-10-05T17:30:00+08:00",
    "state": "merged",
    "title": "Load adapters in shards",
    "url": "https://forge.example/lab/vision/pull/918",
    "participants": [
        {"host": "forge.example", "external_id": "101", "login": "liming", "role": "author"},
        {"host": "forge.example", "external_id": "102", "login": "sun", "role": "co_author"},
    ],
    "facts": {"sizes": {"code": [800, 90], "tests": [400, 12]}, "pull_requests": [918]},
}


@pytest.mark.django_db
def test_a_merged_change_becomes_booked_credits(tmp_path):
    history = tmp_path / "vision.jsonl"
    history.write_text(f"{json.dumps(HEADER)}\n{json.dumps(CHANGE)}\n", encoding="utf-8")
    university = Institution.objects.create(slug="first", name="First University")
    li, sun = (User.objects.create_user(name, display_name=name) for name in ("Li", "Sun"))
    zhao = User.objects.create_user("Zhao")
    join_institution(li, university, role=Membership.Role.STUDENT, now=NOW - 400 * DAY)
    join_institution(zhao, university, role=Membership.Role.REGISTRAR, now=NOW - 400 * DAY)
    publish_policy(university, _low_policy(), now=NOW - 300 * DAY)
    rules = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
    publish_rule_set(create_draft(rules), active_from=NOW - 300 * DAY, now=NOW - 300 * DAY)

    # Facts: harvested once, however often.
    for _ in range(2):
        source = f"jsonl:{history}"
        forge, address = open_forge(source, now=NOW)
        cursor = register_source(source, forge.find_repository(address), now=NOW)
        harvest_source(lease_source(cursor, now=NOW), clock=lambda: NOW)
    project = Project.objects.create(slug="vision", name="Vision", registered_at=NOW)
    project.repositories.add(Repository.objects.get())

    # People: each proves an account.
    for person, login in ((li, "liming"), (sun, "sun")):
        actor = Actor.objects.get(login=login)
        prove_identity(person, actor, method=Identity.Method.DEMO, now=NOW - DAY)

    # Worth: the change's points are shared, and nothing is lost.
    assert score_project(project, now=NOW).scored == 1
    shares = [score.points for score in Score.objects.order_by("participation__actor__login")]
    assert shares == [15_000, 15_000]
    assert all(
        score.points == sum(reason["points"] for reason in score.reasons)
        for score in Score.objects.all()
    )

    # The certificate: signed, logged, verifiable; an edited one is not.
    certificate = issue_certificate(li, start=NOW - 90 * DAY, end=NOW, now=NOW)
    assert certificate.points == 15_000
    assert verify_stored(certificate, now=NOW).is_valid
    edited = certificate.credential.replace("15", "95", 1).encode()
    assert verify_upload(edited, now=NOW).outcome is Outcome.ALTERED

    # Recognition: applied for once, decided by a person, booked by the university.
    application = submit_application(
        li, institution=university, certificates=[certificate], now=NOW
    )
    with pytest.raises(AlreadyClaimedError):
        submit_application(li, institution=university, certificates=[certificate], now=NOW)
    decided = decide_application(
        application, Decision(approve=True), decided_by=zhao, now=NOW + DAY
    )
    booked = book_recognition(
        decided.recognition, actor="Student system", reference="SIS-1", now=NOW + 2 * DAY
    )

    assert (booked.credits, booked.state) == (Decimal("0.5"), Recognition.State.BOOKED)
    assert Claim.objects.filter(released_at=None).count() == 1
    assert [entry.kind for entry in LogEntry.objects.order_by("index")] == [
        LogEntry.Kind.RULE_SET,
        LogEntry.Kind.ISSUE,
        LogEntry.Kind.KEY,
        LogEntry.Kind.CLAIM,
        LogEntry.Kind.RECOGNITION,
    ]


def _low_policy() -> str:
    """The sample policy, with a first level that one good change reaches."""
    source = (DATA / "policies" / "innovation-practice-1.0.toml").read_text(encoding="utf-8")
    return source.replace("points = 30", "points = 12", 1)
