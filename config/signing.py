"""The signer as a process of its own: where it listens, and how the others do without keys."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from config.sockets import make_private, short_directory
from config.supervisor import Child

SOCKET = "OPENCREDITS_SIGNER_SOCKET"
KEYS = (
    *("OPENCREDITS_ISSUER_KEY_FILE", "OPENCREDITS_TOKEN_KEY_FILE", "OPENCREDITS_SIGNER_STATE"),
    *("OPENCREDITS_ISSUER_KEY_PASSPHRASE", "OPENCREDITS_ISSUER_KEY_PASSPHRASE_FILE"),
    *("OPENCREDITS_HSM_MODULE", "OPENCREDITS_HSM_PIN", "OPENCREDITS_HSM_PIN_FILE"),
)
"""What leads to a key; processes that ask the signer are started without."""


def signer_socket() -> Path:
    """Where the signer listens: where the operator says, or in a folder that is ours alone."""
    if settings.SIGNER_SOCKET:
        return Path(settings.SIGNER_SOCKET)
    return short_directory(settings.HOME / "run") / "signer.sock"


def signer_child(python: str) -> list[Child]:
    """The signer, unless the operator runs one, best as another user."""
    if settings.SIGNER_SOCKET:
        return []
    make_private(signer_socket().parent)
    return [Child("signer", [python, "-m", "config", "signer", "--verbosity", "0"])]


def without_keys() -> Mapping[str, str]:
    """The environment of a process that asks the signer."""
    return {**dict.fromkeys(KEYS, ""), SOCKET: str(signer_socket())}
