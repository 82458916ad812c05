"""What a verification goes by: files that somebody hands in, or the issuer's own answers.

A DID document makes its issuer trusted, so each document is only taken for what it was asked as:
an answer at the address of a status list cannot smuggle in the keys of somebody else.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from credits.core.bundle import VerificationBundle, read_bundle
from credits.core.canonical import DocumentError, JsonError
from credits.core.clr import certificates_in, is_record
from credits.core.opening import open_credential
from credits.core.shape import issuer_id
from credits.core.verify import MAX_BYTES
from credits.management.companions import Companion
from credits.management.fetching import (
    UnreadableError,
    did_document_address,
    is_address,
    read_bytes,
)

MAX_LISTS = 8
NOTHING = VerificationBundle({}, {}, {})
WHAT = {
    Companion.DID_DOCUMENT: "a DID document",
    Companion.STATUS_LIST: "a status list",
    Companion.EVIDENCE: "an evidence record",
}


def gather(named: Iterable[tuple[Companion, str]]) -> VerificationBundle:
    """Read files, each of which must be what it is called.

    Raises:
        UnreadableError: a file is missing, damaged or something else.
    """
    bundle = NOTHING
    for kind, path in named:
        bundle = joined(bundle, _read_as(kind, path))
    return bundle


def ask_issuer(certificate: bytes) -> VerificationBundle:
    """Fetch the DID document and the status list that ``certificate`` names.

    What cannot be had is missing from the bundle, and the verdict says so.
    """
    document = _parsed(certificate)
    issuer = issuer_id(document)
    bundle = NOTHING
    if isinstance(issuer, str) and (address := did_document_address(issuer)):
        found = _tried(Companion.DID_DOCUMENT, address)
        own = {did: keys for did, keys in found.did_documents.items() if did == issuer}
        bundle = VerificationBundle(own, {}, {})
    for address in _status_addresses(document):
        bundle = joined(bundle, _tried(Companion.STATUS_LIST, address))
    return bundle


def _status_addresses(document: Mapping[str, Any]) -> list[str]:
    """Where the status lists of a certificate stand, or of those in a record."""
    inner = certificates_in(document) if is_record(document) else []
    statuses = (
        each.get("credentialStatus") for each in (document, *inner) if isinstance(each, dict)
    )
    listed = (each.get("statusListCredential") for each in statuses if isinstance(each, dict))
    addresses = {each: None for each in listed if isinstance(each, str) and is_address(each)}
    return list(addresses)[:MAX_LISTS]


def joined(first: VerificationBundle, second: VerificationBundle) -> VerificationBundle:
    """Both together; where they differ, the second counts."""
    return VerificationBundle(
        {**first.did_documents, **second.did_documents},
        {**first.status_lists, **second.status_lists},
        {**first.resources, **second.resources},
    )


def _read_as(kind: Companion, name: str) -> VerificationBundle:
    try:
        found = read_bundle([read_bytes(name, MAX_BYTES)])
    except JsonError as error:
        raise UnreadableError(f"{name}: {error}.") from error
    fits = {
        Companion.DID_DOCUMENT: found.did_documents,
        Companion.STATUS_LIST: found.status_lists,
        Companion.EVIDENCE: found.resources,
    }
    if not fits[kind]:
        raise UnreadableError(f"{name} is not {WHAT[kind]}.")
    return found


def _tried(kind: Companion, address: str) -> VerificationBundle:
    try:
        return _read_as(kind, address)
    except UnreadableError:
        return NOTHING


def _parsed(certificate: bytes) -> Mapping[str, Any]:
    try:
        document = open_credential(certificate).document
    except DocumentError:
        return {}
    return document if isinstance(document, dict) else {}
