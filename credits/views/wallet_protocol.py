"""Where wallets ask (OpenID4VCI 1.0): metadata, offer, token, nonce, credential.

Errors are those of OAuth and of the standard, by name. Wallets in browsers may ask as well: no
cookie is read here, so every origin is let in.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from allauth.idp.oidc import views as oidc
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.api import TOKEN_PATH, bearer_token
from accounts.counting import count_in_window
from accounts.programs import PROGRAM_SCOPES
from credits.core.canonical import JsonError, parse_json
from credits.core.openid4vci import (
    CONFIGURATIONS,
    PRE_AUTHORIZED,
    Addresses,
    build_issuer_metadata,
    build_server_metadata,
    granted_details,
)
from credits.services.binding import NotBoundYetError
from credits.services.issuer import SignerUnavailableError, SigningPausedError, token_algorithm
from credits.services.wallets import (
    TOKEN_LASTS,
    WalletError,
    certificate_of,
    deliver,
    is_open_offer,
    new_nonce,
    offer_document,
    redeem_code,
)

LARGEST_BODY = 50_000
QUOTA, WINDOW_SECONDS = 120, 60
"""Requests of one address to one of these views: a whole class may sit behind one."""

BAD_REQUEST, UNAUTHORIZED, NOT_FOUND, NOT_ALLOWED = 400, 401, 404, 405
TOO_MANY, UNAVAILABLE = 429, 503
View = Callable[..., HttpResponseBase]


def for_wallets(*methods: str) -> Callable[[View], View]:
    """A view that wallets ask by ``methods``: from any origin, so often a minute, never cached."""

    def around(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, **parts: str) -> HttpResponseBase:
            response = _answered(view, request, methods, parts)
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response

        return answered

    return around


def _answered(
    view: View, request: HttpRequest, methods: tuple[str, ...], parts: Mapping[str, str]
) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(
            headers={
                "Access-Control-Allow-Methods": ", ".join(methods),
                "Access-Control-Allow-Headers": "Authorization, Content-Type",
                "Access-Control-Max-Age": "3600",
            }
        )
    if request.method not in methods:
        return _error("invalid_request", "another method", NOT_ALLOWED, Allow=", ".join(methods))
    if refused := _too_many(f"wallet-{view.__name__}", request):
        return refused
    try:
        return view(request, **parts)
    except WalletError as error:
        return _refusal(error)


def _too_many(name: str, request: HttpRequest) -> HttpResponse | None:
    """What to answer to who asks too often."""
    asker = str(BaseThrottle().get_ident(Request(request)))
    count = count_in_window(name, asker, seconds=WINDOW_SECONDS)
    if count.number <= QUOTA:
        return None
    wait = {"Retry-After": str(count.seconds_left)}
    return _error("temporarily_unavailable", "too many requests", TOO_MANY, **wait)


def _refusal(error: WalletError) -> HttpResponse:
    if error.error == "invalid_token":
        challenge = f'Bearer realm="opencredits", error="{error.error}"'
        return _error(error.error, str(error), UNAUTHORIZED, **{"WWW-Authenticate": challenge})
    return _error(error.error, str(error), BAD_REQUEST)


def _error(error: str, description: str, status: int, **headers: str) -> HttpResponse:
    told = {"error": error, "error_description": description}
    return JsonResponse(told, status=status, headers=headers)


@for_wallets("GET", "HEAD")
def issuer_metadata(request: HttpRequest) -> HttpResponse:
    """What a wallet can have here, and where."""
    del request
    metadata = build_issuer_metadata(
        _addresses(), issuer_name=settings.ISSUER_NAME, token_algorithm=token_algorithm()
    )
    return JsonResponse(metadata, headers={"Cache-Control": "public, max-age=300"})


@for_wallets("GET", "HEAD")
def server_metadata(request: HttpRequest) -> HttpResponse:
    """The OAuth server, as wallets and connected programs find it."""
    del request
    metadata = build_server_metadata(
        _addresses(), scopes=PROGRAM_SCOPES, documentation=_absolute(reverse("wallet-about"))
    )
    return JsonResponse(metadata, headers={"Cache-Control": "public, max-age=300"})


@for_wallets("GET", "HEAD")
def offer(request: HttpRequest, handle: str) -> HttpResponse:
    """A credential offer by reference, for as long as it can be redeemed."""
    del request
    if not is_open_offer(handle, now=timezone.now()):
        return _error("invalid_request", "the offer is used, expired or unknown", NOT_FOUND)
    return JsonResponse(offer_document(handle))


@csrf_exempt
def token(request: HttpRequest) -> HttpResponseBase:
    """The token endpoint: pre-authorized codes of wallets; every other grant is allauth's."""
    if request.method == "OPTIONS" or request.POST.get("grant_type") == PRE_AUTHORIZED:
        return pre_authorized(request)
    return _counted_token(request)


