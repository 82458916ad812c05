"""How a program is let in: its registration, the page on which a person decides, and the end.

The OAuth server is allauth's. What Open Badges 3.0 asks for beyond it is done here, around its
views: the registration says back all that it was told, PKCE is a must, and the answer to an
authorization tells its scope. And a person always decides: allauth would let any program in
silently (``prompt=none``) to whom some other program was granted the same.
"""

import json
import re
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from allauth.idp.oidc import views as oidc
from allauth.idp.oidc.models import Client
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.programs import ECHOED, connected_programs, disconnect_program

CREATED, FOUND, BAD_REQUEST, TOO_LARGE = 201, 302, 400, 413
LARGEST_REGISTRATION = 20_000
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?=[/?]|\Z)")
UNPROVED = "code_challenge with code_challenge_method S256 is required (RFC 7636)."


@csrf_exempt
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Dynamic client registration (RFC 7591); the answer has all that was asked for."""
    if len(request.body) > LARGEST_REGISTRATION:
        return JsonResponse({"error": "invalid_client_metadata"}, status=TOO_LARGE)
    response = cast(HttpResponse, oidc.client_registration(request))
    if response.status_code != CREATED:
        return response
    asked, answer = json.loads(request.body), json.loads(response.content)
    echoed = {name: asked[name] for name in ECHOED if name in asked}
    return JsonResponse(echoed | answer, status=CREATED, headers={"Cache-Control": "no-store"})


@csrf_exempt  # allauth's view checks it where a person decides.
@require_http_methods(["GET", "POST"])
@never_cache
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Ask a person whether a program may read; only a program that uses PKCE is heard."""
    if request.method == "GET":
        if any("none" in prompt.split() for prompt in request.GET.getlist("prompt")):
            return _refused(request, "interaction_required", "Here a person always decides.")
        if not _uses_pkce(request):
            return _refused(request, "invalid_request", UNPROVED)
    view = csp_update({"form-action": _where(request)})(oidc.authorization)
    return _with_scope(request, view(request))


def _uses_pkce(request: HttpRequest) -> bool:
    methods = request.GET.getlist("code_challenge_method")
    return bool(request.GET.get("code_challenge")) and methods == ["S256"]


def _refused(request: HttpRequest, error: str, reason: str) -> HttpResponse:
    """Tell the program, if the address that it gives is its own; else the person."""
    client = Client.objects.filter(pk=request.GET.get("client_id", "")[:100]).first()
    address = request.GET.get("redirect_uri", "")
    if client is None or address not in client.get_redirect_uris():
        context = {"reason": reason}
        return render(request, "accounts/program_refused.html", context, status=BAD_REQUEST)
    told = {"error": error, "error_description": reason}
    if state := request.GET.get("state"):
        told["state"] = state
    return _to(_with_query(address, told))


def _where(request: HttpRequest) -> list[str]:
    """The site to which the person's browser is sent after the form: else browsers refuse it."""
    found = ORIGIN.match(request.GET.get("redirect_uri", ""))
    return [found[0]] if found else []


def _with_scope(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    address = response.headers.get("Location", "")
    query = parse_qs(urlsplit(address).query)
    if response.status_code != FOUND or "code" not in query or "scope" in query:
        return response
    granted = request.POST.getlist("scopes")
    return _to(_with_query(address, {"scope": " ".join(granted)})) if granted else response


def _with_query(address: str, more: dict[str, str]) -> str:
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(more))))
    return urlunsplit(parts._replace(query=query))


def _to(address: str) -> HttpResponse:
    response = HttpResponse(status=FOUND)
    response.headers["Location"] = address
    return response


@login_required
@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """The programs that a person connected, and what each may read."""
    person = cast(User, request.user)
    context: dict[str, Any] = {"programs": connected_programs(person, now=timezone.now())}
    return render(request, "accounts/programs.html", context)


@login_required
@require_POST
def program_disconnect(request: HttpRequest, client_id: str) -> HttpResponse:
    """End what a program may read, at once."""
    if disconnect_program(cast(User, request.user), client_id):
        messages.success(request, _("Disconnected. It can read nothing of you any more."))
    return redirect("programs")
