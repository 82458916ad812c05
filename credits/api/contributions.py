"""Contributions and why they have their points: for people of their own, and for institutions.

A person who is signed in reads own work, and all of projects under the person's care. The machine
of an institution reads what certificates hold that were sent to it.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import ClientAccess, ClientAuthentication, HasScope
from accounts.clients import Scope
from accounts.models import User
from credits.api.base import ApiView, ListQuery, ListView, base_url
from credits.api.contribution_lists import MAINTAINED, OWN, SENT
from credits.api.contribution_shapes import ContributionSerializer, ExplanationSerializer
from credits.api.schema import describe, describe_list
from credits.api.sql_lists import SqlList, now_parameters
from credits.models import Project, Score
from credits.services.explanation_documents import explanation_document
from credits.services.explanations import NotVisibleError, explain_parts
from credits.services.visibility import visible_to, visible_to_institution
from harvesters.models import Contribution, Participation


class HasScopeOrIsSignedIn(HasScope):
    """Lets people in who are signed in, beside machines with the scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, ClientAccess):
            return super().has_permission(request, view)
        return bool(request.user and request.user.is_authenticated)


class ContributionQuery(ListQuery):
    state = serializers.ChoiceField(Score.State.choices, required=False)
    project = serializers.SlugField(
        required=False, help_text="Of this project only; its maintainers then see all of it."
    )


class _Asked(ApiView):
    """Who asks: a machine by its token, or a person by the session of the pages."""

    authentication_classes = [ClientAuthentication, SessionAuthentication]
    permission_classes = [HasScopeOrIsSignedIn]
    scopes = {"GET": Scope.CERTIFICATES_READ}

    @property
    def is_machine(self) -> bool:
        return isinstance(self.request.auth, ClientAccess)

    def visible(self) -> QuerySet[Participation]:
        if self.is_machine:
            return visible_to_institution(self.access.institution)
        return visible_to(cast(User, self.request.user))


class ContributionsView(_Asked, ListView):
    query_class = ContributionQuery

    @describe_list(
        ContributionSerializer,
        "contributions",
        "Contributions with their points by the rule set in force. A machine sees those of "
        "certificates that were sent to its institution, a person who is signed in own ones.",
        query=ContributionQuery,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.read(request)

    def list_for(self, given: Mapping[str, Any]) -> SqlList:
        if self.is_machine:
            return SENT
        slug, person = given.get("project"), cast(User, self.request.user)
        is_own = Project.objects.maintained_by(person).filter(slug=slug).exists() if slug else False
        return MAINTAINED if is_own else OWN

    def parameters(self) -> dict[str, Any]:
        institution = self.access.institution.pk if self.is_machine else 0
        given = now_parameters(institution=institution, base_url=base_url(), now=timezone.now())
        return {**given, "person": self.request.user.pk, "project": None}


class ExplanationView(_Asked):
    @describe(
        ExplanationSerializer,
        "explanation",
        "Why a contribution has its points. The lines of each part sum to its points; `changes` "
        "are the nearest facts with another outcome. It says what the page says.",
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        known = Contribution.objects.select_related("repository")
        contribution = get_object_or_404(known, pk=pk)
        try:
            found = explain_parts(contribution, self.visible(), now=timezone.now())
        except NotVisibleError as error:
            raise NotFound from error
        return self.answer(json.dumps(explanation_document(found, base_url()), ensure_ascii=False))
