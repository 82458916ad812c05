"""A new key in the place of an old one: published at once, used a week later.

Only who holds the keys can do this, so it is done by a command of the operator, not by a page.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Institution
from credits.core.proof import Signer
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


def rotate_issuer_key(
    *, now: datetime, use_from: datetime, institution: Institution | None = None
) -> IssuerKey:
    """A new key for certificates and the log, to be used from ``use_from`` on.

    For an ``institution``, one for what is issued in its name; its first one is used at once.

    Raises:
        KeyWaitsError, NoKeysHereError, IssuerKeyError
    """
    refuse_elsewhere()
    keyring = issuer_keyring(institution.slug if institution else "")
    if institution is not None and not keyring.is_begun:
        first = issuer_public(_begun(keyring, now))
        return publish_issuer_key(first, now=now, used_from=now, institution=institution)
    before = issuer_public(present_key(keyring, now))
    publish_issuer_key(before, now=now, institution=institution)
    _refuse_waiting(IssuerKey.objects.of(institution), now)
    added = issuer_public(add_key(keyring, use_from))
    with transaction.atomic():
        key = publish_issuer_key(added, now=now, used_from=use_from, institution=institution)
        _retire(before, key, use_from)
    return key


def begun_keyring(institution: Institution | None) -> Keyring[Signer]:
    """The keys of an issuer, which has one at least.

    Raises:
        NoKeysHereError, IssuerKeyError
    """
    refuse_elsewhere()
    keyring = issuer_keyring(institution.slug if institution else "")
    if institution is not None and not keyring.is_begun:
        raise IssuerKeyError(
            _("%(institution)s has no key here.") % {"institution": institution.slug}
        )
    return keyring


def rotate_token_key(*, now: datetime, use_from: datetime) -> IssuerTokenKey:
    """A new key for certificates as JWT, to be used from ``use_from`` on.

    Raises:
        KeyWaitsError, NoKeysHereError, IssuerKeyError
    """
    keyring = token_keyring()
    before = present_key(keyring, now)
    publish_token_key(before.public_jwk(), now=now)
    _refuse_waiting(IssuerTokenKey.objects.all(), now)
    added = add_key(keyring, use_from)
    with transaction.atomic():
        key = publish_token_key(added.public_jwk(), now=now, used_from=use_from)
        _retire(token_public(before), key, use_from)
    return key


def key_in_use(keys: QuerySet[Key], now: datetime) -> Key | None:
    """Which of the ``keys`` of one issuer signs at ``now``, as far as it was published."""
    sound = keys.filter(compromised_since=None, published_at__lte=now)
    due = [key for key in sound if key.first_used <= now]
    return max(due, key=lambda key: key.first_used, default=None)


def is_followed(key: IssuerKey | IssuerTokenKey, now: datetime) -> bool:
    """Whether a successor of ``key`` is published and waits to be used."""
    return key.peers.filter(used_from__gt=now, compromised_since=None).exists()


def _retire(before: str, successor: IssuerKey | IssuerTokenKey, use_from: datetime) -> None:
    """Say of the key ``before`` that ``successor`` takes its place."""
    for key in successor.peers.filter(retired_at=None).exclude(pk=successor.pk):
        if key.public == before:
            key.retired_at = use_from
            key.save(update_fields=["retired_at"])


def _refuse_waiting(keys: QuerySet[Key], now: datetime) -> None:
    waiting = keys.filter(used_from__gt=now, compromised_since=None).first()
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
    refuse_elsewhere()
    try:
        return keyring.present(now)
    except KeyFileError as error:
        raise IssuerKeyError(str(error)) from error


def refuse_elsewhere() -> None:
    """Refuse to look for keys where the signer holds them.

    Raises:
        NoKeysHereError
    """
    if settings.SIGNER_SOCKET:
        raise NoKeysHereError(
            _(
                "The keys are with the signer at %(path)s. Run this as its user, with its settings"
                " and without OPENCREDITS_SIGNER_SOCKET."
            )
            % {"path": settings.SIGNER_SOCKET}
        )


def _begun(keyring: Keyring[S], now: datetime) -> S:
    try:
        return keyring.begin(use_from=now)
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
