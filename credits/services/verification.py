"""Verify what we hold and what strangers bring, with our own DID document and status lists."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from credits.core.verify import Verdict, verify_credential
from credits.models import Certificate, StatusList
from credits.services.issuer import did_document
from credits.services.sound_proofs import sound_proofs
from credits.services.status import status_list_document, status_list_url


def verify_stored(certificate: Certificate, *, now: datetime) -> Verdict:
    """What a certificate of ours is worth, from its stored bytes as from any stranger's."""
    number = certificate.status_list_id
    lists = {status_list_url(number): status_list_document(number, now=now).encode()}
    data, ours = certificate.credential.encode(), did_document()
    return verify_credential(
        data,
        did_documents={ours["id"]: ours},
        status_lists=lists,
        now=now,
        resources={f"{_address_of(certificate)}/evidence.json": certificate.evidence.encode()},
        log_proofs=sound_proofs(data, ours),
    )


def verify_upload(data: bytes, *, now: datetime) -> Verdict:
    """What a file is worth; nothing of it is kept. Issuers other than us are unknown here."""
    numbers = StatusList.objects.values_list("number", flat=True)
    lists = {
        status_list_url(number): status_list_document(number, now=now).encode()
        for number in numbers
    }
    ours = did_document()
    return verify_credential(
        data,
        did_documents={ours["id"]: ours},
        status_lists=lists,
        now=now,
        log_proofs=sound_proofs(data, ours),
    )


def _address_of(certificate: Certificate) -> str:
    document: Mapping[str, Any] = json.loads(certificate.credential)
    return str(document["id"])
