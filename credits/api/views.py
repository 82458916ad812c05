"""API v1 for the machines of institutions. A machine acknowledges; only a person decides."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients import Scope
from credits.api.base import ApiView, ListQuery, ListView
from credits.api.idempotency import Answer, answer_once
from credits.api.recording import record_decision
from credits.api.schema import describe, describe_list
from credits.api.serializers import (
    AcknowledgementSerializer,
    ApplicationSerializer,
    CertificateDetailSerializer,
    CertificateSerializer,
    DecisionSerializer,
    InstitutionSerializer,
    PolicySerializer,
    RecognitionSerializer,
)
from credits.api.sql_lists import (
    APPLICATIONS,
    CERTIFICATES,
    POLICIES,
    RECOGNITIONS,
    read_certificate,
    read_one,
)
from credits.models import Application, Recognition
from credits.services.booking import book_recognition, mark_exported, reverse_recognition


class ApplicationQuery(ListQuery):
    state = serializers.ChoiceField(Application.State.choices, required=False)


class RecognitionQuery(ListQuery):
    state = serializers.ChoiceField(Recognition.State.choices, required=False)
    term = serializers.CharField(max_length=32, required=False)


class CertificatesView(ListView):
    kind = CERTIFICATES
    scopes = {"GET": Scope.CERTIFICATES_READ}

    @describe_list(
        CertificateSerializer,
        "certificates",
        "Certificates that people sent you with an application they have not withdrawn.",
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.read(request)


class CertificateView(ApiView):
    scopes = {"GET": Scope.CERTIFICATES_READ}

    @describe(CertificateDetailSerializer, "certificate", "One certificate, with its document.")
    def get(self, request: Request, code: str) -> HttpResponseBase:
        found = read_certificate(code, self.parameters())
        if found is None:
            raise NotFound
        return self.answer(found)


class ApplicationsView(ListView):
    kind = APPLICATIONS
    query_class = ApplicationQuery
    scopes = {"GET": Scope.RECOGNITIONS_READ}

    @describe_list(
        ApplicationSerializer,
        "applications",
        "What students ask of you, in every state.",
        query=ApplicationQuery,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.read(request)


class RecognitionsView(ListView):
    kind = RECOGNITIONS
    query_class = RecognitionQuery
    scopes = {"GET": Scope.RECOGNITIONS_READ, "POST": Scope.RECOGNITIONS_WRITE}

    @describe_list(
        RecognitionSerializer,
        "recognitions",
        "Recognitions of your institution, the longest unchanged first.",
        query=RecognitionQuery,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.read(request)

    @describe(
        RecognitionSerializer,
        "recognition_record",
        "Record a decision that a registrar took in your own system, and that it is booked. "
        "Decides the waiting application if there is one for exactly these certificates.",
        body=DecisionSerializer,
        success=status.HTTP_201_CREATED,
    )
    def post(self, request: Request) -> HttpResponse:
        def record() -> tuple[int, dict[str, Any]]:
            decision = DecisionSerializer(data=request.data)
            decision.is_valid(raise_exception=True)
            recognition = record_decision(self.access.institution, decision.validated_data, now=now)
            return status.HTTP_201_CREATED, self.shown(recognition)

        now = timezone.now()
        return answered(answer_once(request, self.access.client, record, now=now))

    def shown(self, recognition: Recognition) -> dict[str, Any]:
        context = {"institution": self.access.institution}
        return dict(RecognitionSerializer(recognition, context=context).data)


class RecognitionView(ApiView):
    scopes = {"GET": Scope.RECOGNITIONS_READ}

    @describe(RecognitionSerializer, "recognition", "One recognition, with its history.")
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        found = read_one(RECOGNITIONS, pk, self.parameters())
        if found is None:
            raise NotFound
        return self.answer(found)


class AcknowledgementsView(ApiView):
    scopes = {"POST": Scope.RECOGNITIONS_WRITE}

    @describe(
        RecognitionSerializer,
        "acknowledge",
        "Say what became of a recognition in your student system: exported (it was read), "
        "booked (with your reference), reversed (with the reason).",
        body=AcknowledgementSerializer,
    )
    def post(self, request: Request) -> HttpResponse:
        def acknowledge() -> tuple[int, dict[str, Any]]:
            said = AcknowledgementSerializer(data=request.data)
            said.is_valid(raise_exception=True)
            return status.HTTP_200_OK, self._acknowledge(said.validated_data)

        now = timezone.now()
        return answered(answer_once(request, self.access.client, acknowledge, now=now))

    def _acknowledge(self, said: dict[str, Any]) -> dict[str, Any]:
        own = Recognition.objects.at(self.access.institution)
        recognition = get_object_or_404(own, pk=said["recognition"])
        actor, now = str(self.access.client), timezone.now()
        if said["state"] == Recognition.State.EXPORTED:
            changed = mark_exported(recognition, actor=actor, now=now)
        elif said["state"] == Recognition.State.BOOKED:
            changed = book_recognition(
                recognition, actor=actor, reference=said["reference"], now=now
            )
        else:
            changed = reverse_recognition(recognition, actor=actor, reason=said["reason"], now=now)
        context = {"institution": self.access.institution}
        return dict(RecognitionSerializer(changed, context=context).data)


class PoliciesView(ListView):
    kind = POLICIES

    @describe_list(
        PolicySerializer, "credit_policies", "Your credit policies, every published version."
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.read(request)


class OwnInstitutionView(ApiView):
    @describe(InstitutionSerializer, "own_institution", "The institution your token acts for.")
    def get(self, request: Request) -> Response:
        return Response(InstitutionSerializer(self.access.institution).data)


class NowhereView(ApiView):
    """Every address below /api/v1/ that is none, so that the answer is a problem document."""

    authentication_classes = []
    permission_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        raise NotFound

    post = put = patch = delete = get


def answered(answer: Answer) -> HttpResponse:
    """The answer to a write, as it was first given."""
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if answer.is_replayed:
        response["Idempotency-Replayed"] = "true"
    return response
