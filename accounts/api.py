"""Who asks by the API: access token -> OAuth client -> ``ApiClient`` -> institution."""

import math
import time
from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.models import Token
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.clients import Scope
from accounts.models import ApiClient, Institution

TOKEN_PATH = "/identity/o/api/token"  # noqa: S105  An address, not a secret.
"""Where allauth serves the token endpoint; docs/api.md and the API's schema name it."""


@dataclass(frozen=True, slots=True)
class ClientAccess:
    """What a valid access token stands for: a machine, its institution, its scopes."""

    client: ApiClient
    scopes: frozenset[str]

    @property
    def institution(self) -> Institution:
        return self.client.institution


class ClientAuthentication(BaseAuthentication):
    """Bearer tokens of client credentials, in the header only (RFC 6750, section 2.1).

    A token in an address would end up in logs (RFC 9700, section 4.3.2), so none is read there.
    """

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ClientAccess] | None:
        scheme, _space, value = get_authorization_header(request).partition(b" ")
        if scheme.lower() != self.keyword:
            return None
        return AnonymousUser(), self._access(value.strip())

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="opencredits"'

    def _access(self, value: bytes) -> ClientAccess:
        token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value.decode("latin-1"))
        if token is not None and not token.user_id:
            active = ApiClient.objects.filter(client_id=token.client_id, revoked_at=None)
            client = active.select_related("institution").first()
            if client is not None:
                return ClientAccess(client, frozenset(token.get_scopes()))
        raise AuthenticationFailed(
            _("The access token is unknown, expired or revoked. Ask for a new one at %(path)s.")
            % {"path": TOKEN_PATH}
        )


class HasScope(BasePermission):
    """Lets a machine in whose token carries the scope that the view names for the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = request.auth
        if not isinstance(access, ClientAccess):
            return False
        needed = scope_needed(view, request.method or "")
        if needed is not None and needed not in access.scopes:
            raise PermissionDenied(
                _("The access token lacks the scope %(scope)s.") % {"scope": needed.value}
            )
        return True


def scope_needed(view: APIView, method: str) -> Scope | None:
    """The scope that ``view`` asks for; None = any valid token will do."""
    scopes: dict[str, Scope] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method)


class ClientThrottle(BaseThrottle):
    """So many requests a minute for each machine, or for each address that names none.

    Counts in fixed windows, so that a request costs one counter and not a history. Says how
    many are left (draft-ietf-httpapi-ratelimit-headers-11).
    """

    name = "client"
    quota = 600
    window_seconds = 60

    def allow_request(self, request: Request, view: APIView) -> bool:
        window, elapsed = divmod(time.time(), self.window_seconds)
        self.seconds_left = math.ceil(self.window_seconds - elapsed)
        count = self._count(f"throttle:{self.name}:{self._asker(request)}:{int(window)}")
        left = max(0, self.quota - count)
        view.headers["RateLimit-Policy"] = f'"{self.name}";q={self.quota};w={self.window_seconds}'
        view.headers["RateLimit"] = f'"{self.name}";r={left};t={self.seconds_left}'
        return count <= self.quota

    def wait(self) -> float:
        return float(self.seconds_left)

    def _asker(self, request: Request) -> str:
        access = request.auth
        if isinstance(access, ClientAccess):
            return str(access.client.pk)
        return str(self.get_ident(request))[:64]

    def _count(self, key: str) -> int:
        cache.add(key, 0, timeout=self.window_seconds * 2)
        try:
            return cache.incr(key)
        except ValueError:
            return 1


class VisitorThrottle(ClientThrottle):
    """For the operations that need no token."""

    name = "visitor"
    quota = 60


class ClientCredentialsScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's schema describes the token."""

    target_class = "accounts.api.ClientAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "oauth2",
            "description": "Client credentials of an institution's machine (RFC 6749, 4.4).",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": TOKEN_PATH,
                    "scopes": {
                        Scope.CERTIFICATES_READ.value: "Read certificates shared with you.",
                        Scope.RECOGNITIONS_READ.value: "Read applications and recognitions.",
                        Scope.RECOGNITIONS_WRITE.value: "Post what people at your side decided.",
                    },
                }
            },
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        needed = scope_needed(auto_schema.view, auto_schema.method)
        return {self.name: [needed.value] if needed else []}
