"""Verify what we hold and what strangers bring, with our own DID document and status lists."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from credits.core.code import CodeError, parse_code
from credits.core.shape import issuer_id
from credits.core.status import SUSPENSIONS
from credits.core.verdict import Outcome, Step, StepState
from credits.core.verify import Verdict, verify_credential
from credits.models import Certificate, StatusList
from credits.services.issuer import did_documents
from credits.services.sound_proofs import sound_proofs
from credits.services.status import documents_by_address, status_list_url, suspension_list_url

CODE_LENGTH = 64
"""What follows the address of certificates in a longer name is no code of ours."""

LIST_NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def verify_stored(certificate: Certificate, *, now: datetime) -> Verdict:
    """What a certificate of ours is worth, from its stored bytes as from any stranger's."""
    evidence = certificate.evidence.encode()
    resources = {f"{_address_of(certificate)}/evidence.json": evidence}
    verdict = _verified(certificate.credential.encode(), now=now, resources=resources)
    return with_life(verdict, certificate)


def verify_upload(data: bytes, *, now: datetime) -> Verdict:
    """What a file is worth; nothing of it is kept.

    Issuers other than us, and the institutions that issue here, are unknown.
    """
    verdict = _verified(data, now=now)
    known = certificate_of(verdict)
    return with_life(verdict, known) if known else verdict


def _verified(
    data: bytes, *, now: datetime, resources: Mapping[str, bytes] | None = None
) -> Verdict:
    ours = did_documents()
    return verify_credential(
        data,
        did_documents=ours,
        status_lists=OwnStatusLists(now),
        now=now,
        resources=resources,
        log_proofs=sound_proofs(data, ours.values()),
    )


def certificate_of(verdict: Verdict) -> Certificate | None:
    """The certificate of ours that a verified document is; None for anything else.

    What is forged is not one, whatever it calls itself.
    """
    if verdict.credential is None or verdict.outcome in _NOT_OURS:
        return None
    known = Certificate.objects.select_related("superseded_by")
    code = str(verdict.credential.get("id")).rpartition("/")[2]
    try:
        found = known.filter(code=parse_code(code)).first() if len(code) < CODE_LENGTH else None
    except CodeError:
        return None
    return found if found and _is_of(found, verdict.credential) else None


_NOT_OURS = frozenset(
    {Outcome.MALFORMED, Outcome.ISSUER_UNKNOWN, Outcome.ALTERED, Outcome.KEY_REVOKED}
)


def with_life(verdict: Verdict, certificate: Certificate) -> Verdict:
    """``verdict`` with what only we know: what superseded ``certificate``, and why.

    A certificate from before there were lists of suspensions is suspended here all the same.
    """
    return replace(verdict, steps=tuple(_known_better(step, certificate) for step in verdict.steps))


def _known_better(step: Step, certificate: Certificate) -> Step:
    if step.name != "status":
        return step
    successor = certificate.superseded_by
    if step.outcome is Outcome.REVOKED and step.state is StepState.FAILED and successor:
        said = {**step.parameters, "successor": successor.code}
        return Step("status", StepState.FAILED, "superseded", said, Outcome.SUPERSEDED)
    if step.state is StepState.OK and certificate.suspended_at and not certificate.revoked_at:
        return Step("status", StepState.FAILED, "suspended", step.parameters, Outcome.SUSPENDED)
    return step


class OwnStatusLists(Mapping[str, bytes]):
    """Our status lists by address, as they are signed now; each is read when it is asked for."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._read: dict[str, bytes] = {}

    def __getitem__(self, url: str) -> bytes:
        if url not in self._read:
            number = url.removesuffix(SUSPENSIONS).rpartition("/")[2]
            if not LIST_NUMBER.fullmatch(number):
                raise KeyError(url)
            try:
                self._read |= documents_by_address(int(number), now=self._now)
            except StatusList.DoesNotExist as error:
                raise KeyError(url) from error
        return self._read[url]

    def __iter__(self) -> Iterator[str]:
        for number in StatusList.objects.values_list("number", flat=True):
            yield from (status_list_url(number), suspension_list_url(number))

    def __len__(self) -> int:
        return 2 * StatusList.objects.count()


def _is_of(certificate: Certificate, document: Mapping[str, Any]) -> bool:
    """Whether ``document`` has the address and the issuer of ``certificate``."""
    ours: Mapping[str, Any] = json.loads(certificate.credential)
    said = (document.get("id"), issuer_id(document))
    return (ours["id"], issuer_id(ours)) == said


def _address_of(certificate: Certificate) -> str:
    document: Mapping[str, Any] = json.loads(certificate.credential)
    return str(document["id"])
