"""Cosignatures: what a witness says of a checkpoint that it saw (C2SP ``tlog-cosignature``).

An Ed25519 signature, type 0x04, over the time and the whole text: "this is the largest tree of
this log that I know, and every smaller one that I saw is the beginning of it".
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from credits.core.checkpoint import (
    KEY_ID_BYTES,
    NAME,
    CheckpointError,
    key_id,
    read_note,
    signature_line,
)
from credits.core.proof import SIGNATURE_BYTES, Signer

COSIGNATURE_TYPE = b"\x04"
TIME_BYTES = 8
LATEST_TIME = 2**63 - 1


def cosign(note: str, signer: Signer, *, name: str, timestamp: int) -> str:
    """``note`` with our cosignature at its end, as of ``timestamp`` (seconds since 1970).

    What the note holds must have been checked before; an older cosignature of ours is replaced.

    Raises:
        CheckpointError: a name with spaces or a plus, a time that cannot be written.
    """
    if not NAME.fullmatch(name) or not 0 <= timestamp <= LATEST_TIME:
        raise CheckpointError(f"{name!r} cannot be the name of a witness: no spaces, no plus")
    text, signatures = read_note(note)
    own = key_id(name, signer.public_key(), COSIGNATURE_TYPE)
    time = timestamp.to_bytes(TIME_BYTES, "big")
    others = [
        (who, signature)
        for who, signature in signatures
        if (who, signature[:KEY_ID_BYTES]) != (name, own)
    ]
    signed = [*others, (name, own + time + signer.sign(_message(text, timestamp)))]
    return text + "\n" + "".join(signature_line(who, signature) for who, signature in signed)


def verify_cosignature(note: str, name: str, public_key: bytes) -> int:
    """When the witness ``name`` cosigned ``note``, in seconds since 1970.

    Raises:
        CheckpointError: it did not, or the note was changed.
    """
    text, signatures = read_note(note)
    own = key_id(name, public_key, COSIGNATURE_TYPE)
    for who, signature in signatures:
        if (who, signature[:KEY_ID_BYTES]) == (name, own):
            return _verified(text, signature[KEY_ID_BYTES:], public_key)
    raise CheckpointError(f"the checkpoint is not cosigned by {name}")


def _verified(text: str, signature: bytes, public_key: bytes) -> int:
    if len(signature) != TIME_BYTES + SIGNATURE_BYTES:
        raise CheckpointError("a cosignature has a time and a signature")
    timestamp = int.from_bytes(signature[:TIME_BYTES], "big")
    key = Ed25519PublicKey.from_public_bytes(public_key)
    try:
        key.verify(signature[TIME_BYTES:], _message(text, timestamp))
    except InvalidSignature as error:
        raise CheckpointError("the checkpoint was changed after it was cosigned") from error
    return timestamp


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
