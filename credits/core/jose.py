"""Compact JSON Web Signatures (RFC 7515) by RS256 or ES256, with keys as JWK (RFC 7517).

Only what Open Badges 3.0 lets a credential use: the header has ``alg``, ``kid`` and ``typ``, and
nothing else is understood. The algorithm has to be that of the issuer's key, so a token cannot
choose how it is checked; a key in the header is refused, since it proves nothing.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from credits.core.canonical import DocumentError, JsonError, canonical_json, parse_json

COMPACT = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
RS256, ES256 = "RS256", "ES256"
ALGORITHMS = (RS256, ES256)
TYPES = ("JWT", "vc+jwt")
OWN_KEYS = ("jwk", "jku", "x5c", "x5u")
COORDINATE_BYTES = 32
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 8192
MAX_HEADER_BYTES = 4_000
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class TokenError(DocumentError):
    """A JWT is not one that an issuer of certificates can have signed; ``reason`` names why."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class JwkError(DocumentError):
    """A key is no RSA or P-256 key in the form of a JWK."""


class TokenSigner(Protocol):
    """Whoever holds a key for tokens: a file, a hardware module, a service."""

    def public_jwk(self) -> dict[str, str]:
        """The public key, with its algorithm."""

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` as JWS writes it (RFC 7518, section 3)."""


class JwkSigner:
    """A `TokenSigner` whose private key is in memory."""

    def __init__(self, private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._private_key = private_key

    def public_jwk(self) -> dict[str, str]:
        return build_jwk(self._private_key.public_key())

    def sign(self, data: bytes) -> bytes:
        key = self._private_key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), SHA256())
        # By RFC 6979 the same content has the same signature, as with the other algorithms here.
        der = key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
        return b"".join(_integer_bytes(part) for part in decode_dss_signature(der))


@dataclass(frozen=True, slots=True)
class Token:
    """A compact JWS, taken apart; nothing in it is checked yet but its form."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def is_compact(data: bytes) -> bool:
    """Whether ``data`` looks like a compact JWS."""
    return COMPACT.fullmatch(data) is not None


def sign_token(payload: bytes, signer: TokenSigner, *, key_id: str) -> str:
    """The compact JWS of ``payload``."""
    header = {"alg": signer.public_jwk()["alg"], "kid": key_id, "typ": "JWT"}
    signed = f"{_encoded(canonical_json(header))}.{_encoded(payload)}"
    return f"{signed}.{_encoded(signer.sign(signed.encode()))}"


def read_token(data: bytes) -> Token:
    """Take a compact JWS apart.

    Raises:
        TokenError: no JWS.
        JsonError: the header is no JSON with one meaning.
    """
    if not is_compact(data):
        raise TokenError("not_compact", "not three parts of base64url")
    first, second, third = data.split(b".")
    header = parse_json(_decoded(first), max_bytes=MAX_HEADER_BYTES)
    if not isinstance(header, dict):
        raise JsonError("the header of the JWT is not an object")
    return Token(header, _decoded(second), first + b"." + second, _decoded(third))


def refuse_header(header: Mapping[str, Any]) -> None:
    """Refuse what would let a token say how it is to be believed (RFC 8725, section 3).

    Raises:
        TokenError: ``reason`` names the attack.
    """
    alg, typ = header.get("alg"), header.get("typ", "JWT")
    if isinstance(alg, str) and alg.lower() == "none":
        raise TokenError("alg_none", "alg is none: the JWT is not signed")
    if alg not in ALGORITHMS:
        raise TokenError("alg_unknown", f"alg is {alg!r:.40}, not {RS256} or {ES256}")
    if own := [name for name in OWN_KEYS if name in header]:
        raise TokenError("key_in_header", f"the JWT brings its own key in {own[0]}")
    if "crit" in header:
        raise TokenError("crit", "the JWT has critical extensions, and none are known here")
    if more := sorted(header.keys() - {"alg", "kid", "typ"}):
        raise TokenError("header", f"the header of the JWT has {more[0]!r:.40}")
    if typ not in TYPES:
        raise TokenError("typ", f"typ is {typ!r:.40}, not JWT")
    if not isinstance(header.get("kid"), str):
        raise TokenError("kid", "the JWT names no key (kid)")


def check_token(token: Token, jwk: Mapping[str, Any]) -> bool:
    """Whether the key ``jwk`` made the signature.

    Raises:
        JwkError: no sound key.
        TokenError: see `refuse_header`; or it names another algorithm than the key is for.
    """
    refuse_header(token.header)
    key = read_jwk(jwk)
    if token.header["alg"] != algorithm_of(key):
        raise TokenError(
            "alg_confusion", f"signed by {token.header['alg']}, the key is for {algorithm_of(key)}"
        )
    return is_signed_by(key, token)


def is_signed_by(key: PublicKey, token: Token) -> bool:
    """Whether ``key`` made the signature, by the one algorithm that the key is for."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(token.signature, token.signed, padding.PKCS1v15(), SHA256())
        else:
            key.verify(_der(token.signature), token.signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def decode_base64url(text: str) -> bytes:
    """The bytes of base64url without padding, in its only proper form.

    Raises:
        TokenError
    """
    return _decoded(text.encode())


def build_jwk(key: PublicKey) -> dict[str, str]:
    """``key`` as a JWK with its algorithm."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {
            "kty": "RSA",
            "n": _encoded(_shortest_bytes(numbers.n)),
            "e": _encoded(_shortest_bytes(numbers.e)),
            "alg": RS256,
        }
    if not isinstance(key.curve, ec.SECP256R1):
        raise JwkError(f"an elliptic curve key is on P-256, not {key.curve.name}")
    point = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _encoded(_integer_bytes(point.x)),
        "y": _encoded(_integer_bytes(point.y)),
        "alg": ES256,
    }


def read_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """The public key of ``jwk``.

    Raises:
        JwkError: of another kind, too short or too long, not on the curve, or with a private part.
    """
    if "d" in jwk:
        raise JwkError("the JWK holds a private key")
    try:
        if jwk.get("kty") == "RSA":
            return _rsa_key(_number(jwk, "n"), _number(jwk, "e"))
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
            numbers = ec.EllipticCurvePublicNumbers(
                _number(jwk, "x"), _number(jwk, "y"), ec.SECP256R1()
            )
            return numbers.public_key()
    except (ValueError, TokenError) as error:
        raise JwkError(f"the JWK is damaged: {error}") from error
    raise JwkError(f"a key of kind {jwk.get('kty')!r} {jwk.get('crv')!r} is not RSA or P-256")


def algorithm_of(key: PublicKey) -> str:
    return RS256 if isinstance(key, rsa.RSAPublicKey) else ES256


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The JWK thumbprint by SHA-256 (RFC 7638), in base64url."""
    members = ("e", "kty", "n") if jwk["kty"] == "RSA" else ("crv", "kty", "x", "y")
    required = {name: jwk[name] for name in members}
    return _encoded(hashlib.sha256(canonical_json(required)).digest())


def _rsa_key(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    if not LEAST_RSA_BITS <= modulus.bit_length() <= MOST_RSA_BITS:
        raise JwkError(f"an RSA key of {modulus.bit_length()} bits is not used here")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _number(jwk: Mapping[str, Any], name: str) -> int:
    text = jwk.get(name)
    if not isinstance(text, str) or len(text) > MOST_RSA_BITS:
        raise JwkError(f"the JWK has no {name}")
    return int.from_bytes(_decoded(text.encode()), "big")


def _der(signature: bytes) -> bytes:
    if len(signature) != 2 * COORDINATE_BYTES:
        raise InvalidSignature
    halves = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))


def _integer_bytes(number: int) -> bytes:
    return number.to_bytes(COORDINATE_BYTES, "big")


def _shortest_bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decoded(text: bytes) -> bytes:
    """The bytes of base64url without padding, in its only proper form."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise TokenError("base64", f"not base64url: {error}") from error
    if _encoded(data).encode() != text:
        raise TokenError("base64", "not base64url in its proper form")
    return data
