"""A program that asks by the API for a person: access token -> person and scopes."""

from dataclasses import dataclass

from allauth.idp.oidc.models import Token
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import ClientThrottle, bearer_token
from accounts.models import User


@dataclass(frozen=True, slots=True)
class ProgramAccess:
    """What a valid access token of a connected program stands for."""

    client_id: str
    scopes: frozenset[str]


class ProgramAuthentication(BaseAuthentication):
    """Bearer tokens that a person granted; tokens of an institution's machine are none."""

    def authenticate(self, request: Request) -> tuple[User, ProgramAccess] | None:
        value = bearer_token(request)
        if value is None:
            return None
        kinds = Token.objects.filter(user__is_active=True, client__isnull=False)
        token = kinds.select_related("user").lookup(Token.Type.ACCESS_TOKEN, value)
        if token is None:
            raise AuthenticationFailed(
                _("The access token is unknown, expired or revoked. Refresh it, or ask anew.")
            )
        return token.user, ProgramAccess(token.client_id, frozenset(token.get_scopes()))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="opencredits"'


class HasProgramScope(BasePermission):
    """Lets a program in whose token carries the scope that the view names."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access, needed = request.auth, getattr(view, "scope", "")
        if not isinstance(access, ProgramAccess):
            return False
        if needed not in access.scopes:
            raise PermissionDenied(
                _("The access token lacks the scope %(scope)s.") % {"scope": needed}
            )
        return True


class ProgramThrottle(ClientThrottle):
    """So many requests a minute for each program and person."""

    name = "program"
    quota = 120

    def _asker(self, request: Request) -> str:
        access = request.auth
        if isinstance(access, ProgramAccess):
            return f"{access.client_id} {request.user.pk}"
        return super()._asker(request)
