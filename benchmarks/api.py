"""What a page of 100 certificates costs: our list, DRF's serializers, and the floor.

All three answer the same rows in the same process, one after another in every round, so that a
busy machine slows them alike. The rows live in a transaction that is rolled back.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Prefetch
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer

from accounts.api import ClientAuthentication, ClientThrottle, HasScope
from accounts.clients import Scope, create_api_client
from accounts.models import Institution, Membership, User
from credits.api.serializers import CertificateSerializer
from credits.api.views import CertificatesView
from credits.models import (
    Application,
    Certificate,
    CreditPolicy,
    LogEntry,
    Project,
    RuleSet,
    StatusList,
)

NAME = "list"
PAGE = 100
BASE = "https://credits.example"

FLOOR = """
    SELECT certificate.code, person.display_name, membership.person_code,
           certificate.period_start, certificate.period_end, project.slug,
           rule_set.slug, rule_set.version, rule_set.digest, certificate.points,
           certificate.digest, certificate.issued_at, certificate.expires_at,
           certificate.revoked_at, certificate.revocation_reason
    FROM credits_certificate AS certificate
    JOIN credits_ruleset AS rule_set ON rule_set.id = certificate.rule_set_id
    JOIN accounts_user AS person ON person.id = certificate.holder_id
    JOIN accounts_membership AS membership ON membership.user_id = person.id
    JOIN credits_certificate_projects AS about ON about.certificate_id = certificate.id
    JOIN credits_project AS project ON project.id = about.project_id
    JOIN credits_application_certificates AS held ON held.certificate_id = certificate.id
    JOIN credits_application AS application ON application.id = held.application_id
    WHERE application.institution_id = %s ORDER BY certificate.issued_at, certificate.id LIMIT 100
