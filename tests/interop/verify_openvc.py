"""Shows credentials to openvc-core, and lets it sign; runs in the environment of `openvc.py`.

In: {documents: {did: document}, lists: {url: status list}, contexts, credentials: {name: it}, now,
unsigned, method, tokens: [[token, jwk]]}. Out: {verdicts: {name: "valid", or the name of an error},
tokens: [the same], signed: {suite: it}, key: what it signed with, as a JWK}.
"""

import json
import sys
from datetime import datetime

import jwt
from openvc import Ed25519SigningKey, OpenvcError, VerificationPolicy, verify_credential
from openvc.did.base import parse_did_document
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_jcs import EddsaJcsProofSuite


class Resolver:
    """Knows the DID documents that it was given, and no network."""

    def supports(self, did):
        return did in GIVEN["documents"]

    def resolve(self, did):
        return parse_did_document(GIVEN["documents"][did])


def verdict(credential):
    try:
        verify_credential(
            credential,
            resolver=Resolver(),
            policy=VerificationPolicy(now=datetime.fromisoformat(GIVEN["now"])),
            resolve_status_list=GIVEN["lists"].__getitem__,
            extra_contexts=GIVEN["contexts"],
        )
    except OpenvcError as error:
        return type(error).__name__
    return "valid"


def signed():
    key = Ed25519SigningKey.generate(kid=GIVEN["method"])
    options = {"signing_key": key, "verification_method": GIVEN["method"]}
    unsigned = GIVEN["unsigned"]
    linked = DataIntegrityProofSuite()
    return {
        "signed": {
            "eddsa-rdfc-2022": linked.add_proof(
                unsigned, extra_contexts=GIVEN["contexts"], **options
            ),
            "eddsa-jcs-2022": EddsaJcsProofSuite().add_proof(unsigned, **options),
        },
        "key": key.public_jwk(),
    }


def token_verdict(token, jwk):
    """What PyJWT, on which openvc-core stands, says of a JWT by a key."""
    try:
        jwt.decode(token, jwt.PyJWK(jwk).key, algorithms=[jwk["alg"]])
    except jwt.PyJWTError as error:
        return type(error).__name__
    return "valid"


GIVEN = json.load(sys.stdin)
VERDICTS = {name: verdict(credential) for name, credential in GIVEN["credentials"].items()}
TOKENS = [token_verdict(*each) for each in GIVEN["tokens"]]
json.dump({"verdicts": VERDICTS, "tokens": TOKENS, **signed()}, sys.stdout)
