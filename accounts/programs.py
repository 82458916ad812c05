"""Programs that people connect: what they may register as, what they may read, how it ends.

Any program may register itself (RFC 7591), as Open Badges 3.0 demands, and can then do nothing
until a person lets it: the only grant is the authorization code, with PKCE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

_SCOPES = "https://purl.imsglobal.org/spec/ob/v3p0/scope"
READ_CREDENTIALS = f"{_SCOPES}/credential.readonly"
READ_PROFILE = f"{_SCOPES}/profile.readonly"
STAY = "offline_access"
READABLE = (READ_CREDENTIALS, READ_PROFILE)
PROGRAM_SCOPES = (*READABLE, STAY)
GRANTS = ("authorization_code", "refresh_token")
NAMED = ("client_uri", "logo_uri", "tos_uri", "policy_uri")
REQUIRED = ("client_name", *NAMED, "software_id", "software_version", "scope")
"""Open Badges 3.0, "Properties in the client registration request"."""

ECHOED = (*NAMED, "software_id", "software_version", "contacts")
MOST_ADDRESSES = 10
LONGEST_TEXT = 500
LOOPBACK = ("127.0.0.1", "::1", "localhost")
UNUSED_LASTS = timedelta(days=7)


class ProgramAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    """How allauth's OAuth server behaves here."""

    scope_display = {
        **DefaultOIDCAdapter.scope_display,
        READ_CREDENTIALS: _("Read your valid certificates, those to come as well"),
        READ_PROFILE: _("Read your name and your e-mail address"),
        STAY: _("Keep access while you are away, until you disconnect it"),
    }

    def get_issuer(self) -> str:
        return str(settings.BASE_URL)

    def validate_client_registration(
        self, *, client: Client, client_metadata: dict[str, Any], **kwargs: Any
    ) -> None:
        """Refuse what a program that registers itself may not be; narrow its scopes to ours.

        Raises:
            ValidationError
        """
        del kwargs
        _refuse_incomplete(client_metadata)
        _refuse_addresses(client_metadata, client.get_redirect_uris())
        if not set(client.get_grant_types()) <= set(GRANTS):
            raise ValidationError(f"grant_types may be {' and '.join(GRANTS)}.")
        if client.get_response_types() != ["code"]:
            raise ValidationError("response_types may be code.")
        if client.type != Client.Type.CONFIDENTIAL:
            raise ValidationError("token_endpoint_auth_method may be client_secret_basic.")
        scopes = [each for each in PROGRAM_SCOPES if each in client.get_scopes()]
        if not set(scopes) & set(READABLE):
            raise ValidationError(f"scope must have one of {', '.join(READABLE)}.")
        client.set_scopes(scopes)


def _refuse_incomplete(metadata: dict[str, Any]) -> None:
    for name in REQUIRED:
        value = metadata.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
            raise ValidationError(f"{name} is missing, or is no text of at most {LONGEST_TEXT}.")


def _refuse_addresses(metadata: dict[str, Any], redirects: Sequence[str]) -> None:
    """All by https and on one host, so that the name shown to people belongs to who gets the code.

    A site that itself runs without https, on a developer's machine, takes programs that do so.
    """
    addresses = [*(metadata[name] for name in NAMED), *redirects]
    if len(redirects) > MOST_ADDRESSES or any(len(each) > LONGEST_TEXT for each in redirects):
        raise ValidationError(f"redirect_uris has at most {MOST_ADDRESSES} addresses.")
    try:
        parts = [urlsplit(each) for each in addresses]
    except ValueError as error:
        raise ValidationError("an address is malformed.") from error
    is_tried_out = urlsplit(settings.BASE_URL).scheme == "http"
    for each in parts:
        is_local = is_tried_out and each.scheme == "http" and each.hostname in LOOPBACK
        if not each.hostname or not (each.scheme == "https" or is_local):
            raise ValidationError("every address must begin with https://.")
        if each.username or each.password or each.fragment:
            raise ValidationError("an address has no name, password or fragment.")
    if len({each.hostname for each in parts}) > 1:
        raise ValidationError("all addresses must have the same host.")


@dataclass(frozen=True, slots=True)
class ConnectedProgram:
    """A program that can read something of a person now."""

    client_id: str
    name: str
    address: str
    scopes: Sequence[str]
    connected_at: datetime


def connected_programs(person: User, *, now: datetime) -> list[ConnectedProgram]:
    """Every program that holds a token of ``person``, the newest first."""
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    tokens = Token.objects.filter(alive, user=person, client__isnull=False)
    held: dict[str, list[Token]] = {}
    for token in tokens.select_related("client").order_by("-created_at", "-pk"):
        held.setdefault(token.client_id, []).append(token)
    return [_connected(together) for together in held.values()]


def _connected(tokens: Sequence[Token]) -> ConnectedProgram:
    client = tokens[0].client
    granted = {scope for token in tokens for scope in token.get_scopes()}
    return ConnectedProgram(
        client_id=client.pk,
        name=client.name,
        address=str(registered(client).get("client_uri", "")),
        scopes=[described(scope) for scope in sorted(granted)],
        connected_at=tokens[-1].created_at,
    )


def described(scope: str) -> str:
    """What ``scope`` lets a program do, in the language of the request."""
    return str(ProgramAdapter.scope_display.get(scope, scope))


def registered(client: Client) -> dict[str, Any]:
    """What ``client`` said of itself when it registered."""
    told = (client.data or {}).get("client_metadata", {})
    return told if isinstance(told, dict) else {}


@transaction.atomic
def disconnect_program(person: User, client_id: str) -> int:
    """End what a program may read of ``person`` at once; returns how many tokens it had."""
    return int(Token.objects.filter(user=person, client=client_id).delete()[0])


def forget_programs(*, now: datetime) -> int:
    """Delete tokens that expired, and programs that registered and that nobody connects."""
    Token.objects.filter(expires_at__lte=now).delete()
    idle = Client.objects.filter(data__dcr=True, created_at__lt=now - UNUSED_LASTS, token=None)
    return int(idle.delete()[0])