"""


class UnlimitedThrottle(ClientThrottle):
    quota = 10**9


class OurView(CertificatesView):
    throttle_classes = [UnlimitedThrottle]


class SerializerPages(CursorPagination):
    page_size = PAGE
    ordering = ("issued_at", "id")


class SerializerView(ListAPIView[Certificate]):
    """The usual way, with everything prefetched that can be."""

    authentication_classes = [ClientAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [UnlimitedThrottle]
    renderer_classes = [JSONRenderer]
    pagination_class = SerializerPages
    serializer_class = CertificateSerializer
    scopes = {"GET": Scope.CERTIFICATES_READ}

    def get_queryset(self) -> Any:
        shared = Application.objects.filter(institution=self.request.auth.institution)
        wanted = Certificate.objects.filter(applications__in=shared).defer("credential", "evidence")
        memberships = Prefetch("holder__memberships", Membership.objects.active())
        return wanted.select_related("holder", "rule_set").prefetch_related("projects", memberships)

    def get_serializer_context(self) -> dict[str, Any]:
        institution = self.request.auth.institution
        return {"institution": institution, "now": timezone.now(), "base_url": BASE}


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """Measure `list` if it is asked for; CPU milliseconds of this process for a page of 100."""
    if names and NAME not in names:
        return []
    size, rounds = (1_000, 20) if quick else (10_000, 100)
    with transaction.atomic():
        institution, token = _fill(size)
        measured = _measure(institution, token, rounds)
        transaction.set_rollback(True)
    ours, peer, floor = (measured[way] for way in ("ours", "peer", "floor"))
    return [
        {
            "name": NAME,
            "ours": round(ours, 3),
            "unit": "CPU ms/page of 100",
            "peer": "DRF ModelSerializer + CursorPagination",
            "peer_value": round(peer, 3),
            "ratio": round(peer / ours, 1),
            "floor": "psycopg rows + json, no framework",
            "floor_value": round(floor, 3),
            "size": size,
        }
    ]


def _measure(institution: Institution, token: str, rounds: int) -> dict[str, float]:
    request = RequestFactory(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="localhost")
    ours, serializers = OurView.as_view(), SerializerView.as_view()

    def answer(view: Callable[..., HttpResponse]) -> bytes:
        response = view(request.get("/api/v1/certificates"))
        if hasattr(response, "render"):
            response.render()
        return response.content

    ways: dict[str, Callable[[], bytes]] = {
        "ours": lambda: answer(ours),
        "peer": lambda: answer(serializers),
        "floor": lambda: _floor(institution),
    }
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for _round in range(rounds):
        for way, ask in ways.items():
            began = time.process_time()
            body = ask()
            spent[way].append((time.process_time() - began) * 1000)
            shown = len(json.loads(body)["results"])
            if shown != PAGE:
                raise RuntimeError(f"{way} answered {shown} rows instead of {PAGE}.")
    return {way: statistics.median(values) for way, values in spent.items()}


def _floor(institution: Institution) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [institution.pk])
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return json.dumps({"results": rows}, default=str).encode()


def _fill(size: int) -> tuple[Institution, str]:
    """``size`` certificates of one university's students, and a token to read them."""
    now = timezone.now()
    institution = Institution.objects.create(slug="benchmark-university", name="Benchmark")
    people = User.objects.bulk_create(
        User(username=f"benchmark-{number}", display_name=f"Person {number}")
        for number in range(size // 10)
    )
    Membership.objects.bulk_create(
        Membership(
            user=person,
            institution=institution,
            role="student",
            person_code=f"{person.pk:010}",
            joined_at=now,
        )
        for person in people
    )
    certificates = _certificates(people, size)
    policy = CreditPolicy.objects.create(
        institution=institution,
        slug="benchmark",
        version="1",
        audience="student",
        source="",
        digest="",
        published_at=now,
    )
    applications = Application.objects.bulk_create(
        Application(
            applicant=certificate.holder,
            institution=institution,
            policy=policy,
            proposed_credits=1,
            submitted_at=now,
        )
        for certificate in certificates
    )
    Application.certificates.through.objects.bulk_create(
        Application.certificates.through(application=application, certificate=certificate)
        for application, certificate in zip(applications, certificates, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return institution, _token(institution)


def _certificates(people: list[User], size: int) -> list[Certificate]:
    now = timezone.now()
    first = (LogEntry.objects.aggregate(last=Max("index"))["last"] or 0) + 1
    entries = LogEntry.objects.bulk_create(
        LogEntry(
            index=first + number, kind="issue", body_digest="", salt="", leaf_hash="", logged_at=now
        )
        for number in range(size)
    )
    rule_set = RuleSet.objects.create(slug="benchmark", version="1", source="", digest="")
    status_list = StatusList.objects.create(number=2_000_000)
    project = Project.objects.create(slug="benchmark", name="Benchmark", registered_at=now)
    certificates = Certificate.objects.bulk_create(
        Certificate(
            code=f"BENCH-{number}",
            holder=people[number % len(people)],
            period_start=now - timedelta(days=90),
            period_end=now,
            rule_set=rule_set,
            points=1000 * number,
            credential="{}",
            evidence="{}",
            digest=f"{number:064}",
            status_list=status_list,
            status_index=number,
            log_entry=entries[number],
            issued_at=now + timedelta(seconds=number),
            signed_at=now + timedelta(seconds=number),
        )
        for number in range(size)
    )
    Certificate.projects.through.objects.bulk_create(
        Certificate.projects.through(certificate=certificate, project=project)
        for certificate in certificates
    )
    return certificates


def _token(institution: Institution) -> str:
    """A token as the token endpoint would store it."""
    from allauth.idp.oidc.models import Token  # noqa: PLC0415  Needs Django to be set up.

    value = "benchmark"
    made = create_api_client(
        institution, label="Benchmark", scopes=[Scope.CERTIFICATES_READ], now=timezone.now()
    )
    token = Token(type=Token.Type.ACCESS_TOKEN, client_id=made.client_id)
    token.set_value(value)
    token.set_scopes([Scope.CERTIFICATES_READ.value])
    token.save()
    return value
