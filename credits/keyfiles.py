"""Keys and secrets that an installation makes for itself: once, readable by their owner only."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkstemp

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

RSA_BITS = 2048
LASTING_RSA_BITS = 3072


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text in ``path``; made and kept there with mode 0600 where there is none.

    Those who come at once agree: the first to finish wins, the others take its text.
    """
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    text = make()
    descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        # A link, unlike a rename, refuses to replace what another one put there.
        os.link(draft, path)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    finally:
        draft.unlink()
    return text


def kept_ed25519_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key in ``path``, made and kept there where there is none.

    Raises:
        ValueError: the file holds no such key, or one under a password.
    """
    try:
        key = load_pem_private_key(kept(path, make_ed25519_key).encode(), password=None)
    except TypeError as error:
        raise ValueError(f"{path} is locked with a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")  # noqa: TRY004 - a wrong file
    return key


def make_rsa_key() -> str:
    """A new RSA key as PEM; it signs OAuth tokens."""
    return _pem(rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def make_token_key(passphrase: str = "") -> str:
    """A new RSA key as PEM; it signs certificates as JWT, for as long as they are valid."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=LASTING_RSA_BITS)
    return _pem(key, passphrase)


def make_ed25519_key(passphrase: str = "") -> str:
    """A new Ed25519 key as PEM; it signs certificates and checkpoints."""
    return _pem(Ed25519PrivateKey.generate(), passphrase)


def _pem(key: PrivateKeyTypes, passphrase: str = "") -> str:
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode("ascii")
