"""The certificate as a JWT (Open Badges 3.0, section 8.2): the same content under a signature.

The claims of RFC 7519 stand beside the members of the credential and say the same; a token in
which they differ is refused, so that no reader of the one believes what the other denies.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from credits.core.canonical import JsonError, canonical_json, parse_json
from credits.core.jose import Token, TokenError, TokenSigner, sign_token
from credits.core.shape import issuer_id

CLAIMS = ("iss", "jti", "sub", "nbf", "exp")
FORBIDDEN = ("vc", "vp", "proof")


def sign_credential(document: Mapping[str, Any], signer: TokenSigner, *, key_id: str) -> str:
    """``document`` without its proofs as a compact JWS."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    return sign_token(canonical_json({**unsigned, **build_claims(unsigned)}), signer, key_id=key_id)


def build_claims(document: Mapping[str, Any]) -> dict[str, Any]:
    """The registered claims of a credential, in the order of the specification."""
    claims = {
        "iss": issuer_id(document),
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    return claims


def read_payload(token: Token, *, max_bytes: int) -> dict[str, Any]:
    """The payload of ``token``: a credential, and claims beside its members.

    Raises:
        JsonError: no JSON object with one meaning.
    """
    payload = parse_json(token.payload, max_bytes=max_bytes)
    if not isinstance(payload, dict):
        raise JsonError("the payload of the JWT is not an object")
    return payload


def without_claims(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The credential alone."""
    return {name: value for name, value in payload.items() if name not in CLAIMS}


def refuse_claims(payload: Mapping[str, Any]) -> None:
    """Refuse a payload whose claims are missing or say another thing than its credential.

    Raises:
        TokenError
    """
    for name in FORBIDDEN:
        if name in payload:
            raise TokenError("payload", f"the payload of the JWT has {name!r}")
    claims = {name: payload[name] for name in CLAIMS if name in payload}
    if claims != _expected(without_claims(payload)):
        raise TokenError("claims", "the claims of the JWT do not say what its credential says")


def _expected(document: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return build_claims(document)
    except (KeyError, TypeError, ValueError) as error:
        raise TokenError("claims", f"the credential has no sound {error}") from error


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
