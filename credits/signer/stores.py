"""Where private keys lie: in files that only their owner reads, or in a PKCS#11 token."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from credits.core.jose import JwkError, JwkSigner, read_jwk
from credits.core.proof import KeySigner
from credits.keyfiles import kept

OTHERS = 0o077
WITHDRAWN = ".withdrawn"

S_co = TypeVar("S_co", covariant=True)


class KeyFileError(Exception):
    """A key cannot be used; the message names it and says what to do."""


class KeyStore(Protocol[S_co]):
    """A place of private keys, each with a name."""

    first: str
    """The name of the key that is used while nothing else is said."""

    def load(self, name: str) -> S_co:
        """The signer of the key ``name``, which is made where it is the first one and missing.

        Raises:
            KeyFileError
        """

    def make(self, name: str) -> S_co:
        """The signer of a new key ``name``."""

    def withdraw(self, name: str) -> str:
        """Put the key ``name`` out of use for good; says where it lies now."""


class FileStore(KeyStore[S_co]):
    """Keys as PEM files of mode 0600 in the folder of ``file``, which is the first one."""

    def __init__(
        self, file: Path, make_pem: Callable[[], str], read: Callable[[PrivateKeyTypes], S_co],
        passphrase: str = "",
    ) -> None:  # fmt: skip
        self.first = file.name
        self._folder = file.parent
        self._make_pem = make_pem
        self._read = read
        self._passphrase = passphrase.encode() or None
        self._loaded: dict[tuple[str, int, int], S_co] = {}

    def load(self, name: str) -> S_co:
        path = self._folder / name
        if not path.exists():
            if name != self.first:
                raise KeyFileError(f"The key {path} is missing. Bring it back from your backup.")
            kept(path, self._make_pem)
        known = path.stat()
        refuse_open(path, known)
        # To load an RSA key, or one under a passphrase, takes longer than to sign with it.
        mark = (name, known.st_ino, known.st_mtime_ns)
        if mark not in self._loaded:
            self._loaded[mark] = self._opened(path)
        return self._loaded[mark]

    def make(self, name: str) -> S_co:
        path = self._folder / name
        if path.exists():
            raise KeyFileError(f"There is a key {path} already.")
        kept(path, self._make_pem)
        return self.load(name)

    def withdraw(self, name: str) -> str:
        path = self._folder / name
        aside = path.with_name(name + WITHDRAWN)
        if path.exists():
            path.rename(aside)
        return str(aside)

    def _opened(self, path: Path) -> S_co:
        data = path.read_bytes()
        passphrase = self._passphrase if b"ENCRYPTED" in data else None
        try:
            return self._read(load_pem_private_key(data, password=passphrase))
        except TypeError as error:
            hint = "Name its file in OPENCREDITS_ISSUER_KEY_PASSPHRASE_FILE."
            raise KeyFileError(f"{path} is locked with a passphrase. {hint}") from error
        except ValueError as error:
            raise KeyFileError(f"{path} holds no key that can be used here: {error}") from error


def refuse_open(path: Path, known: os.stat_result) -> None:
    """Refuse a key that others may read, or that somebody else put there.

    Raises:
        KeyFileError
    """
    if stat.S_IMODE(known.st_mode) & OTHERS:
        raise KeyFileError(f"Others may read {path}. Run: chmod 600 {path}")
    if known.st_uid not in {os.geteuid(), 0}:
        raise KeyFileError(f"{path} belongs to somebody else. Run: chown {os.geteuid()} {path}")


def issuer_signer(key: PrivateKeyTypes) -> KeySigner:
    """What signs certificates and checkpoints with ``key``.

    Raises:
        ValueError: another kind of key.
    """
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it is no Ed25519 key")  # noqa: TRY004 - a wrong file
    return KeySigner(key)


def token_signer(key: PrivateKeyTypes) -> JwkSigner:
    """What signs certificates as JWT with ``key``: RS256 by RSA, ES256 by P-256.

    Raises:
        ValueError: another kind of key, or one that is too short.
    """
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("it is no RSA or P-256 key")  # noqa: TRY004 - a wrong file
    signer = JwkSigner(key)
    try:
        read_jwk(signer.public_jwk())
    except JwkError as error:
        raise ValueError(str(error)) from error
    return signer
