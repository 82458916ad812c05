"""The form of a certificate that is bound to a key of its holder: logged and signed once a key."""

import json
from datetime import datetime

from django.db import transaction

from credits.core.bound import build_bound_credential
from credits.core.log import document_body
from credits.models import BoundCertificate, Certificate, LogEntry
from credits.services.errors import CreditsError
from credits.services.log import append_entry
from credits.services.signing import sign_at_once


class NotBoundYetError(CreditsError):
    """The form is entered in the log, but cannot be signed now; ask again in a minute."""


class TooManyKeysError(CreditsError):
    """The certificate is bound to as many keys as it may be."""


def bind_certificate(
    certificate: Certificate, holder: str, *, most: int, now: datetime
) -> BoundCertificate:
    """The form of ``certificate`` for the DID ``holder``; the same again for the same key.

    Raises:
        TooManyKeysError: ``most`` other keys have a form.
        NotBoundYetError: the signer is not there.
    """
    bound = _entered(certificate, holder, most, now)
    if bound.signed_at is None:
        sign_at_once([bound], now=now)
    if bound.signed_at is None:
        raise NotBoundYetError
    return bound


@transaction.atomic
def _entered(certificate: Certificate, holder: str, most: int, now: datetime) -> BoundCertificate:
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    forms = BoundCertificate.entered.filter(certificate=locked)
    if known := forms.filter(holder_did=holder).first():
        return known
    if forms.count() >= most:
        raise TooManyKeysError
    unsigned = build_bound_credential(json.loads(locked.credential), holder=holder, bound_at=now)
    return BoundCertificate.entered.create(
        certificate=locked,
        holder_did=holder,
        credential=json.dumps(unsigned, ensure_ascii=False),
        log_entry=append_entry(LogEntry.Kind.ISSUE, document_body(unsigned), now=now),
        bound_at=now,
    )
