"""Data Integrity proofs: signing a document and checking who signed it.

Two suites with one Ed25519 key (W3C Data Integrity EdDSA Cryptosuites 1.0): ``eddsa-rdfc-2022``
is what linked-data verifiers know, ``eddsa-jcs-2022`` protects every byte and needs no JSON-LD.
What is signed is SHA-256 of the proof's options, then SHA-256 of the document without proofs
(section 3.2.5). In a set the linked-data proof comes first: the official Open Badges validator
looks at the first proof only.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from credits.core.canonical import DocumentError, canonical_json, walk
from credits.core.contexts import BUNDLED, ContextLibrary
from credits.core.jsonld import Quad, to_quads
from credits.core.multikey import MultikeyError, decode_base58, encode_base58
from credits.core.rdfc import canonicalize

RDFC = "eddsa-rdfc-2022"
JCS = "eddsa-jcs-2022"
SUITES = (RDFC, JCS)
SIGNATURE_BYTES = 64
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
# How a control character shows in canonical JSON; a backslash before a letter looks the same.
ESCAPED = re.compile(rb"\\[bfrtu]|\x7f")
# Below the surrogates UTF-16 and code points sort alike; only these two ranges can trade places.
ABOVE_SURROGATES = re.compile("[\ue000-\uffff]")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class ProofError(DocumentError):
    """A proof is not formed as Data Integrity says."""


class UnsignableError(DocumentError):
    """A document holds text that verifiers in the field read differently."""


class Signer(Protocol):
    """Whoever holds an Ed25519 key: a file, a hardware module, a service."""

    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes of the signature over ``data``."""


class KeySigner:
    """A signer whose private key is in memory."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key

    def public_key(self) -> bytes:
        return self._private_key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._private_key.sign(data)


def rfc3339(moment: datetime) -> str:
    """``moment`` as an XSD dateTimeStamp in UTC, to the second."""
    if moment.utcoffset() is None:
        raise ProofError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_proofs(
    document: Mapping[str, Any], signer: Signer, *, verification_method: str, created: datetime
) -> dict[str, Any]:
    """``document`` with a set of two proofs, ``eddsa-rdfc-2022`` then ``eddsa-jcs-2022``.

    Raises:
        UnsignableError: control characters, or text that JavaScript sorts otherwise.
        ContextError, UndefinedTermError, LostDataError: see `jsonld.py`.
        CanonicalError: see `canonical.py`.
    """
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    plain_bytes = canonical_json(unsigned)
    if ESCAPED.search(plain_bytes):
        _refuse_control_characters(unsigned)
    options = {
        "type": "DataIntegrityProof",
        "created": rfc3339(created),
        "verificationMethod": verification_method,
        "cryptosuite": RDFC,
        "proofPurpose": "assertionMethod",
    }
    quads = to_quads(unsigned)
    canonical = canonicalize(quads)
    _refuse_ambiguous_order(quads, canonical)
    linked = {
        **options,
        "proofValue": _signed(signer, _rdfc_options(options, unsigned), canonical.encode()),
    }
    options = {"@context": unsigned["@context"], **options, "cryptosuite": JCS}
    plain = {
        **options,
        "proofValue": _signed(signer, canonical_json(options), plain_bytes),
    }
    return {**unsigned, "proof": [linked, plain]}


def refuse_unsignable(document: Mapping[str, Any]) -> None:
    """See to it that `add_proofs` will sign ``document``, which we built, for little work.

    Raises:
        UnsignableError, CanonicalError: as it would.
    """
    text = canonical_json(document)
    if ESCAPED.search(text):
        _refuse_control_characters(document)
    if _may_sort_otherwise(text.decode()):
        quads = to_quads(dict(document))
        _refuse_ambiguous_order(quads, canonicalize(quads))


def check_proof(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    public_key: bytes,
    contexts: ContextLibrary = BUNDLED,
) -> bool:
    """Whether ``public_key`` made ``proof`` over ``document``, whose own proofs are not covered.

    That the key belongs to the issuer is for the caller to find out (`did.assertion_key`).

    Raises:
        ProofError: the proof is malformed, of another suite or for another purpose.
        DocumentError: the document cannot be canonicalised, because it has undefined terms,
            unknown contexts or values that would be lost.
    """
    suite = _checked_form(proof)
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    if suite == JCS:
        if not _begins_with_contexts_of(unsigned, options):
            return False
        parts = canonical_json(options), canonical_json(unsigned)
    else:
        parts = (
            _rdfc_options(options, unsigned, contexts),
            canonicalize(to_quads(unsigned, contexts)).encode(),
        )
    signature = _signature(proof)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _message(*parts))
    except InvalidSignature:
        return False
    return True


def _signed(signer: Signer, options: bytes, document: bytes) -> str:
    return encode_base58(signer.sign(_message(options, document)))


def _message(options: bytes, document: bytes) -> bytes:
    """The 64 bytes that are signed (section 3.2.4): the proof's hash comes first."""
    return hashlib.sha256(options).digest() + hashlib.sha256(document).digest()


def _rdfc_options(
    options: Mapping[str, Any], document: Mapping[str, Any], contexts: ContextLibrary = BUNDLED
) -> bytes:
    """The canonical proof options, read in the document's contexts (section 3.2.5)."""
    configuration = {**options, "@context": document.get("@context", [])}
    return canonicalize(to_quads(configuration, contexts)).encode()


def _checked_form(proof: Mapping[str, Any]) -> str:
    suite = proof.get("cryptosuite")
    if proof.get("type") != "DataIntegrityProof" or suite not in SUITES:
        raise ProofError(f"a proof of type {proof.get('type')!r}, suite {suite!r}, is not known")
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofError(f"the proof is for {proof.get('proofPurpose')!r}, not assertionMethod")
    if suite == RDFC and "@context" in proof:
        # The suite replaces it by the document's, so nobody would notice what stands here.
        raise ProofError(f"an {RDFC} proof has no context of its own")
    return str(suite)


def _signature(proof: Mapping[str, Any]) -> bytes:
    try:
        signature = decode_base58(str(proof.get("proofValue", "")))
    except MultikeyError as error:
        raise ProofError(f"proofValue: {error}") from error
    if len(signature) != SIGNATURE_BYTES:
        raise ProofError(f"proofValue has {len(signature)} bytes, not {SIGNATURE_BYTES}")
    return signature


def _begins_with_contexts_of(document: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Section 3.3.2: the document's contexts start with the proof's, in the same order.

    Here they are the same: a context added after signing could give terms another meaning.
    """
    return "@context" not in options or options["@context"] == document.get("@context")


def _refuse_control_characters(document: Mapping[str, Any]) -> None:
    for path, item in walk(document):
        if isinstance(item, str) and CONTROL.search(item):
            raise UnsignableError(f"{path}: control characters cannot be signed, except line feed")


def _may_sort_otherwise(text: str) -> bool:
    return bool(ABOVE_SURROGATES.search(text) and ASTRAL.search(text))


def _refuse_ambiguous_order(quads: list[Quad], canonical: str) -> None:
    """Refuse what JavaScript verifiers would canonicalise otherwise: they sort by UTF-16."""
    if not _may_sort_otherwise(canonical):
        return
    if canonicalize(quads, sort_key=lambda line: line.encode("utf-16-be")) != canonical:
        raise UnsignableError(
            "two values of one property sort differently by code point and by UTF-16"
            f" (near {ASTRAL.search(canonical)!r}); reword one of them"
        )
