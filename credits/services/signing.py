"""Signing what stands in the log: at once after it was entered, or when the signer is back."""

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from credits.core.canonical import DocumentError
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.models import BoundCertificate, Certificate, SealedCertificate, StatusList
from credits.services.errors import CreditsError
from credits.services.issuer import sign_documents
from credits.services.status import sign_lists

logger = logging.getLogger(__name__)

CHUNK = 100
"""Documents signed together: few enough that little is lost where a signer ends in between."""

Entered = TypeVar("Entered", Certificate, SealedCertificate, BoundCertificate)


def sign_at_once(rows: Sequence[Entered], *, now: datetime) -> None:
    """Sign ``rows``, which were just entered; if that is not possible now, they wait.

    Each row knows: ``signed_at`` is set, or None.
    """
    try:
        _sign(rows, now)
    except CreditsError:
        logger.exception("%d documents are entered and wait to be signed", len(rows))
    except SigningRefusedError as error:
        if error.reason is not Refusal.NO_KEY:
            raise
        logger.exception("%d documents wait for the key of their institution", len(rows))
    else:
        _sign_new_lists(now)


def sign_entered(*, now: datetime) -> int:
    """Sign all that was entered and not signed; returns how many were.

    What cannot be signed is named in the log of the program, and keeps nothing else waiting.

    Raises:
        IssuerKeyError: nothing can be signed now.
    """
    count = _sign_all(Certificate, now) + _sign_all(SealedCertificate, now)
    count += _sign_all(BoundCertificate, now)
    _sign_new_lists(now)
    return count


def _sign_all(kind: type[Entered], now: datetime) -> int:
    signed = 0
    for chunk in _waiting(kind):
        signed += _sign_each(chunk, now)
    return signed


def _waiting(kind: type[Entered]) -> Iterator[list[Entered]]:
    """The rows of ``kind`` that wait, a chunk at a time, each once."""
    last = 0
    waiting = kind.entered.filter(signed_at=None).order_by("pk")
    while chunk := list(waiting.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _sign_each(rows: Sequence[Entered], now: datetime) -> int:
    """Sign ``rows`` together, else those of them that can be signed."""
    try:
        return _sign(rows, now)
    except DocumentError:
        if len(rows) > 1:
            return sum(_sign_each([row], now) for row in rows)
        logger.exception("%s %s cannot be signed", type(rows[0]).__name__, rows[0].pk)
        return 0


@transaction.atomic
def _sign(rows: Sequence[Entered], now: datetime) -> int:
    """Sign those of ``rows`` that nobody signed meanwhile; all ``rows`` then say what is kept."""
    kind = type(rows[0])
    keys = [row.pk for row in rows]
    locked = kind.entered.select_for_update().filter(pk__in=keys, signed_at=None).order_by("pk")
    waiting = list(locked)
    texts = sign_documents([json.loads(row.credential) for row in waiting], now=now)
    for row, text in zip(waiting, texts, strict=True):
        row.credential, row.signed_at = text, now
    kind.entered.bulk_update(waiting, ["credential", "signed_at"])
    signed = {row.pk: row for row in waiting}
    for row in rows:
        if row.pk in signed:
            row.credential, row.signed_at = signed[row.pk].credential, now
        else:
            row.refresh_from_db(fields=["credential", "signed_at"])
    return len(waiting)


def _sign_new_lists(now: datetime) -> None:
    """A certificate names its status list, so that list has to be there."""
    sign_lists(StatusList.objects.filter(signed_at=None), now=now)
