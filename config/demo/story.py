"""What has happened before the visitor comes: rules, certificates, applications, a booking.

The story is told in the order of its days, each chapter once.
"""

import json
import os
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from django.conf import settings

from accounts.clients import REGISTRAR_SCOPES, create_api_client
from accounts.models import ApiClient, Institution
from config.demo.people import EXAMPLE, HARBOUR, HE, LI, UNIVERSITIES, WU, ZHAO, Person, user_of
from credits.models import Application, Certificate, CreditPolicy, RuleSet
from credits.services.booking import book_recognition
from credits.services.certificates import issue_certificate
from credits.services.policies import publish_policy
from credits.services.recognition import Decision, decide_application, submit_application
from credits.services.rules import create_draft, publish_rule_set

RULES_SINCE = timedelta(days=900)
POLICIES_SINCE = timedelta(days=700)
CLIENT_LABEL = "Student information system"

RULES = resources.files("credits.core") / "data" / "rule_sets" / "ai-open-source-1.0.toml"
POLICIES = {
    EXAMPLE.slug: Path(__file__).with_name("example-university.toml"),
    HARBOUR.slug: Path(__file__).with_name("harbour-institute.toml"),
}


def publish_rules(loaded_at: datetime) -> RuleSet:
    """Put the default rule set into force, long before the first certificate."""
    known = RuleSet.objects.default().published().first()
    if known is not None:
        return known
    since = loaded_at - RULES_SINCE
    draft = create_draft(RULES.read_text(encoding="utf-8"))
    return publish_rule_set(draft, active_from=since, now=since)


def publish_policies(loaded_at: datetime) -> list[CreditPolicy]:
    """Let each university say what points are worth there."""
    return [
        publish_policy(
            Institution.objects.get(slug=university.slug),
            POLICIES[university.slug].read_text(encoding="utf-8"),
            now=loaded_at - POLICIES_SINCE,
        )
        for university in UNIVERSITIES
    ]


def book_an_earlier_term(loaded_at: datetime) -> Application:
    """Li's first year: applied, approved by Zhao, booked."""
    certificate = _certificate(LI, loaded_at, first_day=640, last_day=515)
    application = _application(LI, certificate, loaded_at - timedelta(days=508))
    if application.state != Application.State.SUBMITTED:
        return application
    decided_at = loaded_at - timedelta(days=500)
    registrar = user_of(ZHAO)
    decided = decide_application(
        application,
        Decision(approve=True, course_code="CS-OS-100"),
        decided_by=registrar,
        now=decided_at,
    )
    book_recognition(
        decided.recognition,
        actor=str(registrar),
        reference="SIS-0001842",
        now=decided_at + timedelta(days=2),
    )
    return decided


def file_applications(loaded_at: datetime) -> list[Application]:
    """What waits for the registrars: Li's and Wu's requests, and one at the other university."""
    waiting = ((LI, 270, 120, 9), (WU, 420, 60, 5), (HE, 170, 20, 4))
    return [
        _application(
            person,
            _certificate(person, loaded_at, first_day=first, last_day=last),
            loaded_at - timedelta(days=filed),
        )
        for person, first, last, filed in waiting
    ]


def connect_a_student_system(loaded_at: datetime) -> tuple[str, str]:
    """Let a machine of the university in; returns its id and its secret, for the demo only."""
    kept = settings.HOME / "demo" / "api-client.json"
    known = ApiClient.objects.filter(label=CLIENT_LABEL, revoked_at=None).first()
    if known is not None and kept.exists():
        access = json.loads(kept.read_text(encoding="utf-8"))
        if access["client_id"] == known.client_id:
            return access["client_id"], access["secret"]
    made = create_api_client(
        Institution.objects.get(slug=EXAMPLE.slug),
        label=CLIENT_LABEL,
        scopes=REGISTRAR_SCOPES,
        now=loaded_at,
    )
    _keep_private(kept, {"client_id": made.client_id, "secret": made.secret})
    return made.client_id, made.secret


def _keep_private(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)


def _certificate(
    person: Person, loaded_at: datetime, *, first_day: int, last_day: int
) -> Certificate:
    """The certificate of ``person`` over days counted back from ``loaded_at``."""
    holder = user_of(person)
    midnight = loaded_at.replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = midnight - timedelta(days=first_day), midnight - timedelta(days=last_day)
    known = Certificate.objects.held_by(holder).filter(period_start=start, period_end=end)
    return known.first() or issue_certificate(
        holder, start=start, end=end, now=end + timedelta(days=2, hours=9)
    )


def _application(person: Person, certificate: Certificate, filed_at: datetime) -> Application:
    known: Application | None = certificate.applications.first()
    return known or submit_application(
        user_of(person),
        institution=Institution.objects.get(slug=person.university),
        certificates=[certificate],
        note="",
        now=filed_at,
    )
