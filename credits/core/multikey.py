"""Ed25519 public keys as text: Multikey and did:key.

A Multikey is ``z`` (base58btc) over the two bytes ``0xed01`` and the 32 bytes of the key
(W3C Controlled Identifiers 1.0, section 2.2.2).
"""

from functools import lru_cache

import base58

from credits.core.canonical import DocumentError

ED25519_PUBLIC = b"\xed\x01"
KEY_BYTES = 32
DID_KEY = "did:key:"
DIGITS = frozenset(base58.BITCOIN_ALPHABET.decode("ascii"))
MOST_DIGITS = 128
"""Signatures have 88 digits, keys 47. To read a million takes minutes."""


class MultikeyError(DocumentError):
    """The text is not an Ed25519 public key in Multikey form."""


def encode_base58(data: bytes) -> str:
    """Multibase base58btc: ``z`` and the digits."""
    return "z" + base58.b58encode(data).decode("ascii")


def decode_base58(text: str) -> bytes:
    """The bytes of a multibase base58btc text that is written in its only proper form.

    Raises:
        MultikeyError: another multibase, a character that is no digit, or too many of them.
    """
    digits = text[1:]
    # The library forgives spaces after the digits: one signature would have many texts.
    if text[:1] != "z" or not DIGITS.issuperset(digits) or len(digits) > MOST_DIGITS:
        raise MultikeyError(f"not multibase base58btc: {text[:80]!r}")
    # The library's own way from the number to bytes takes three times as long as all the rest.
    number: int = base58.b58decode_int(digits)
    zeros = len(digits) - len(digits.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


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
