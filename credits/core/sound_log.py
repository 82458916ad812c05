"""What still stands of a key that was stolen: what the log held before.

The date in a signature proves nothing, as a thief writes what he likes. The log does: a new key
signs the checkpoint of the time before the theft once more, with one line that names the stolen
key (C2SP tlog-checkpoint, "extension lines"):

    credits.university.example/log
    1234
    qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
    key-withdrawn did:web:credits.university.example#z6Mk... 2026-11-01T00:00:00Z

A document signed by that key is genuine if a proof (C2SP tlog-proof) leads to this checkpoint.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.checkpoint import (
    Checkpoint,
    CheckpointError,
    build_checkpoint,
    parse_checkpoint,
    read_note,
    verify_note,
)
from credits.core.did import assertion_keys
from credits.core.log import leaf_bytes
from credits.core.merkle import leaf_hash, verify_inclusion
from credits.core.proof import rfc3339
from credits.core.signing_policy import statement_digest
from credits.core.tlog_proof import parse_tlog_proof, proof_salt

WITHDRAWN = "key-withdrawn"
KIND = "issue"


@dataclass(frozen=True, slots=True)
class SoundCheckpoint:
    """The log before the key ``method`` was stolen."""

    checkpoint: Checkpoint
    method: str


def build_sound_checkpoint(
    origin: str, tree_size: int, root_hash: bytes, *, method: str, since: datetime
) -> str:
    """The text of such a checkpoint, to be signed by a key that was not stolen."""
    text = build_checkpoint(origin, tree_size, root_hash)
    return f"{text}{WITHDRAWN} {method} {rfc3339(since)}\n"


def read_sound_checkpoint(note: str, keys: Iterable[bytes]) -> SoundCheckpoint:
    """The checkpoint in ``note``, if one of ``keys`` signed it.

    Raises:
        CheckpointError: it is none, or nobody known signed it.
    """
    text, _signatures = read_note(note)
    head, extension, end = _parted(text)
    checkpoint = parse_checkpoint(head)
    word, _, rest = extension.partition(" ")
    method = rest.partition(" ")[0]
    if word != WITHDRAWN or end or not method:
        raise CheckpointError("the checkpoint names no key that was withdrawn")
    for key in keys:
        try:
            verify_note(note, {checkpoint.origin: key})
        except CheckpointError:
            continue
        return SoundCheckpoint(checkpoint, method)
    raise CheckpointError("the checkpoint is not signed by a key of its log")


def stands_in_sound_log(
    document: Mapping[str, Any], proofs: Iterable[str], issuer: Mapping[str, Any], method: str
) -> bool:
    """Whether one of ``proofs`` shows that ``document`` was logged before ``method`` was stolen.

    ``issuer`` is the DID document whose sound keys may say what the log was.
    """
    keys = assertion_keys(issuer)
    found = (sound_checkpoint_over(document, proof, keys) for proof in proofs)
    return any(sound is not None and sound.method == method for sound in found)


def sound_checkpoint_over(
    document: Mapping[str, Any], proof: str, keys: Iterable[bytes]
) -> SoundCheckpoint | None:
    """The checkpoint, signed by one of ``keys``, to which ``proof`` leads from ``document``."""
    try:
        read = parse_tlog_proof(proof)
        sound = read_sound_checkpoint(read.note, keys)
        leaf = leaf_bytes(KIND, statement_digest(document), proof_salt(read, KIND))
    except DocumentError:
        return None
    checkpoint = sound.checkpoint
    is_under = verify_inclusion(
        leaf_hash(leaf), read.index, checkpoint.tree_size, read.path, checkpoint.root_hash
    )
    return sound if is_under else None


def _parted(text: str) -> tuple[str, str, str]:
    """The three lines of a checkpoint, the line after them, and what is too much."""
    lines = text.split("\n")
    return "\n".join([*lines[:3], ""]), "".join(lines[3:4]), "".join(lines[4:])
