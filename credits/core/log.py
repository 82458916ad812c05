"""What a leaf of the transparency log says: that something of a kind is committed to.

A leaf is a salted commitment. Who holds the document and the salt can show that it was logged;
nobody else learns anything, and once document and salt are erased the leaf is noise that keeps
the tree whole.
"""

import hashlib
import hmac

from credits.core.canonical import DocumentError, canonical_json, sha256_hex
from credits.core.merkle import leaf_hash

SALT_BYTES = 16
LEAF_TYPE = "opencredits-log-leaf/v1"


class LogError(DocumentError):
    """A log entry cannot be made from this."""


def body_digest(body: bytes) -> str:
    """The digest, in hexadecimal, of what an entry is about: a document byte for byte."""
    return sha256_hex(body)


def leaf_bytes(kind: str, digest: str, salt: str) -> bytes:
    """The bytes of a leaf.

    ``digest`` is a `body_digest`, ``salt`` at least 16 random bytes, both in hexadecimal. The
    commitment is HMAC-SHA-256 of the digest under the salt.

    Raises:
        LogError: a short salt, or text that is not hexadecimal.
    """
    try:
        key, message = bytes.fromhex(salt), bytes.fromhex(digest)
    except ValueError as error:
        raise LogError("digest and salt of a log entry are hexadecimal") from error
    if len(key) < SALT_BYTES or len(message) != hashlib.sha256().digest_size:
        raise LogError(f"a log entry needs a SHA-256 digest and {SALT_BYTES} bytes of salt")
    commitment = hmac.digest(key, message, "sha256").hex()
    return canonical_json({"commitment": commitment, "kind": kind, "type": LEAF_TYPE})


def leaf_hash_hex(kind: str, digest: str, salt: str) -> str:
    """The Merkle leaf hash of an entry, in hexadecimal."""
    return leaf_hash(leaf_bytes(kind, digest, salt)).hex()
