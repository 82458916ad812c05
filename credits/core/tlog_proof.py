"""The proof that a document was logged, as one text (C2SP ``tlog-proof``).

It holds the place, the audit path and the signed checkpoint; the ``extra`` line holds what it
takes, beside the document, to make the leaf anew: the kind of the entry and the salt. Whoever
alters that line gets another leaf, which the path does not lead to the root.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from credits.core.canonical import DocumentError, JsonError, canonical_json, parse_json
from credits.core.checkpoint import Checkpoint, verify_checkpoint_by_any
from credits.core.log import body_digest, leaf_bytes
from credits.core.merkle import HASH_BYTES, leaf_hash, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 64_000
MAX_PATH = 63
LINES = re.compile(
    rf"{re.escape(HEADER)}\n(?:extra (?P<extra>[A-Za-z0-9+/=]+)\n)?"
    r"index (?P<index>0|[1-9][0-9]{0,18})\n(?P<path>(?:[A-Za-z0-9+/=]+\n)*)\n(?P<note>.+)",
    re.ASCII | re.DOTALL,
)


class TlogProofError(DocumentError):
    """The text is no proof, or proves something else."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """That the leaf at ``index`` is under the checkpoint in ``note``; nothing is checked yet."""

    index: int
    path: Sequence[bytes]
    note: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The proof as it is kept in a file ``*.tlog-proof``."""
        extra = [f"extra {_encoded(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(_encoded, self.path), "", self.note]
        return "\n".join(lines)


def build_tlog_proof(index: int, path: Sequence[bytes], note: str, *, kind: str, salt: str) -> str:
    """The proof of an entry of ours; ``salt`` in hexadecimal."""
    return TlogProof(index, path, note, canonical_json({"kind": kind, "salt": salt})).text


def parse_tlog_proof(text: str) -> TlogProof:
    """Read a proof, without checking it.

    Raises:
        TlogProofError
    """
    found = LINES.fullmatch(text) if len(text) <= MAX_BYTES else None
    if found is None:
        raise TlogProofError(f"not a proof: it begins with the line {HEADER}, index and hashes")
    path = [_decoded(line) for line in found["path"].splitlines()]
    if len(path) > MAX_PATH or any(len(part) != HASH_BYTES for part in path):
        raise TlogProofError("the path of a proof are hashes of 32 bytes")
    extra = _decoded(found["extra"]) if found["extra"] else b""
    return TlogProof(int(found["index"]), path, found["note"], extra)


def verify_tlog_proof(
    text: str, document: bytes, keys: Iterable[bytes], *, kind: str
) -> Checkpoint:
    """The checkpoint, signed with one of ``keys``, under which ``document`` was logged as ``kind``.

    Raises:
        TlogProofError: the proof is damaged, or is one of another document.
        CheckpointError: its checkpoint is not signed by the log, or was changed.
    """
    proof = parse_tlog_proof(text)
    checkpoint = verify_checkpoint_by_any(proof.note, keys)
    leaf = leaf_hash(leaf_bytes(kind, body_digest(document), proof_salt(proof, kind)))
    if not verify_inclusion(
        leaf, proof.index, checkpoint.tree_size, proof.path, checkpoint.root_hash
    ):
        raise TlogProofError("the log's checkpoint does not contain this document")
    return checkpoint


def proof_salt(proof: TlogProof, kind: str) -> bytes:
    """The salt of the entry, which must be one of ``kind``.

    Raises:
        TlogProofError
    """
    extra = proof.extra
    try:
        told = parse_json(extra, max_bytes=MAX_BYTES)
    except JsonError as error:
        raise TlogProofError("the extra line does not tell kind and salt") from error
    if not isinstance(told, dict) or told.get("kind") != kind or canonical_json(told) != extra:
        raise TlogProofError(f"the proof is not that of an entry of the kind {kind}")
    salt = told.get("salt")
    try:
        return bytes.fromhex(salt) if isinstance(salt, str) and salt == salt.lower() else b""
    except ValueError as error:
        raise TlogProofError("the extra line does not tell kind and salt") from error


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise TlogProofError(f"not base64: {text[:80]!r}") from error
    if _encoded(data) != text:
        raise TlogProofError(f"not base64 in its proper form: {text[:80]!r}")
    return data
