"""Two universities with a machine each, their people, and what those sent and decided.

Tests take these fixtures by ``from tests.university import *``.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from itertools import count
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from accounts.clients import Scope, create_api_client
from accounts.models import ApiClient, Identity, Institution, Membership, User
from accounts.services import join_institution, prove_identity
from credits.models import (
    Application,
    Certificate,
    CertificateItem,
    CreditPolicy,
    LogEntry,
    Project,
    Recognition,
    RuleSet,
    Score,
    StatusList,
)
from credits.services.certificates import issue_certificate
from credits.services.log import append_entry
from credits.services.policies import publish_policy
from credits.services.recognition import submit_application
from credits.services.rules import create_draft, publish_rule_set
from harvesters.models import Actor, Contribution, Participation, Repository

START = datetime.fromisoformat("2026-09-01T00:00:00+00:00")
ISSUED = datetime.fromisoformat("2026-11-20T08:00:00.250000+00:00")
DATA = resources.files("credits.core") / "data"
SCOPES = (Scope.CERTIFICATES_READ, Scope.RECOGNITIONS_READ, Scope.RECOGNITIONS_WRITE)


@dataclass(frozen=True)
class Machine:
    """An institution's machine: it gets tokens and asks with them, as a stranger's would."""

    api_client: ApiClient
    client_id: str
    secret: str
    http: Client

    def ask_token(self, **form: str) -> Any:
        given = {"grant_type": "client_credentials", **form}
        secret = {"client_id": self.client_id, "client_secret": self.secret}
        return self.http.post("/identity/o/api/token", {**secret, **given})

    def headers(self, **form: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ask_token(**form).json()['access_token']}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(path, headers={**self.headers(), **headers})

    def post(self, path: str, document: Any, **headers: str) -> Any:
        return self.http.post(
            path,
            json.dumps(document),
            content_type="application/json",
            headers={**self.headers(), **headers},
        )


@pytest.fixture(autouse=True)
def fresh_and_quick(settings: Any) -> None:
    """No requests counted yet; and a hash that takes no time, for secrets of a test."""
    caches["counters"].clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def make_institution(db: None) -> Callable[[str], Institution]:
    def make(slug: str) -> Institution:
        return Institution.objects.create(slug=slug, name=slug.title(), native_name="示例大学")

    return make


@pytest.fixture
def make_machine(client: Client) -> Callable[..., Machine]:
    def make(institution: Institution, scopes: tuple[Scope, ...] = SCOPES) -> Machine:
        made = create_api_client(institution, label="Student system", scopes=scopes, now=ISSUED)
        return Machine(*made, http=client)

    return make


@pytest.fixture
def university(make_institution: Callable[[str], Institution]) -> Institution:
    return make_institution("first-university")


@pytest.fixture
def machine(make_machine: Callable[..., Machine], university: Institution) -> Machine:
    return make_machine(university)


@pytest.fixture
def stranger(
    make_machine: Callable[..., Machine], make_institution: Callable[[str], Institution]
) -> Machine:
    """The machine of another university."""
    return make_machine(make_institution("second-university"))


@pytest.fixture
def student(university: Institution) -> User:
    person = User.objects.create_user("li", email="li@first.example", display_name="Li Ming")
    join_institution(
        person, university, role=Membership.Role.STUDENT, person_code="0023110412", now=START
    )
    return person


@pytest.fixture
def registrar(university: Institution) -> User:
    person = User.objects.create_user("chen", email="chen@first.example", display_name="Chen")
    join_institution(person, university, role=Membership.Role.REGISTRAR, now=START)
    return person


@pytest.fixture
def rule_set(db: None) -> RuleSet:
    source = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
    return publish_rule_set(create_draft(source), active_from=START, now=START)


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(slug="vision", name="Vision", registered_at=START)


@pytest.fixture
def make_participation(db: None) -> Callable[[], Participation]:
    numbers = count(1)

    def make() -> Participation:
        number = next(numbers)
        repository, _ = Repository.objects.get_or_create(
            host="forge.example", external_id="1", defaults={"path": "ai/vision"}
        )
        actor, _ = Actor.objects.get_or_create(
            host="forge.example", external_id="7", defaults={"login": "li"}
        )
        contribution = Contribution.objects.create(
            repository=repository,
            external_id=str(number),
            kind=Contribution.Kind.CHANGE,
            occurred_at=START + timedelta(days=number),
            state="merged",
            title=f"Change {number}",
            url=f"https://forge.example/ai/vision/pulls/{number}",
            digest="00" * 32,
            harvested_at=START,
        )
        return Participation.objects.create(
            contribution=contribution, actor=actor, role=Participation.Role.AUTHOR
        )

    return make


@pytest.fixture
def make_certificate(
    student: User,
    rule_set: RuleSet,
    project: Project,
    make_participation: Callable[[], Participation],
) -> Callable[..., Certificate]:
    numbers = count(0)

    def make(points: int = 60_000, **changes: Any) -> Certificate:
        number = next(numbers)
        status_list, _ = StatusList.objects.get_or_create(number=1)
        entry = append_entry(LogEntry.Kind.ISSUE, b"{}", now=ISSUED)
        certificate = Certificate.objects.create(
            **{
                "code": f"OC-TEST-{number:04}",
                "holder": student,
                "period_start": START,
                "period_end": START + timedelta(days=60),
                "rule_set": rule_set,
                "points": points,
                "credential": '{"type": ["VerifiableCredential"], "total": 60.50, "名": "李"}',
                "evidence": "{}",
                "digest": f"{number:064}",
                "status_list": status_list,
                "status_index": number,
                "log_entry": entry,
                "issued_at": ISSUED + timedelta(minutes=number),
                "signed_at": ISSUED + timedelta(minutes=number),
                **changes,
            }
        )
        certificate.projects.add(project)
        CertificateItem.objects.create(
            certificate=certificate,
            participation=make_participation(),
            points=points,
            category="code",
        )
        return certificate

    return make


@pytest.fixture
def policy(university: Institution) -> CreditPolicy:
    """The sample policy: 60 points are a credit, at most 2 credits a term."""
    source = (DATA / "policies" / "innovation-practice-1.0.toml").read_text(encoding="utf-8")
    return publish_policy(university, source, now=START)


@pytest.fixture
def make_application(student: User, policy: CreditPolicy) -> Callable[..., Application]:
    """An application as it stands in the database, without the service's checks."""

    def make(*certificates: Certificate, **changes: Any) -> Application:
        application = Application.objects.create(
            **{
                "applicant": student,
                "institution": policy.institution,
                "policy": policy,
                "proposed_credits": Decimal("2.00"),
                "note": "For innovation credits",
                "submitted_at": timezone.now(),
                **changes,
            }
        )
        application.certificates.set(certificates)
        return application

    return make


