"""Machines of institutions: OAuth 2.0 clients that act by client credentials (RFC 6749, 4.4)."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from allauth.idp.oidc.models import Client
from django.db import transaction

from accounts.models import ApiClient, Institution
from accounts.services import AccountsError


class Scope(StrEnum):
    """What a machine may be allowed to do. Only a person decides, so no scope says "decide"."""

    CERTIFICATES_READ = "certificates:read"
    RECOGNITIONS_READ = "recognitions:read"
    RECOGNITIONS_WRITE = "recognitions:write"
    ROSTERS_WRITE = "rosters:write"
    POLICIES_WRITE = "policies:write"
    CLAIMS_CHECK = "claims:check"
    WEBHOOKS_WRITE = "webhooks:write"


REGISTRAR_SCOPES = (Scope.CERTIFICATES_READ, Scope.RECOGNITIONS_READ, Scope.RECOGNITIONS_WRITE)


class UnknownScopeError(AccountsError):
    """The API has no such scope."""


class NewApiClient(NamedTuple):
    """A client just made. The secret is nowhere else: only its hash is stored."""

    client: ApiClient
    client_id: str
    secret: str


@transaction.atomic
def create_api_client(
    institution: Institution, *, label: str, scopes: Iterable[str], now: datetime
) -> NewApiClient:
    """Let a machine act for ``institution`` within ``scopes``; its secret is shown this once.

    Raises:
        UnknownScopeError: a scope is not one of the API's.
    """
    allowed = _checked(scopes)
    secret = secrets.token_urlsafe(32)
    oauth = Client(
        name=label,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS.value,
        response_types="",
        created_at=now,
    )
    oauth.set_secret(secret)
    oauth.set_scopes(allowed)
    oauth.set_default_scopes(allowed)
    oauth.save()
    client = ApiClient.objects.create(
        institution=institution, client_id=oauth.pk, label=label, created_at=now
    )
    return NewApiClient(client, oauth.pk, secret)


@transaction.atomic
def revoke_api_client(client: ApiClient, *, now: datetime) -> ApiClient:
    """Shut ``client`` out at once, with every token it holds; again changes nothing."""
    Client.objects.filter(pk=client.client_id).delete()
    ApiClient.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=now)
    client.refresh_from_db()
    return client


def _checked(scopes: Iterable[str]) -> list[str]:
    asked = sorted(set(scopes))
    known = [scope.value for scope in Scope]
    unknown = [scope for scope in asked if scope not in known]
    if unknown or not asked:
        raise UnknownScopeError(
            f"Unknown or missing scopes: {', '.join(unknown) or 'none given'}. "
            f"Choose from {', '.join(known)}."
        )
    return asked
