"""The API's glue: how an error becomes ``application/problem+json`` (RFC 9457)."""

import logging
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from credits.api.problems import ProblemType, problem_of

logger = logging.getLogger(__name__)

SERVER_ERROR = 500


def problem_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Answer ``error`` with a problem document in the asker's language."""
    request: Request = context["request"]
    kind, detail, blamed = problem_of(error)
    if kind.status >= SERVER_ERROR:
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        got_request_exception.send(sender=type(context["view"]), request=request)
    set_rollback()
    response = Response(
        problem_document(request, kind, detail, blamed),
        status=kind.status,
        content_type="application/problem+json",
    )
    for name, value in _headers(error).items():
        response[name] = value
    return response


def problem_document(
    request: HttpRequest, kind: ProblemType, detail: str, blamed: list[dict[str, str]]
) -> dict[str, Any]:
    """The members of RFC 9457, section 3.1, and ``errors`` as its section 3 shows them."""
    page = request.build_absolute_uri(reverse("api-problems"))
    document: dict[str, Any] = {
        "type": f"{page}#{kind.slug}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail,
        "instance": request.path,
    }
    if blamed:
        document["errors"] = blamed
    return document


def _headers(error: Exception) -> dict[str, str]:
    """What HTTP asks for beside the document: who may enter, and when to come back."""
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers
