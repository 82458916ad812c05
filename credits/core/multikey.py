"""Public keys as text: Multikey and did:key.

A Multikey is ``z`` (base58btc) over two bytes that name the kind and the bytes of the key
(W3C Controlled Identifiers 1.0, section 2.2.2): ``0xed01`` and the 32 bytes of an Ed25519 key,
``0x8024`` and the 33 bytes of a compressed point on P-256. Issuers here have the former; the
latter is what wallets on phones have.
"""

from functools import lru_cache

import base58

from credits.core.canonical import DocumentError

ED25519_PUBLIC = b"\xed\x01"
P256_PUBLIC = b"\x80\x24"
KEY_BYTES = 32
POINT_BYTES = 33
DID_KEY = "did:key:"


class MultikeyError(DocumentError):
    """The text is not an Ed25519 public key in Multikey form."""


def encode_base58(data: bytes) -> str:
    """Multibase base58btc: ``z`` and the digits."""
    return "z" + base58.b58encode(data).decode("ascii")


def decode_base58(text: str) -> bytes:
    """The bytes of a multibase base58btc text that is written in its only proper form.

    Raises:
        MultikeyError: another multibase, a character that is no digit, or padding around it.
    """
    try:
        data: bytes = base58.b58decode(text[1:])
    except ValueError as error:
        raise MultikeyError(f"not base58: {text[:80]!r}") from error
    # The library forgives spaces around the digits: one signature would have many texts.
    if encode_base58(data) != text:
        raise MultikeyError(f"not multibase base58btc: {text[:80]!r}")
    return data


def encode_public_key(public_key: bytes) -> str:
    """``z6Mk...`` for the 32 bytes of an Ed25519 public key."""
    if len(public_key) != KEY_BYTES:
        raise MultikeyError(f"an Ed25519 public key has {KEY_BYTES} bytes, not {len(public_key)}")
    return encode_base58(ED25519_PUBLIC + public_key)


@lru_cache(maxsize=256)
def decode_public_key(text: str) -> bytes:
    """The 32 bytes of the Ed25519 public key that ``text`` (``z6Mk...``) holds.

    Raises:
        MultikeyError
    """
    data = decode_base58(text)
    if not data.startswith(ED25519_PUBLIC) or len(data) != len(ED25519_PUBLIC) + KEY_BYTES:
        raise MultikeyError(f"not an Ed25519 public key: {text[:80]!r}")
    return data[len(ED25519_PUBLIC) :]


def did_key(public_key: bytes) -> str:
    """The ``did:key`` of an Ed25519 public key."""
    return DID_KEY + encode_public_key(public_key)


def did_key_method(public_key: bytes) -> str:
    """The verification method of a ``did:key``: the DID and the key again as its fragment."""
    return f"{did_key(public_key)}#{encode_public_key(public_key)}"


def did_key_p256(point: bytes) -> str:
    """The ``did:key`` of a key on P-256, given as its compressed point."""
    if len(point) != POINT_BYTES:
        raise MultikeyError(f"a compressed point has {POINT_BYTES} bytes, not {len(point)}")
    return DID_KEY + encode_base58(P256_PUBLIC + point)


def decode_p256(text: str) -> bytes:
    """The compressed point of the key on P-256 that ``text`` (``zDn...``) holds.

    Raises:
        MultikeyError
    """
    data = decode_base58(text)
    if not data.startswith(P256_PUBLIC) or len(data) != len(P256_PUBLIC) + POINT_BYTES:
        raise MultikeyError(f"not a public key on P-256: {text[:80]!r}")
    return data[len(P256_PUBLIC) :]
