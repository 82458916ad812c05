"""Keys that an installation makes for itself, once, readable by their owner only."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

RSA_BITS = 2048


def kept_rsa_key(path: Path) -> str:
    """The PEM of an RSA key made once and kept in ``path``; it signs OAuth tokens."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return keep_once(path, pem.decode("ascii"))


def keep_once(path: Path, text: str) -> str:
    """Write ``text`` to a new file of mode 0600; where another process was first, its text."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        # A link, unlike a rename, refuses to replace what another process put there.
        os.link(draft, path)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    finally:
        draft.unlink()
    return text