@pytest.fixture
def recognition(
    make_certificate: Callable[..., Certificate],
    make_application: Callable[..., Application],
    registrar: User,
) -> Recognition:
    """Approved here, not yet booked there."""
    application = make_application(make_certificate(), state=Application.State.APPROVED)
    return Recognition.objects.create(
        application=application,
        institution=application.institution,
        learner=application.applicant,
        policy=application.policy,
        credits=Decimal("1.5"),
        term="2026-2027-1",
        decided_by=registrar,
        decided_at=ISSUED,
        updated_at=ISSUED,
    )


@pytest.fixture
def issued(
    student: User,
    project: Project,
    rule_set: RuleSet,
    make_participation: Callable[[], Participation],
) -> Certificate:
    """A certificate of two contributions, 65 points, issued as the product issues."""
    for points in (60_000, 5_000):
        participation = make_participation()
        reason = {"rule": "code", "points": points, "inputs": {"lines_code": points}}
        Score.objects.create(
            participation=participation,
            project=project,
            rule_set=rule_set,
            points=points,
            category="code",
            state=Score.State.COUNTED,
            reasons=[reason],
            facts_digest="00" * 32,
            scored_at=START,
        )
    Project.objects.filter(pk=project.pk).update(scored_by=rule_set)
    prove_identity(student, participation.actor, method=Identity.Method.DEMO, now=START)
    end = START + timedelta(days=60)
    return issue_certificate(student, start=START, end=end, project=project, now=ISSUED)


@pytest.fixture
def waiting(
    issued: Certificate, student: User, university: Institution, policy: CreditPolicy
) -> Application:
    """The student asks the university for credits."""
    return submit_application(
        student, institution=university, certificates=[issued], now=ISSUED, note="For my degree"
    )
