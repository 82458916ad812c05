"""Bitstring Status Lists: which certificates were withdrawn (W3C Bitstring Status List 1.0).

One bit for each certificate, the left-most bit first, compressed with gzip, in base64url. A list
is a credential of its own, signed like any other, static and cacheable, so that nobody learns
which certificate is being checked.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.contexts import CREDENTIALS_V2
from credits.core.proof import rfc3339

SIZE = 131_072
"""Entries of a list: the least that hides one certificate among enough others (section 6.1)."""

SUSPENSIONS = "/suspension"
"""What the address of a list of suspensions has behind that of the list of revocations."""

MAX_BYTES = 1_048_576
GZIP_WINDOW = 31
ENTRIES_A_BYTE = 8


class StatusListError(DocumentError):
    """A status list cannot be read, or has no such entry."""


def encode_bitstring(indexes: Iterable[int], size: int = SIZE) -> str:
    """The ``encodedList`` in which exactly ``indexes`` are set.

    Raises:
        StatusListError: an index outside of the list.
    """
    bits = bytearray(size // ENTRIES_A_BYTE)
    for index in indexes:
        if not 0 <= index < size:
            raise StatusListError(f"there is no entry {index} in a list of {size}")
        bits[index // ENTRIES_A_BYTE] |= 0x80 >> index % ENTRIES_A_BYTE
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode_bitstring(encoded: str) -> bytes:
    """The bits of an ``encodedList``.

    Raises:
        StatusListError: another encoding, damaged, or more than a megabyte.
    """
    if not encoded.startswith("u"):
        raise StatusListError("encodedList does not begin with u (multibase base64url)")
    padding = "=" * (-(len(encoded) - 1) % 4)
    unpacking = zlib.decompressobj(GZIP_WINDOW)
    try:
        packed = base64.b64decode(encoded[1:] + padding, altchars=b"-_", validate=True)
        bits = unpacking.decompress(packed, MAX_BYTES)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise StatusListError(f"encodedList is damaged: {error}") from error
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise StatusListError(f"encodedList is cut off, or has more than {MAX_BYTES} bytes")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether entry ``index`` is set.

    Raises:
        StatusListError: the list is shorter.
    """
    if not 0 <= index < len(bits) * ENTRIES_A_BYTE:
        raise StatusListError(f"there is no entry {index} in a list of {len(bits) * 8}")
    return bool(bits[index // ENTRIES_A_BYTE] & 0x80 >> index % ENTRIES_A_BYTE)


def build_status_list_credential(
    url: str,
    issuer: str,
    revoked: Iterable[int],
    *,
    valid_from: datetime,
    valid_until: datetime,
    purpose: str = "revocation",
) -> dict[str, Any]:
    """The status list at ``url``, unsigned; sign it with `proof.add_proofs`.

    Verifiers hold ``valid_from`` against their own clock, so it must not lie ahead.
    """
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": rfc3339(valid_from),
        "validUntil": rfc3339(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_bitstring(revoked),
        },
    }


def build_status_entry(
    url: str, index: int, purpose: str = "revocation", *, can_be_suspended: bool = False
) -> dict[str, Any]:
    """The ``credentialStatus`` of a certificate: its place in the list at ``url``.

    Where it can be suspended, the same place in a second list says so
    (`credits.core.status_step`).
    """
    entry = {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }
    return entry | {"statusReference": f"{url}{SUSPENSIONS}"} if can_be_suspended else entry
