"""Whether the life of certificates is what lists, log and rows say together."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from credits.core.canonical import DocumentError, canonical_json, sha256_hex
from credits.core.log import document_body
from credits.core.shape import issuer_id
from credits.core.status import decode_bitstring, is_set
from credits.models import Certificate, LogEntry, StatusList
from credits.services.certificate_life import supersession_statement
from credits.services.issuer import issuer_did


def broken_lists() -> Iterator[tuple[str, str]]:
    """Status lists that do not say exactly what the rows say, each with what is wrong."""
    for listed in StatusList.objects.select_related("institution").exclude(signed_at=None):
        held = Certificate.entered.filter(status_list=listed)
        revoked = held.exclude(revoked_at=None)
        suspended = held.filter(revoked_at=None).exclude(suspended_at=None)
        pairs = (
            (listed.credential, revoked, listed.decoys),
            (listed.suspensions, suspended, listed.suspension_decoys),
        )
        for document, rows, decoys in pairs:
            places = set(rows.values_list("status_index", flat=True))
            if document and _places(document) != places | set(decoys):
                yield str(listed), _("it does not say what the certificates say")
            elif document and _issuer(document) != issuer_did(listed.institution):
                yield str(listed), _("it is not signed by the issuer of its certificates")
        if held.filter(status_index__in=[*listed.decoys, *listed.suspension_decoys]).exists():
            yield str(listed), _("a certificate has the place of a decoy")


def is_of_its_issuer(certificate: Certificate) -> bool:
    """Whether ``certificate`` is issued by whoever signs its status list."""
    return _issuer(certificate.credential) == issuer_did(certificate.status_list.institution)


def _issuer(document: str) -> str:
    try:
        return str(issuer_id(json.loads(document)))
    except (ValueError, AttributeError):
        return ""


def _places(document: str) -> set[int]:
    try:
        bits = decode_bitstring(json.loads(document)["credentialSubject"]["encodedList"])
    except (DocumentError, ValueError, KeyError, TypeError):
        return set()
    return {place for place in range(len(bits) * 8) if bits[place // 8] and is_set(bits, place)}


def broken_lives() -> Iterator[tuple[str, str]]:
    """Certificates that lost their force and of which the log does not know, and other faults."""
    ends = LogEntry.objects.filter(kind__in=[LogEntry.Kind.REVOKE, LogEntry.Kind.SUPERSEDE])
    logged = set(ends.values_list("kind", "body_digest"))
    ended = Certificate.entered.exclude(revoked_at=None)
    rows = ended.select_related("log_entry", "superseded_by__log_entry").order_by("pk")
    for certificate in rows.iterator(chunk_size=500):
        is_superseded = certificate.superseded_by is not None
        if is_superseded != (certificate.revocation_reason == "superseded"):
            yield certificate.code, _("it is superseded, and nothing took its place")
        kind = LogEntry.Kind.SUPERSEDE if is_superseded else LogEntry.Kind.REVOKE
        if not any((kind, digest) in logged for digest in _digests(certificate)):
            yield certificate.code, _("the log does not say that it lost its force")


def _digests(certificate: Certificate) -> list[str]:
    """What the log may commit to; the first certificates were logged byte for byte."""
    if certificate.superseded_by is not None:
        return [sha256_hex(canonical_json(supersession_statement(certificate)))]
    body = document_body(json.loads(certificate.credential))
    return [certificate.log_entry.body_digest, sha256_hex(body)]
