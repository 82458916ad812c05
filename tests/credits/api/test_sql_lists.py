"""Lists that PostgreSQL builds say exactly what the serializers say."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from credits.api.serializers import (
    ApplicationSerializer,
    CertificateDetailSerializer,
    CertificateSerializer,
    PolicySerializer,
    RecognitionSerializer,
)
from credits.api.sql_lists import (
    APPLICATIONS,
    CERTIFICATES,
    POLICIES,
    RECOGNITIONS,
    Asked,
    now_parameters,
    read_certificate,
    read_lines,
    read_one,
    read_page,
)
from credits.models import Application, Certificate, Recognition, RecognitionEvent

BASE = "https://credits.example"


@pytest.fixture
def parameters(university):
    return now_parameters(institution=university.pk, base_url=BASE, now=timezone.now())


@pytest.fixture
def context(university, parameters):
    return {"institution": university, "now": parameters["now"], "base_url": BASE}


@pytest.fixture
def certificates(make_certificate, make_application):
    """Certificates in every state, with whole and broken points."""
    now = timezone.now()
    made = [
        make_certificate(points=60_000),
        make_certificate(points=12_345, expires_at=now - timedelta(days=1)),
        make_certificate(points=500, revoked_at=now, revocation_reason="plagiarism: “copied”\n"),
        make_certificate(points=0, expires_at=now + timedelta(days=1)),
        make_certificate(points=700, suspended_at=now, suspension_reason="looked into"),
    ]
    changed = {"revoked_at": now, "revocation_reason": "superseded", "superseded_by": made[0]}
    made.append(make_certificate(points=800, **changed))
    make_application(*made)
    return made


@pytest.fixture
def recognition(certificates, registrar):
    application = Application.objects.get()
    recognition = Recognition.objects.create(
        application=application,
        institution=application.institution,
        learner=application.applicant,
        policy=application.policy,
        credits=Decimal("1.5"),
        term="2026-2027-1",
        external_reference="JW-77",
        decided_by=registrar,
        decided_at=timezone.now(),
        needs_review_since=timezone.now(),
        updated_at=timezone.now(),
    )
    for state in ("approved", "exported"):
        RecognitionEvent.objects.create(
            recognition=recognition, state=state, actor="Chen", happened_at=timezone.now()
        )
    return recognition


def rows_of(kind, parameters):
    return json.loads(read_page(kind, Asked(parameters, 100)).rows)


def test_the_list_of_certificates_equals_the_serializer(certificates, parameters, context):
    serialized = CertificateSerializer(certificates, many=True, context=context).data

    assert rows_of(CERTIFICATES, parameters) == json.loads(json.dumps(serialized))


def test_the_list_of_applications_equals_the_serializer(certificates, parameters, context):
    serialized = ApplicationSerializer(Application.objects.all(), many=True, context=context).data

    assert rows_of(APPLICATIONS, parameters) == json.loads(json.dumps(serialized))


def test_the_list_of_recognitions_equals_the_serializer(recognition, parameters, context):
    stored = Recognition.objects.get()
    serialized = RecognitionSerializer([stored], many=True, context=context).data

    assert rows_of(RECOGNITIONS, parameters) == json.loads(json.dumps(serialized))
    assert json.loads(read_one(RECOGNITIONS, stored.pk, parameters)) == serialized[0]


def test_the_list_of_policies_equals_the_serializer(policy, parameters):
    assert rows_of(POLICIES, parameters) == [dict(PolicySerializer(policy).data)]


def test_one_certificate_equals_the_serializer_and_carries_its_document(
    certificates, parameters, context
):
    certificate = certificates[0]

    text = read_certificate(certificate.code, parameters)

    shown = json.loads(text)
    certificate.credential = json.loads(certificate.credential)
    assert shown == CertificateDetailSerializer(certificate, context=context).data
    assert Certificate.objects.get(pk=certificate.pk).credential in text


def test_pages_lead_forward_and_back_over_equal_times(
    make_certificate, make_application, parameters
):
    moment = timezone.now()
    made = [make_certificate(issued_at=moment) for _ in range(7)]
    make_application(*made)

    first = read_page(CERTIFICATES, Asked(parameters, 3))
    second = read_page(CERTIFICATES, Asked(parameters, 3, first.next))
    third = read_page(CERTIFICATES, Asked(parameters, 3, second.next))
    back = read_page(CERTIFICATES, Asked(parameters, 3, third.prev))

    codes = [row["code"] for page in (first, second, third) for row in json.loads(page.rows)]
    assert codes == [certificate.code for certificate in made]
    assert (first.prev, third.next) == (None, None)
    assert back == second


def test_an_empty_list_is_an_empty_array(parameters):
    page = read_page(CERTIFICATES, Asked(parameters, 3))

    assert (page.rows, page.next, page.prev) == ("[]", None, None)


def test_lines_hold_every_row_once_whatever_the_size_of_a_page(
    certificates, parameters, monkeypatch
):
    monkeypatch.setattr("credits.api.sql_lists.LINES_A_PAGE", 3)

    text = "".join(read_lines(CERTIFICATES, Asked(parameters, 100)))

    assert [json.loads(line) for line in text.splitlines()] == rows_of(CERTIFICATES, parameters)
