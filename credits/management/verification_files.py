"""What a verification goes by: files that somebody hands in, or the issuer's own answers.

A DID document makes its issuer trusted, so each document is only taken for what it was asked as:
an answer at the address of a status list cannot smuggle in the keys of somebody else.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from credits.core.bundle import VerificationBundle, read_bundle
from credits.core.canonical import DocumentError, JsonError
from credits.core.clr import certificates_in, is_record
from credits.core.did import institution_slug, site_of
from credits.core.opening import open_credential
from credits.core.recompute import RECORD_MEDIA, RULES_MEDIA, pinned_addresses
from credits.core.shape import issuer_id
from credits.core.shared import taken_apart
from credits.core.status_step import lists_named
from credits.core.verify import MAX_BYTES
from credits.management.companions import Companion
from credits.management.fetching import (
    UnreadableError,
    did_document_address,
    is_address,
    read_bytes,
)

MAX_LISTS = 16
NOTHING = VerificationBundle({}, {}, {})
WHAT = {
    Companion.DID_DOCUMENT: "a DID document",
    Companion.STATUS_LIST: "a status list",
    Companion.SUSPENSIONS: "a list of suspensions",
    Companion.EVIDENCE: "an evidence record",
}


def gather(named: Iterable[tuple[Companion, str]], certificate: bytes) -> VerificationBundle:
    """Read files that belong to ``certificate``, each of which must be what it is called.

    Raises:
        UnreadableError: a file is missing, damaged or something else.
    """
    bundle = NOTHING
    for kind, path in named:
        found = _read_rules(path, certificate) if kind is Companion.RULES else _read_as(kind, path)
        bundle = joined(bundle, found)
    return bundle


def ask_issuer(certificate: bytes, *, for_records: bool = False) -> VerificationBundle:
    """Fetch the DID document and the status list that ``certificate`` names.

    With ``for_records`` also the evidence record and the rule set that it pins. What cannot be had
    is missing from the bundle, and the verdict says so.
    """
    document = _parsed(certificate)
    bundle = NOTHING
    for issuer in _issuers(document):
        if address := did_document_address(issuer):
            found = _tried(Companion.DID_DOCUMENT, address)
            own = {did: keys for did, keys in found.did_documents.items() if did == issuer}
            bundle = joined(bundle, VerificationBundle(own, {}, {}))
    for address in _status_addresses(document):
        bundle = joined(bundle, _tried(Companion.STATUS_LIST, address))
    return joined(bundle, _fetched_records(document)) if for_records else bundle


def _issuers(document: Mapping[str, Any]) -> list[str]:
    """Whose DID documents it takes.

    That is the issuer; the site where it is an institution there, whose key signs the log; and
    of the certificates in a record those of institutions of its issuer.
    """
    issuer = issuer_id(document)
    if not isinstance(issuer, str):
        return []
    inner = certificates_in(document) if is_record(document) else []
    held = [str(issuer_id(each)) for each in inner if isinstance(each, dict)]
    own = [did for did in held if institution_slug(issuer, did)]
    site = site_of(issuer)
    return list(dict.fromkeys([issuer, *([site] if site else []), *own]))[:MAX_LISTS]


def _fetched_records(document: Mapping[str, Any]) -> VerificationBundle:
    """The records at the addresses where ``document`` pins them, whatever stands there now."""
    resources = {}
    for media, address in pinned_addresses(document).items():
        if media in {RECORD_MEDIA, RULES_MEDIA} and is_address(address):
            with suppress(UnreadableError):
                resources[address] = read_bytes(address, MAX_BYTES)
    return VerificationBundle({}, {}, resources)


def _status_addresses(document: Mapping[str, Any]) -> list[str]:
    """Where the status lists of a certificate stand, or of those in a record."""
    inner = certificates_in(document) if is_record(document) else []
    statuses = (
        each.get("credentialStatus") for each in (document, *inner) if isinstance(each, dict)
    )
    listed = (url for each in statuses for url in lists_named(each))
    addresses = {each: None for each in listed if is_address(each)}
    return list(addresses)[:MAX_LISTS]


def joined(first: VerificationBundle, second: VerificationBundle) -> VerificationBundle:
    """Both together; where they differ, the second counts."""
    return VerificationBundle(
        {**first.did_documents, **second.did_documents},
        {**first.status_lists, **second.status_lists},
        {**first.resources, **second.resources},
    )


def _read_rules(path: str, certificate: bytes) -> VerificationBundle:
    """A rule set does not say where it is from; ``certificate`` pins its text by a digest."""
    data = read_bytes(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{path} has more than {MAX_BYTES} bytes.")
    address = pinned_addresses(_parsed(certificate)).get(RULES_MEDIA)
    return VerificationBundle({}, {}, {address: data} if address else {})


def _read_as(kind: Companion, name: str) -> VerificationBundle:
    try:
        found = read_bundle([read_bytes(name, MAX_BYTES)])
    except JsonError as error:
        raise UnreadableError(f"{name}: {error}.") from error
    fits: dict[Companion, Mapping[str, Any]] = {
        Companion.DID_DOCUMENT: found.did_documents,
        Companion.STATUS_LIST: found.status_lists,
        Companion.SUSPENSIONS: found.status_lists,
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
    """The credential, also of a file that shows a part of one."""
    try:
        opened, _shared = taken_apart(open_credential(certificate))
    except DocumentError:
        return {}
    return opened.document if isinstance(opened.document, dict) else {}
