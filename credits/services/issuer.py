"""Who we are as an issuer: our DID, its document, and the keys that sign."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db import transaction

from credits.core.canonical import canonical_json
from credits.core.credential import build_did_document
from credits.core.did import did_web, verification_method
from credits.core.jose import JwkError, JwkSigner, TokenSigner, read_jwk, thumbprint
from credits.core.multikey import encode_public_key
from credits.core.proof import KeySigner, Signer, add_proofs
from credits.keyfiles import kept, make_ed25519_key, make_token_key
from credits.models import IssuerKey, IssuerTokenKey, LogEntry
from credits.services.errors import CreditsError
from credits.services.log import append_entry


class IssuerKeyError(CreditsError):
    """The issuer key cannot be read."""


def issuer_did() -> str:
    """The ``did:web`` of this site."""
    return did_web(settings.BASE_URL)


def signing_method(signer: Signer) -> str:
    """The id of the signer's key in our DID document."""
    return verification_method(issuer_did(), encode_public_key(signer.public_key()))


def issuer_signer(*, now: datetime) -> KeySigner:
    """The signer of the present key, which is published in the DID document first.

    Raises:
        IssuerKeyError: the key file is damaged or holds another kind of key.
    """
    signer = KeySigner(_issuer_key())
    _publish_key(encode_public_key(signer.public_key()), now)
    return signer


def sign_documents(documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
    """``documents`` with both proofs by the present key, as the text that goes out.

    Raises:
        IssuerKeyError: the key file is damaged or holds another kind of key.
        UnsignableError, DocumentError: see `add_proofs`.
    """
    signer = issuer_signer(now=now)
    method = signing_method(signer)
    return [
        json.dumps(
            add_proofs(document, signer, verification_method=method, created=now),
            ensure_ascii=False,
            indent=1,
        )
        for document in documents
    ]


def did_document() -> dict[str, Any]:
    """Our DID document: every key that was not withdrawn, so that old certificates verify."""
    keys = IssuerKey.objects.order_by("published_at").values_list("public_key", flat=True)
    jwks = IssuerTokenKey.objects.order_by("published_at").values_list("jwk", flat=True)
    return build_did_document(issuer_did(), list(keys), list(jwks))


def token_signing_method(signer: TokenSigner) -> str:
    """The id of the key for tokens in our DID document."""
    return verification_method(issuer_did(), thumbprint(signer.public_jwk()))


def token_signer(*, now: datetime) -> JwkSigner:
    """The signer of certificates as JWT; its key is published in the DID document first.

    An RSA key signs by RS256, which every Open Badges verifier knows; whoever puts a P-256 key
    into the file signs by ES256.

    Raises:
        IssuerKeyError: the key file is damaged or holds another kind of key.
    """
    signer = _token_signer(kept(settings.TOKEN_KEY_FILE, make_token_key))
    _publish_token_key(signer.public_jwk(), now)
    return signer


def _issuer_key() -> Ed25519PrivateKey:
    pem = kept(settings.ISSUER_KEY_FILE, make_ed25519_key)
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise IssuerKeyError(f"{settings.ISSUER_KEY_FILE} holds no readable key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IssuerKeyError(f"{settings.ISSUER_KEY_FILE} holds no Ed25519 key.")
    return key


@lru_cache(maxsize=4)
def _token_signer(pem: str) -> JwkSigner:
    """To load an RSA key takes longer than to sign with it, so it is kept."""
    path = settings.TOKEN_KEY_FILE
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise IssuerKeyError(f"{path} holds no readable key.") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise IssuerKeyError(f"{path} holds no RSA or P-256 key.")
    signer = JwkSigner(key)
    try:
        read_jwk(signer.public_jwk())
    except JwkError as error:
        raise IssuerKeyError(f"{path}: {error}.") from error
    return signer


@transaction.atomic
def _publish_token_key(jwk: dict[str, str], now: datetime) -> None:
    _, created = IssuerTokenKey.objects.get_or_create(
        thumbprint=thumbprint(jwk), defaults={"jwk": jwk, "published_at": now}
    )
    if created:
        statement = {"issuer": issuer_did(), "key": jwk}
        append_entry(LogEntry.Kind.KEY, canonical_json(statement), now=now)


@transaction.atomic
def _publish_key(public_key: str, now: datetime) -> None:
    _, created = IssuerKey.objects.get_or_create(
        public_key=public_key, defaults={"published_at": now}
    )
    if created:
        statement = {"issuer": issuer_did(), "key": public_key}
        append_entry(LogEntry.Kind.KEY, canonical_json(statement), now=now)