def _counted_token(request: HttpRequest) -> HttpResponseBase:
    """Ask allauth's view; so many guesses at secrets and codes a minute."""
    answered: HttpResponseBase = _too_many("token", request) or oidc.token(request)
    return answered


@for_wallets("POST")
def pre_authorized(request: HttpRequest) -> HttpResponse:
    """An access token for a pre-authorized code and the digits (sections 6.1 and 6.2)."""
    details, given = None, request.POST
    if "authorization_details" in given:
        details = granted_details(
            _parsed(given["authorization_details"].encode("utf-8", "replace"))
        )
        if details is None:
            raise WalletError("invalid_request", "authorization_details name what is not offered")
    value = redeem_code(
        given.get("pre-authorized_code", ""), given.get("tx_code", ""), now=timezone.now()
    )
    answer: dict[str, Any] = {
        "access_token": value,
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LASTS.total_seconds()),
    }
    return JsonResponse(answer | ({"authorization_details": details} if details else {}))


@for_wallets("POST")
def nonce(request: HttpRequest) -> HttpResponse:
    """A challenge for the proof of a key (section 7)."""
    del request
    return JsonResponse({"c_nonce": new_nonce()})


@for_wallets("POST")
def credential(request: HttpRequest) -> HttpResponse:
    """The certificate, bound to the key that the wallet proves to hold (section 8)."""
    now = timezone.now()
    certificate = certificate_of(bearer_token(request) or "", now=now)
    asked = _asked(request)
    configuration, proof = _configuration(asked), _one_proof(asked)
    try:
        delivered = deliver(certificate, configuration, proof, now=now)
    except (NotBoundYetError, SignerUnavailableError, SigningPausedError):
        wait = {"Retry-After": str(WINDOW_SECONDS)}
        return _error("temporarily_unavailable", "cannot be signed now", UNAVAILABLE, **wait)
    return JsonResponse({"credentials": [{"credential": delivered}]})


def _asked(request: HttpRequest) -> dict[str, Any]:
    asked = _parsed(request.body)
    if not isinstance(asked, dict):
        reason = f"the body is not one JSON object of at most {LARGEST_BODY} bytes"
        raise WalletError("invalid_credential_request", reason)
    return asked


def _parsed(data: bytes) -> Any:
    try:
        return parse_json(data, max_bytes=LARGEST_BODY)
    except JsonError:
        return None


def _configuration(asked: Mapping[str, Any]) -> str:
    """What is asked for, by one of its two names."""
    named = [
        name for name in ("credential_configuration_id", "credential_identifier") if name in asked
    ]
    if len(named) != 1:
        raise WalletError(
            "invalid_credential_request",
            "name one of credential_configuration_id and credential_identifier",
        )
    value = asked[named[0]]
    if value not in CONFIGURATIONS:
        kind = named[0].removesuffix("_id").removeprefix("credential_")
        raise WalletError(f"unknown_credential_{kind}", "this issuer has no such credential")
    return str(value)


def _one_proof(asked: Mapping[str, Any]) -> str:
    """The only key proof: no batches are issued, and nothing without a proof."""
    proofs = asked.get("proofs")
    listed = proofs.get("jwt") if isinstance(proofs, dict) and len(proofs) == 1 else None
    if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], str):
        return listed[0]
    raise WalletError("invalid_proof", "proofs has one member, jwt, with one key proof in it")


def _addresses() -> Addresses:
    return Addresses(
        issuer=settings.BASE_URL,
        token=_absolute(TOKEN_PATH),
        nonce=_absolute(reverse("wallet-nonce")),
        credential=_absolute(reverse("wallet-credential")),
        authorization=_absolute(reverse("program-authorize")),
        registration=_absolute(reverse("program-register")),
        revocation=_absolute(reverse("idp:oidc:revoke")),
        keys=_absolute(reverse("idp:oidc:jwks")),
    )


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
