"""Pages about the API: the schema, a place to try it, and what each problem means."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularJSONAPIView

from accounts.api import TOKEN_PATH
from credits.api.base import base_url
from credits.api.problems import TYPES

DESCRIPTION = """\
What universities' machines read and post. A machine acknowledges; only a person decides.

**Access.** OAuth 2.0 client credentials: post `grant_type=client_credentials` with the client's
id and secret to `/identity/o/api/token`, send the token as `Authorization: Bearer`. It lasts an
hour. You see what was sent to your institution; all else is 404. People who are signed in to the
pages read their own contributions, and why these have their points, with the session they have.

**Lists** come oldest first. Follow `next` until it is null. `since` reads what is new. An `ETag`
saves reading a page twice. `Accept: application/x-ndjson` streams everything.

**Writes** take an `Idempotency-Key`. **Errors** are problem documents (RFC 9457) whose `type` is
a page. Credits and points are decimal strings, times are RFC 3339 in UTC. Fields are only ever
added: ignore those you do not know. Fields that we do not know are refused.
"""


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from this host; nothing is asked of any other."""
    context = {"token_path": TOKEN_PATH, "base_url": base_url()}
    return render(request, "credits/api/docs.html", context)


def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "credits/api/problems.html", {"types": TYPES.values()})


schema = SpectacularJSONAPIView.as_view(
    authentication_classes=[],
    permission_classes=[],
    custom_settings={
        "TITLE": "OpenCredits API",
        "VERSION": "1.0.0",
        "DESCRIPTION": DESCRIPTION,
        "OAS_VERSION": "3.1.0",
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "ENUM_NAME_OVERRIDES": {
            "ApplicationStateEnum": "credits.models.Application.State",
            "RecognitionStateEnum": "credits.models.Recognition.State",
            "StepStateEnum": "credits.core.verdict.StepState",
        },
    },
)
