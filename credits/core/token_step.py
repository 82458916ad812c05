"""The step of a verification that checks the signature of a certificate as JWT."""

from collections.abc import Mapping, Sequence
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.did import KeyNotListedError, assertion_jwk, revoked_method
from credits.core.jose import Token, TokenError, check_token, refuse_header
from credits.core.revoked_step import revoked_step
from credits.core.vc_jwt import refuse_claims, without_claims
from credits.core.verdict import Outcome, Step, failed, ok


def token_step(
    token: Token,
    payload: Mapping[str, Any],
    issuer: Mapping[str, Any],
    log_proofs: Sequence[str] = (),
) -> Step:
    """The signature of a JWT must hold by a key of the issuer's; the token cannot choose which."""
    method = str(token.header.get("kid"))
    revoked = revoked_method(issuer, method)
    try:
        refuse_header(token.header)
        refuse_claims(payload)
        jwk = revoked.jwk if revoked is not None else None
        holds = check_token(token, jwk or assertion_jwk(issuer, method))
    except KeyNotListedError as error:
        return failed("proof", "key_not_listed", Outcome.ALTERED, error, method=method[:200])
    except TokenError as error:
        refused = "malformed_token"
        return failed("proof", refused, Outcome.ALTERED, error, reason=error.reason)
    except DocumentError as error:
        return failed("proof", "malformed_token", Outcome.ALTERED, error, reason="key")
    suite = str(token.header["alg"])
    if not holds:
        return failed("proof", "changed", Outcome.ALTERED, suite=suite)
    if revoked is not None:
        document = without_claims(payload)
        if step := revoked_step(document, issuer, method, revoked.since, log_proofs):
            return step
    return ok("proof", "token_holds", suite=suite)
