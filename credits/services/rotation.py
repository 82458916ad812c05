"""A new key in the place of an old one: published at once, used a week later.

Only who holds the keys can do this, so it is done by a command of the operator, not by a page.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from credits.models import IssuerKey, IssuerTokenKey
from credits.services.errors import CreditsError
from credits.services.issuer import (
    IssuerKeyError,
    publish_issuer_key,
    publish_token_key,
)
from credits.signer.keyring import Keyring
from credits.signer.local import issuer_keyring, issuer_public, token_keyring, token_public
from credits.signer.stores import KeyFileError

PUBLISHED_BEFORE_USE = timedelta(days=7)
"""Verifiers keep DID documents for a while: a key that signs must be in their copies."""

ROTATE_AFTER = timedelta(days=365)

Key = TypeVar("Key", IssuerKey, IssuerTokenKey)
S = TypeVar("S")


class KeyWaitsError(CreditsError):
    """A new key is published already and waits to be used."""


class NoKeysHereError(CreditsError):
    """The keys are elsewhere; run this where the signer runs, as its user."""


def rotate_issuer_key(*, now: datetime, use_from: datetime) -> IssuerKey:
    """A new key for certificates and the log, to be used from ``use_from`` on.

    Raises:
        KeyWaitsError, NoKeysHereError, IssuerKeyError
    """
    keyring = issuer_keyring()
    before = issuer_public(present_key(keyring, now))
    publish_issuer_key(before, now=now)
    _refuse_waiting(IssuerKey, now)
    added = issuer_public(add_key(keyring, use_from))
    with transaction.atomic():
        key = publish_issuer_key(added, now=now, used_from=use_from)
        _retire(IssuerKey, before, key, use_from)
    return key


def rotate_token_key(*, now: datetime, use_from: datetime) -> IssuerTokenKey:
    """A new key for certificates as JWT, to be used from ``use_from`` on.

    Raises:
        KeyWaitsError, NoKeysHereError, IssuerKeyError
    """
    keyring = token_keyring()
    before = present_key(keyring, now)
    publish_token_key(before.public_jwk(), now=now)
    _refuse_waiting(IssuerTokenKey, now)
    added = add_key(keyring, use_from)
    with transaction.atomic():
        key = publish_token_key(added.public_jwk(), now=now, used_from=use_from)
        _retire(IssuerTokenKey, token_public(before), key, use_from)
    return key


def key_in_use(kind: type[Key], now: datetime) -> Key | None:
    """The key of ``kind`` that signs at ``now``, as far as it was published."""
    sound = kind.objects.filter(compromised_since=None, published_at__lte=now)
    due = [key for key in sound if key.first_used <= now]
    return max(due, key=lambda key: key.first_used, default=None)


def is_followed(key: IssuerKey | IssuerTokenKey, now: datetime) -> bool:
    """Whether a successor of ``key`` is published and waits to be used."""
    return type(key).objects.filter(used_from__gt=now, compromised_since=None).exists()


def _retire(kind: type[Key], before: str, successor: Key, use_from: datetime) -> None:
    """Say of the key ``before`` that ``successor`` takes its place."""
    for key in kind.objects.filter(retired_at=None).exclude(pk=successor.pk):
        if key.public == before:
            key.retired_at = use_from
            key.save(update_fields=["retired_at"])


def _refuse_waiting(kind: type[Key], now: datetime) -> None:
    waiting = kind.objects.filter(used_from__gt=now, compromised_since=None).first()
    if waiting is not None:
        raise KeyWaitsError(
            _("The key %(key)s is published already and will be used from %(day)s on.")
            % {"key": waiting, "day": waiting.first_used.date()}
        )


def present_key(keyring: Keyring[S], now: datetime) -> S:
    """The key that signs at ``now``, held by this very process.

    Raises:
        NoKeysHereError, IssuerKeyError
    """
    if settings.SIGNER_SOCKET:
        raise NoKeysHereError(
            _(
                "The keys are with the signer at %(path)s. Run this as its user, with its settings"
                " and without OPENCREDITS_SIGNER_SOCKET."
            )
            % {"path": settings.SIGNER_SOCKET}
        )
    try:
        return keyring.present(now)
    except KeyFileError as error:
        raise IssuerKeyError(str(error)) from error


def add_key(keyring: Keyring[S], use_from: datetime) -> S:
    """A new key in ``keyring``.

    Raises:
        IssuerKeyError
    """
    try:
        return keyring.add(use_from=use_from)
    except KeyFileError as error:
        raise IssuerKeyError(str(error)) from error
