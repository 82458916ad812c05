"""What a leaf of the transparency log says: that something of a kind is committed to.

A leaf is a salted commitment. Who holds the document and the salt can show that it was logged;
nobody else learns anything, and once document and salt are erased the leaf is noise that keeps
the tree whole.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from credits.core.canonical import DocumentError, canonical_json, sha256_hex

SALT_BYTES = 16
LEAF_TYPE = "opencredits-log-leaf/v1"


class LogError(DocumentError):
    """A log entry cannot be made from this."""


def document_body(document: Mapping[str, Any]) -> bytes:
    """What an entry about a credential is about: the document without its proofs (RFC 8785).

    So an entry can stand in the log before anything is signed, and is the same for each file in
    which the credential comes.

    Raises:
        CanonicalError: the document has no canonical form.
    """
    return canonical_json({name: value for name, value in document.items() if name != "proof"})


def body_digest(body: bytes) -> str:
    """The digest, in hexadecimal, of what an entry is about."""
    return sha256_hex(body)


def leaf_bytes(kind: str, digest: str, salt: bytes) -> bytes:
    """The bytes of a leaf.

    ``digest`` is a `body_digest`; ``salt`` are at least 16 random bytes. The commitment is
    HMAC-SHA-256 of the digest under the salt.

    Raises:
        LogError: a short salt, or a digest that is none.
    """
    try:
        message = bytes.fromhex(digest)
    except ValueError as error:
        raise LogError(f"not a digest in hexadecimal: {digest[:80]!r}") from error
    if len(salt) < SALT_BYTES or len(message) != hashlib.sha256().digest_size:
        raise LogError(f"a log entry needs a SHA-256 digest and {SALT_BYTES} bytes of salt")
    commitment = hmac.digest(salt, message, "sha256").hex()
    return canonical_json({"commitment": commitment, "kind": kind, "type": LEAF_TYPE})
