"""A notary in this process, as the settings say: for the signer, and for who runs a command."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from credits.core.did import SLUG, did_web
from credits.core.jose import JwkSigner, thumbprint
from credits.core.multikey import encode_public_key
from credits.core.proof import Signer
from credits.core.signing_policy import Ours
from credits.keyfiles import make_ed25519_key, make_token_key
from credits.models import LogEntry
from credits.signer.hsm import HsmStore, Token
from credits.signer.keyring import Keyring
from credits.signer.ledger import Ledger
from credits.signer.notary import Notary
from credits.signer.stores import FileStore, KeyStore, issuer_signer, token_signer

HSM_KEY = "opencredits-issuer"
HSM_INSTITUTION_KEY = "opencredits-institution-{}"
INSTITUTION_FILE = "institution-{}.pem"


def local_notary(*, is_limited: bool = True, door: str = "command") -> Notary:
    """Who signs in this process, with the keys that the settings name."""
    return Notary(
        ours=ours(),
        issuer_keys=issuer_keyring(),
        token_keys=token_keyring(),
        ledger=Ledger(settings.SIGNER_STATE),
        logged=logged_among,
        rate=settings.SIGNER_RATE if is_limited else None,
        door=door,
        institution_keys=institution_keys,
    )


def ours() -> Ours:
    """Who we are."""
    site = urlsplit(settings.BASE_URL)
    return Ours(did_web(settings.BASE_URL), settings.BASE_URL, f"{site.netloc}{site.path}/log")


def logged_among(digests: Collection[str]) -> Collection[str]:
    """Which of ``digests`` were entered in the log as issued."""
    entries = LogEntry.objects.filter(kind=LogEntry.Kind.ISSUE, body_digest__in=list(digests))
    return set(entries.values_list("body_digest", flat=True))


def issuer_keyring(institution: str = "") -> Keyring[Signer]:
    """The keys of certificates and checkpoints, in files or in a token.

    With the slug of an ``institution`` its own, beside those of the site.
    """
    file: Path = settings.ISSUER_KEY_FILE
    label = HSM_KEY
    store: KeyStore[Signer]
    if institution:
        file = file.with_name(INSTITUTION_FILE.format(institution))
        label = HSM_INSTITUTION_KEY.format(institution)
    if settings.HSM_MODULE:
        store = _hsm(Token(settings.HSM_MODULE, settings.HSM_TOKEN, settings.HSM_PIN), label)
    else:
        store = _issuer_files(file, settings.ISSUER_KEY_PASSPHRASE)
    return Keyring(file.with_suffix(".json"), store, issuer_public)


def institution_keys(slug: str) -> Keyring[Signer] | None:
    """The keys of an institution for which the operator has made one; else None."""
    if not SLUG.fullmatch(slug):
        return None
    keyring = issuer_keyring(slug)
    return keyring if keyring.is_begun else None


def token_keyring() -> Keyring[JwkSigner]:
    """The keys of certificates as JWT, in files."""
    file: Path = settings.TOKEN_KEY_FILE
    store = _token_files(file, settings.ISSUER_KEY_PASSPHRASE)
    return Keyring(file.with_suffix(".json"), store, token_public)


def issuer_public(signer: Signer) -> str:
    """The public key of certificates as the DID document has it: a Multikey."""
    return encode_public_key(signer.public_key())


def token_public(signer: JwkSigner) -> str:
    """The name of a key for tokens in the DID document: its thumbprint."""
    return thumbprint(signer.public_jwk())


# Loaded keys are kept: one under a passphrase takes a tenth of a second to open.
@lru_cache(maxsize=256)
def _issuer_files(file: Path, passphrase: str) -> FileStore[Signer]:
    return FileStore(file, lambda: make_ed25519_key(passphrase), issuer_signer, passphrase)


@lru_cache(maxsize=4)
def _token_files(file: Path, passphrase: str) -> FileStore[JwkSigner]:
    return FileStore(file, lambda: make_token_key(passphrase), token_signer, passphrase)


@lru_cache(maxsize=256)
def _hsm(token: Token, label: str) -> HsmStore:
    return HsmStore(token, label)
