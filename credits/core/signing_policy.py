"""What our keys may sign: credentials and checkpoints of our own, and nothing else.

Whoever takes over the web process can ask for signatures. So the one that holds the keys looks at
what it signs: only documents whose form it knows, issued by us, and entered in the log before. A
forgery then lies open in a public log; and the log cannot be forked, since a checkpoint must
continue the last one. Nothing here trusts a name for what a document is: it looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.checkpoint import Checkpoint, parse_checkpoint
from credits.core.clr import RECORD, RECORD_CONTEXTS, certificates_in, is_record
from credits.core.contexts import CREDENTIALS_V2, OPEN_BADGES_3
from credits.core.did import institution_slug
from credits.core.log import body_digest, document_body
from credits.core.merkle import verify_consistency
from credits.core.shape import ShapeError, check_shape, issuer_id

CERTIFICATE = "OpenBadgeCredential"
STATUS_LIST = "BitstringStatusListCredential"
MAX_CERTIFICATES = 1_000
RECORD_MEMBERS = {
    *("@context", "id", "type", "name", "issuer", "validFrom", "validUntil", "awardedDate"),
    "credentialSubject",
}
RECORD_SUBJECT = {"id", "type", "verifiableCredential"}


class Refusal(StrEnum):
    """Why something is not signed."""

    NOT_A_CREDENTIAL = "not_a_credential"
    ANOTHER_ISSUER = "another_issuer"
    NO_KEY = "no_key"
    FOREIGN_ADDRESS = "foreign_address"
    NOT_LOGGED = "not_logged"
    NOT_A_CHECKPOINT = "not_a_checkpoint"
    ANOTHER_LOG = "another_log"
    FORKED = "forked"
    TOO_MANY = "too_many"
    NOT_UNDERSTOOD = "not_understood"


class SigningRefusedError(DocumentError):
    """The keys here do not sign this; ``reason`` says why, ``until`` when they will again."""

    def __init__(self, reason: Refusal, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.until = until


class Kind(StrEnum):
    """What is signed."""

    CERTIFICATE = "certificate"
    RECORD = "record"
    STATUS_LIST = "status_list"


@dataclass(frozen=True, slots=True)
class Ours:
    """Who we are: our DID, the address of our site, and the origin of our log."""

    did: str
    base_url: str
    log_origin: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A document of a form that may be signed, if ``must_be_logged`` (digests) all are.

    ``institution`` is the slug of the one that issues it, empty where the site does.
    """

    kind: Kind
    digest: str
    must_be_logged: frozenset[str]
    institution: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether it counts against the rate: a status list says nothing of anybody."""
        return self.kind is not Kind.STATUS_LIST


def statement_digest(document: Mapping[str, Any]) -> str:
    """What the log commits to: the digest of the canonical document without its proofs."""
    return body_digest(document_body(document))


def examine(document: Any, ours: Ours) -> Examined:
    """Look at a document that shall be signed.

    Raises:
        SigningRefusedError: it is none of the three that we sign, is not ours, or has an address
            or a status that is not.
    """
    kind = _kind_of(document)
    if "proof" in document:
        raise SigningRefusedError(
            Refusal.NOT_A_CREDENTIAL, "A document to be signed has no proof yet."
        )
    return _examined(document, kind, ours)


def _examined(document: Mapping[str, Any], kind: Kind, ours: Ours) -> Examined:
    _refuse_strange(document, kind)
    institution = _institution_of(document, kind, ours)
    _refuse_foreign(document, kind, ours)
    digest = statement_digest(document)
    if kind is Kind.STATUS_LIST:
        return Examined(kind, digest, frozenset(), institution)
    if kind is Kind.CERTIFICATE:
        return Examined(kind, digest, frozenset({digest}), institution)
    return Examined(kind, digest, _certificates_of(document, ours))


def _institution_of(document: Mapping[str, Any], kind: Kind, ours: Ours) -> str:
    """The slug of the institution of ours that issues ``document``, empty where we do.

    A record is the site's, whoever issued the certificates in it.
    """
    slug = institution_slug(ours.did, str(issuer_id(document)))
    if slug is None or (slug and kind is Kind.RECORD):
        raise SigningRefusedError(
            Refusal.ANOTHER_ISSUER, f"We are {ours.did}, not {issuer_id(document)!r:.200}."
        )
    return slug


def _kind_of(document: Any) -> Kind:
    types = document.get("type") if isinstance(document, dict) else None
    if types == ["VerifiableCredential", CERTIFICATE]:
        return Kind.CERTIFICATE
    if is_record(document):
        return Kind.RECORD
    if types == ["VerifiableCredential", STATUS_LIST]:
        return Kind.STATUS_LIST
    raise SigningRefusedError(
        Refusal.NOT_A_CREDENTIAL,
        "Only certificates, records, status lists and checkpoints are signed here.",
    )


FORMS: Mapping[Kind, tuple[str, list[str]]] = {
    Kind.CERTIFICATE: (CERTIFICATE, [CREDENTIALS_V2, OPEN_BADGES_3]),
    Kind.RECORD: (RECORD, RECORD_CONTEXTS),
    Kind.STATUS_LIST: (STATUS_LIST, [CREDENTIALS_V2]),
}


def _refuse_strange(document: Mapping[str, Any], kind: Kind) -> None:
    name, contexts = FORMS[kind]
    try:
        check_shape(document, kind=name, has_proofs=False)
    except ShapeError as error:
        raise SigningRefusedError(Refusal.NOT_A_CREDENTIAL, f"{kind}: {error}") from error
    if document.get("@context") != contexts:
        raise SigningRefusedError(
            Refusal.NOT_A_CREDENTIAL, f"{kind}: @context is not the one that we use"
        )


def _refuse_foreign(document: Mapping[str, Any], kind: Kind, ours: Ours) -> None:
    """What carries our name must have an address of ours, and its status a place in our lists."""
    lists = f"{ours.base_url}/status/"
    starts = (lists,) if kind is Kind.STATUS_LIST else (f"{ours.base_url}/", "urn:uuid:")
    status = document.get("credentialStatus", {}).get("statusListCredential", lists)
    if not document["id"].startswith(starts) or not str(status).startswith(lists):
        raise SigningRefusedError(Refusal.FOREIGN_ADDRESS, f"{document['id']!r:.200} is not ours.")


def _certificates_of(record: Mapping[str, Any], ours: Ours) -> frozenset[str]:
    """The digests of the certificates in ``record``, which must state nothing beyond them."""
    held, subject = certificates_in(record), record["credentialSubject"]
    if not record.keys() <= RECORD_MEMBERS or not subject.keys() <= RECORD_SUBJECT:
        raise SigningRefusedError(
            Refusal.NOT_A_CREDENTIAL, "A record states nothing beyond its certificates."
        )
    if not 0 < len(held) <= MAX_CERTIFICATES:
        raise SigningRefusedError(
            Refusal.NOT_A_CREDENTIAL, f"A record holds 1 to {MAX_CERTIFICATES} certificates."
        )
    if any(_kind_of(each) is not Kind.CERTIFICATE for each in held):
        raise SigningRefusedError(Refusal.NOT_A_CREDENTIAL, "A record holds certificates only.")
    return frozenset(_examined(each, Kind.CERTIFICATE, ours).digest for each in held)


def examine_checkpoint(
    text: str, seen: Checkpoint | None, proof: Sequence[bytes], ours: Ours
) -> Checkpoint:
    """Look at a checkpoint that shall be signed after ``seen``, the last one that was.

    ``proof`` (RFC 9162, section 2.1.4) shows that the log begins with what was signed before.

    Raises:
        SigningRefusedError: no checkpoint, one of another log, or one that contradicts ``seen``.
    """
    try:
        offered = parse_checkpoint(text)
    except DocumentError as error:
        raise SigningRefusedError(Refusal.NOT_A_CHECKPOINT, str(error)) from error
    if offered.origin != ours.log_origin:
        raise SigningRefusedError(
            Refusal.ANOTHER_LOG, f"Our log is {ours.log_origin}, not {offered.origin!r:.200}."
        )
    if seen is not None and seen.tree_size and not _continues(seen, offered, proof):
        raise SigningRefusedError(
            Refusal.FORKED,
            f"The log with {offered.tree_size} entries does not continue the one with"
            f" {seen.tree_size} that was signed last. Run opencredits fsck.",
        )
    return offered


def _continues(seen: Checkpoint, offered: Checkpoint, proof: Sequence[bytes]) -> bool:
    return verify_consistency(
        seen.tree_size, offered.tree_size, seen.root_hash, offered.root_hash, proof
    )
