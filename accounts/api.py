"""Who asks by the API: access token -> OAuth client -> ``ApiClient`` -> institution."""

from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.models import Token
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.clients import Scope
from accounts.counting import count_in_window
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


def bearer_token(request: HttpRequest | Request) -> str | None:
    """The access token in the header (RFC 6750, section 2.1); None where there is none.

    A token in an address would end up in logs (RFC 9700, section 4.3.2), so none is read there.
    """
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


class ClientAuthentication(BaseAuthentication):
    """Bearer tokens of client credentials."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ClientAccess] | None:
        token = bearer_token(request)
        return None if token is None else (AnonymousUser(), self._access(token))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="opencredits"'

    def _access(self, value: str) -> ClientAccess:
        token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
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

    Says how many are left (draft-ietf-httpapi-ratelimit-headers-11).
    """

    name = "client"
    quota = 600
    window_seconds = 60

    def allow_request(self, request: Request, view: APIView) -> bool:
        count, self.seconds_left = count_in_window(
            self.name, self._asker(request), seconds=self.window_seconds
        )
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
        return str(self.get_ident(request))


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
