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
    return any(_is_proved(document, proof, issuer, method) for proof in proofs)


def _is_proved(
    document: Mapping[str, Any], text: str, issuer: Mapping[str, Any], method: str
) -> bool:
    try:
        proof = parse_tlog_proof(text)
        sound = read_sound_checkpoint(proof.note, assertion_keys(issuer))
        leaf = leaf_bytes(KIND, statement_digest(document), proof_salt(proof, KIND))
    except DocumentError:
        return False
    return sound.method == method and verify_inclusion(
        leaf_hash(leaf),
        proof.index,
        sound.checkpoint.tree_size,
        proof.path,
        sound.checkpoint.root_hash,
    )


def _parted(text: str) -> tuple[str, str, str]:
    """The three lines of a checkpoint, the line after them, and what is too much."""
    lines = text.split("\n")
    return "\n".join([*lines[:3], ""]), "".join(lines[3:4]), "".join(lines[4:])
