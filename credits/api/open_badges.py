"""The Open Badges 3.0 API as its host, read only: what a program that is connected may read."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.signals import got_request_exception
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from rest_framework import exceptions as drf
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import TOKEN_PATH, VisitorThrottle
from accounts.models import User
from accounts.program_access import HasProgramScope, ProgramAuthentication, ProgramThrottle
from accounts.programs import PROGRAM_SCOPES, READ_CREDENTIALS, READ_PROFILE, described
from credits.core.contexts import OPEN_BADGES_3
from credits.core.open_badges_api import (
    LARGEST_PAGE,
    STATUSES,
    ServiceFacts,
    build_service_description,
    build_status,
)
from credits.models import Certificate

logger = logging.getLogger(__name__)

USUAL_PAGE = 20
MOST_DIGITS = 9
SERVER_ERROR, NOT_FOUND, FORBIDDEN = 500, 404, 403


class BadParameterError(drf.APIException):
    """A parameter of the query cannot be used."""

    status_code = 400


class _JsonWhateverIsAccepted(BaseContentNegotiation):
    """Programs ask for ``application/ld+json``, ``text/plain`` and more; there is one answer."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class OpenBadgesView(APIView):
    """An operation of the Open Badges 3.0 API; its errors are ``Imsx_StatusInfo``."""

    authentication_classes = [ProgramAuthentication]
    permission_classes = [HasProgramScope]
    throttle_classes = [ProgramThrottle]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = _JsonWhateverIsAccepted
    http_method_names = ["get", "head"]
    scope: ClassVar[str] = ""
    schema = None

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        return _as_status


def _as_status(error: Exception, context: dict[str, Any]) -> Response:
    """Answer ``error`` as the standard says."""
    status = _status_of(error)
    if status >= SERVER_ERROR:
        request = context["request"]
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        got_request_exception.send(sender=type(context["view"]), request=request)
    told = error.detail if isinstance(error, drf.APIException) and status < SERVER_ERROR else ""
    response = Response(
        build_status(status, str(told or STATUSES.get(status, ("", ""))[1])), status
    )
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _status_of(error: Exception) -> int:
    if isinstance(error, drf.APIException):
        return int(error.status_code)
    if isinstance(error, Http404):
        return NOT_FOUND
    return FORBIDDEN if isinstance(error, DjangoPermissionDenied) else SERVER_ERROR


class CredentialsView(OpenBadgesView):
    """The valid certificates of the person, the oldest first, as they were signed."""

    scope = READ_CREDENTIALS

    def get(self, request: Request) -> HttpResponse:
        limit = min(_number(request, "limit", USUAL_PAGE, least=1), LARGEST_PAGE)
        offset = _number(request, "offset", 0, least=0)
        since = _since(request)
        held = _held(cast(User, request.user), since)
        total = held.count()
        texts = held.values_list("credential", flat=True)[offset : offset + limit]
        # Each as it was signed, byte for byte: nothing is read and written anew.
        body = f'{{"credential":[{",".join(texts)}],"compactJwsString":[]}}'
        links = [
            f'<{_page_address(limit, place, since)}>; rel="{name}"'
            for name, place in _neighbours(limit, offset, total).items()
        ]
        headers = {
            "X-Total-Count": str(total),
            "Link": ", ".join(links),
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(body, content_type="application/json", headers=headers)


def _held(person: User, since: datetime | None) -> QuerySet[Certificate]:
    held = Certificate.objects.held_by(person).valid(timezone.now()).order_by("issued_at", "pk")
    return held.filter(issued_at__gt=since) if since else held


def _neighbours(limit: int, offset: int, total: int) -> dict[str, int]:
    """The offsets of the pages around this one (Open Badges 3.0, "Paging")."""
    places = {"first": 0, "last": max(0, (total - 1) // limit * limit)}
    if offset + limit < total:
        places["next"] = offset + limit
    if offset > 0:
        places["prev"] = max(0, offset - limit)
    return places


def _page_address(limit: int, offset: int, since: datetime | None) -> str:
    query = {"limit": str(limit), "offset": str(offset)}
    if since:
        query["since"] = since.isoformat()
    return f"{_absolute(reverse('ob-credentials'))}?{urlencode(query)}"


def _number(request: Request, name: str, usual: int, *, least: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return usual
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS and int(text) >= least:
        return int(text)
    raise BadParameterError(f"{name} is a whole number, {least} or more.")


def _since(request: Request) -> datetime | None:
    text = request.query_params.get("since")
    if text is None:
        return None
    try:
        # In an address + means a space, and many programs forget it.
        moment = parse_datetime(text.strip().replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise BadParameterError("since is a time with its zone, such as 2026-09-01T00:00:00Z.")
    return moment


class ProfileView(OpenBadgesView):
    """The person who connected the program: name and e-mail address, as the consent says."""

    scope = READ_PROFILE

    def get(self, request: Request) -> Response:
        person = cast(User, request.user)
        # Says nothing by itself, and is the same for every program, so that they can match.
        number = salted_hmac("credits.open_badges.profile", str(person.pk)).hexdigest()[:32]
        profile = {
            "@context": [OPEN_BADGES_3],
            "id": f"{_absolute(reverse('ob-profile'))}#{number}",
            "type": ["Profile"],
            "name": str(person),
            "email": person.email,
        }
        told = {name: value for name, value in profile.items() if value}
        return Response(told, headers={"Cache-Control": "private, no-store"})


class DiscoveryView(OpenBadgesView):
    """The service description, for everybody: where to register, and what may be asked."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [VisitorThrottle]

    def get(self, request: Request) -> HttpResponse:
        del request
        description = build_service_description(_service_facts())
        return HttpResponse(
            json.dumps(description, ensure_ascii=False),
            content_type="application/json",
            headers={"Cache-Control": "public, max-age=3600"},
        )


class NothingView(OpenBadgesView):
    """Every other address of the API."""

    authentication_classes = []
    permission_classes = []

    def get(self, request: Request, **_parts: str) -> Response:
        raise drf.NotFound(STATUSES[NOT_FOUND][1])


def _service_facts() -> ServiceFacts:
    return ServiceFacts(
        name=settings.ISSUER_NAME,
        base_url=settings.BASE_URL,
        image_url=_absolute(static("logo.svg")),
        privacy_url=settings.PRIVACY_URL,
        terms_url=settings.TERMS_URL,
        registration_url=_absolute(reverse("program-register")),
        authorization_url=_absolute(reverse("program-authorize")),
        token_url=_absolute(TOKEN_PATH),
        scopes={scope: described(scope) for scope in PROGRAM_SCOPES},
        credentials_scope=READ_CREDENTIALS,
        profile_scope=READ_PROFILE,
    )


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
