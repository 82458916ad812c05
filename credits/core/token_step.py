"""The step of a verification that checks the signature of a certificate as JWT."""

from collections.abc import Mapping
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.did import KeyNotListedError, assertion_jwk
from credits.core.jose import Token, TokenError, check_token, refuse_header
from credits.core.vc_jwt import refuse_claims
from credits.core.verdict import Outcome, Step, failed, ok


def token_step(token: Token, payload: Mapping[str, Any], issuer: Mapping[str, Any]) -> Step:
    """The signature of a JWT must hold by a key of the issuer's; the token cannot choose which."""
    method = str(token.header.get("kid"))
    try:
        refuse_header(token.header)
        refuse_claims(payload)
        holds = check_token(token, assertion_jwk(issuer, method))
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
    return ok("proof", "token_holds", suite=suite)
