"""The proof that a wallet holds a key: the ``jwt`` proof type of OpenID4VCI 1.0, appendix F.1.

The key comes in the proof's own header, as a DID that is the key (did:key, did:jwk) or as a JWK.
That is sound here, and only here: the proof says "I hold this key", not whose it is. Nothing is
fetched, so a DID of another method is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credits.core.canonical import DocumentError, parse_json
from credits.core.jose import (
    ES256,
    Token,
    decode_base64url,
    is_signed_by,
    read_jwk,
    read_token,
)
from credits.core.multikey import DID_KEY, decode_p256, decode_public_key, did_key, did_key_p256

TYPE = "openid4vci-proof+jwt"
EDDSA = "EdDSA"
PROOF_ALGORITHMS = (EDDSA, ES256)
BINDING_METHODS = ("did:key", "did:jwk", "jwk")
DID_JWK = "did:jwk:"
MAX_BYTES = 8_000
MAX_DID = 1_000
OLDEST = timedelta(minutes=5)
AHEAD = timedelta(minutes=1)
"""How far the clock of a wallet may be ahead of ours."""

HolderKey = Ed25519PublicKey | ec.EllipticCurvePublicKey


class KeyProofError(DocumentError):
    """A wallet's proof does not show, here and now, that it holds a key."""


@dataclass(frozen=True, slots=True)
class KeyProof:
    """What a sound proof shows: the holder's key as a DID, and the nonce that it answers."""

    holder: str
    nonce: str


def read_key_proof(text: str, *, audience: str, now: datetime) -> KeyProof:
    """Read and check a proof. Whether its nonce is one of ours is for the caller to find out.

    Raises:
        KeyProofError: ``str`` of it says what is wrong, in ASCII.
    """
    if len(text) > MAX_BYTES or not text.isascii():
        raise KeyProofError(f"a key proof has at most {MAX_BYTES} bytes of ASCII")
    try:
        token = read_token(text.encode())
        claims = parse_json(token.payload, max_bytes=MAX_BYTES)
        key, holder = _key_of(token.header)
    except KeyProofError:
        raise
    except (DocumentError, ValueError) as error:
        raise KeyProofError(_ascii(f"the key proof is damaged: {error}")) from error
    _refuse_header(token.header, key)
    if not _is_signed(token, key):
        raise KeyProofError("the key proof is not signed by the key that it names")
    return KeyProof(holder, _checked(claims, audience, now))


def _key_of(header: Mapping[str, Any]) -> tuple[HolderKey, str]:
    """The key that the header names, and its DID."""
    named = [name for name in ("kid", "jwk", "x5c") if name in header]
    if named == ["kid"] and isinstance(header["kid"], str):
        return _key_of_did(header["kid"])
    if named == ["jwk"] and isinstance(header["jwk"], dict):
        key = _read_jwk(header["jwk"])
        return key, _did_of(key)
    raise KeyProofError("the header names its key by one of kid (a DID URL) and jwk")


def _key_of_did(url: str) -> tuple[HolderKey, str]:
    did, _hash, fragment = url.partition("#")
    if len(did) > MAX_DID:
        raise KeyProofError(f"a DID of more than {MAX_DID} letters is not taken")
    if did.startswith(DID_KEY) and fragment == (text := did.removeprefix(DID_KEY)):
        if text.startswith("z6Mk"):
            return Ed25519PublicKey.from_public_bytes(decode_public_key(text)), did
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode_p256(text)), did
    if did.startswith(DID_JWK) and fragment == "0":
        jwk = parse_json(decode_base64url(did.removeprefix(DID_JWK)), max_bytes=MAX_BYTES)
        if isinstance(jwk, dict):
            return _read_jwk(jwk), did
    raise KeyProofError("kid is not a key of a did:key (did:key:z..#z..) or did:jwk (did:jwk:..#0)")


def _read_jwk(jwk: Mapping[str, Any]) -> HolderKey:
    """An Ed25519 key (RFC 8037) or one on P-256."""
    if "d" in jwk:
        raise KeyProofError("the JWK holds a private key; whoever saw it may use it")
    if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
        return Ed25519PublicKey.from_public_bytes(decode_base64url(str(jwk.get("x", ""))))
    key = read_jwk(jwk)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise KeyProofError("a holder's key is on Ed25519 or P-256")
    return key


def _did_of(key: HolderKey) -> str:
    if isinstance(key, Ed25519PublicKey):
        return did_key(key.public_bytes_raw())
    return did_key_p256(key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def _refuse_header(header: Mapping[str, Any], key: HolderKey) -> None:
    if header.get("typ") != TYPE:
        raise KeyProofError(f"typ of a key proof is {TYPE}")
    wanted = EDDSA if isinstance(key, Ed25519PublicKey) else ES256
    if header.get("alg") != wanted:
        raise KeyProofError(f"alg of a proof by this key is {wanted}")
    if "crit" in header:
        raise KeyProofError("the key proof has critical extensions, and none are known here")


def _is_signed(token: Token, key: HolderKey) -> bool:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return is_signed_by(key, token)
    try:
        key.verify(token.signature, token.signed)
    except InvalidSignature:
        return False
    return True


def _checked(claims: Any, audience: str, now: datetime) -> str:
    """The nonce of sound claims."""
    if not isinstance(claims, dict):
        raise KeyProofError("the claims of the key proof are not an object")
    if claims.get("aud") != audience:
        raise KeyProofError(f"aud of a key proof for this issuer is {audience}")
    issued_at, nonce = claims.get("iat"), claims.get("nonce")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        raise KeyProofError("iat of the key proof is not a time in seconds")
    if not -AHEAD.total_seconds() <= now.timestamp() - issued_at <= OLDEST.total_seconds():
        raise KeyProofError("iat of the key proof is not within the last minutes")
    if not isinstance(nonce, str) or not nonce:
        raise KeyProofError("the key proof has no nonce; get one from the nonce endpoint")
    return nonce


def _ascii(text: str) -> str:
    """``text`` without what an error_description may not hold (RFC 6749, section 5.2)."""
    plain = text.encode("ascii", "replace").decode()
    return plain.replace("\\", "/").replace('"', "'").replace("\n", " ")
