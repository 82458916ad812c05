"""The form of a certificate that is bound to a key of its holder: signed and logged once a key."""

import json
from datetime import datetime

from django.db import transaction

from credits.core.bound import build_bound_credential
from credits.core.proof import add_proofs
from credits.models import BoundCertificate, Certificate, LogEntry
from credits.services.issuer import issuer_signer, signing_method
from credits.services.log import append_entry


@transaction.atomic
def bind_certificate(certificate: Certificate, holder: str, *, now: datetime) -> BoundCertificate:
    """The form of ``certificate`` for the DID ``holder``; the same again for the same key."""
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    known = BoundCertificate.objects.filter(certificate=locked, holder_did=holder).first()
    return known or _bind(locked, holder, now)


def _bind(certificate: Certificate, holder: str, now: datetime) -> BoundCertificate:
    document = build_bound_credential(
        json.loads(certificate.credential), holder=holder, bound_at=now
    )
    signer = issuer_signer(now=now)
    signed = add_proofs(document, signer, verification_method=signing_method(signer), created=now)
    credential = json.dumps(signed, ensure_ascii=False, indent=1)
    return BoundCertificate.objects.create(
        certificate=certificate,
        holder_did=holder,
        credential=credential,
        log_entry=append_entry(LogEntry.Kind.ISSUE, credential.encode(), now=now),
        bound_at=now,
    )
