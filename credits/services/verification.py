"""Verify what we hold and what strangers bring, with our own DID document and status lists."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from credits.core.verify import Verdict, verify_credential
from credits.models import Certificate, StatusList
from credits.services.issuer import did_document
from credits.services.sound_proofs import sound_proofs
from credits.services.status import status_list_document, status_list_url

LIST_NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def verify_stored(certificate: Certificate, *, now: datetime) -> Verdict:
    """What a certificate of ours is worth, from its stored bytes as from any stranger's."""
    evidence = certificate.evidence.encode()
    resources = {f"{_address_of(certificate)}/evidence.json": evidence}
    return _verified(certificate.credential.encode(), now=now, resources=resources)


def verify_upload(data: bytes, *, now: datetime) -> Verdict:
    """What a file is worth; nothing of it is kept. Issuers other than us are unknown here."""
    return _verified(data, now=now)


def _verified(
    data: bytes, *, now: datetime, resources: Mapping[str, bytes] | None = None
) -> Verdict:
    ours = did_document()
    return verify_credential(
        data,
        did_documents={ours["id"]: ours},
        status_lists=OwnStatusLists(now),
        now=now,
        resources=resources,
        log_proofs=sound_proofs(data, ours),
    )


class OwnStatusLists(Mapping[str, bytes]):
    """Our status lists by address, as they are signed now; each is read when it is asked for."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._read: dict[str, bytes] = {}

    def __getitem__(self, url: str) -> bytes:
        if url not in self._read:
            number = url.rpartition("/")[2]
            if not LIST_NUMBER.fullmatch(number) or url != status_list_url(int(number)):
                raise KeyError(url)
            try:
                self._read[url] = status_list_document(int(number), now=self._now).encode()
            except StatusList.DoesNotExist as error:
                raise KeyError(url) from error
        return self._read[url]

    def __iter__(self) -> Iterator[str]:
        return map(status_list_url, StatusList.objects.values_list("number", flat=True))

    def __len__(self) -> int:
        return StatusList.objects.count()


def _address_of(certificate: Certificate) -> str:
    document: Mapping[str, Any] = json.loads(certificate.credential)
    return str(document["id"])
