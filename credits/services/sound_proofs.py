"""Proofs that what a stolen key signed was in the log before it was stolen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.clr import certificates_in, is_record
from credits.core.log import body_digest, document_body
from credits.core.opening import open_credential
from credits.core.shared import taken_apart
from credits.core.tlog_proof import build_tlog_proof
from credits.models import IssuerKey, IssuerTokenKey, LogEntry
from credits.services.log_tiles import log_tree

MOST_DOCUMENTS = 100
"""In a record there may be many; each takes a look into the log."""


def sound_proofs(data: bytes, did_documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """What our log can say in favour of the certificates in ``data``.

    Nothing, as long as no key of our ``did_documents`` was stolen.
    """
    methods = (method for document in did_documents for method in document["verificationMethod"])
    if not any("revoked" in method for method in methods):
        return []
    stolen = _stolen()
    digests = set(_digests(data))
    entries = LogEntry.objects.filter(kind=LogEntry.Kind.ISSUE, body_digest__in=digests)
    found = [sound_proof_of(entry, key) for entry in entries for key in stolen]
    return [proof for proof in found if proof is not None]


def sound_proof_by(entry: LogEntry, name: str) -> str | None:
    """The proof of ``entry`` for the stolen key ``name`` (Multikey or thumbprint), if any."""
    found = [sound_proof_of(entry, key) for key in _stolen() if key.public == name]
    return found[0] if found else None


def sound_proof_of(entry: LogEntry, key: IssuerKey | IssuerTokenKey) -> str | None:
    """The proof (C2SP tlog-proof) that ``entry`` is older than the theft of ``key``."""
    if entry.index >= key.sound_size or not key.sound_checkpoint:
        return None
    return build_tlog_proof(
        entry.index,
        log_tree(key.sound_size).inclusion_proof(entry.index),
        key.sound_checkpoint,
        kind=entry.kind,
        salt=entry.salt,
    )


def _stolen() -> list[IssuerKey | IssuerTokenKey]:
    """The keys that were stolen after the log had begun."""
    return [
        key for kind in (IssuerKey, IssuerTokenKey) for key in kind.objects.filter(sound_size__gt=0)
    ]


def _digests(data: bytes) -> Iterator[str]:
    """The digests of the certificates in a file, as the log commits to them."""
    try:
        opened, _shared = taken_apart(open_credential(data))
    except DocumentError:
        return
    document = opened.document
    inner = certificates_in(document)[:MOST_DOCUMENTS] if is_record(document) else []
    for each in (document, *inner):
        if isinstance(each, dict):
            yield from _digest(each)


def _digest(document: Mapping[str, Any]) -> Iterator[str]:
    try:
        yield body_digest(document_body(document))
    except DocumentError:
        return
