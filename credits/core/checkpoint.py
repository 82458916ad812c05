"""Checkpoints: the size and root of the log, as a signed note.

C2SP ``tlog-checkpoint`` for the text, ``signed-note`` for the signatures (Ed25519, type 0x01).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from credits.core.canonical import DocumentError
from credits.core.merkle import HASH_BYTES
from credits.core.proof import Signer

ED25519_TYPE = b"\x01"
KEY_ID_BYTES = 4
KEY_BYTES = 32
MAX_NOTE_BYTES = 64_000
DASH = "— "
NAME = re.compile(r"[^\s+]+")
SIZE = re.compile(r"0|[1-9]\d{0,18}")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class CheckpointError(DocumentError):
    """A note is not a checkpoint, or not signed by a key that is known here."""


class UnknownSignerError(CheckpointError):
    """No key that is known here signed the note."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log ``origin`` had ``tree_size`` leaves under ``root_hash``."""

    origin: str
    tree_size: int
    root_hash: bytes

    @property
    def text(self) -> str:
        """The note's text, which is what gets signed."""
        root = base64.b64encode(self.root_hash).decode("ascii")
        return f"{self.origin}\n{self.tree_size}\n{root}\n"


def key_id(name: str, public_key: bytes, kind: bytes = ED25519_TYPE) -> bytes:
    """Four bytes that tell the keys of one name apart."""
    data = name.encode() + b"\n" + kind + public_key
    return hashlib.sha256(data).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public_key: bytes, kind: bytes = ED25519_TYPE) -> str:
    """The key as witnesses and monitors write it: ``name+id+key``."""
    key = base64.b64encode(kind + public_key).decode("ascii")
    return f"{name}+{key_id(name, public_key, kind).hex()}+{key}"


def parse_verifier_key(text: str, kind: bytes = ED25519_TYPE) -> tuple[str, bytes]:
    """The name and the Ed25519 public key in a `verifier_key`.

    Raises:
        CheckpointError: another kind of key, or an id that is not that of this key.
    """
    name, _plus, rest = text.partition("+")
    data = _base64(rest.partition("+")[2], "a verifier key")
    key = data[len(kind) :]
    if len(key) != KEY_BYTES or verifier_key(name, key, kind) != text or not NAME.fullmatch(name):
        raise CheckpointError(f"not the key of a log or witness: {text[:80]!r}")
    return name, key


def build_checkpoint(origin: str, tree_size: int, root_hash: bytes) -> str:
    """The text of a checkpoint, ready to be signed.

    Raises:
        CheckpointError: an origin with spaces or a plus, a negative size, a root of another length.
    """
    checkpoint = Checkpoint(origin, tree_size, root_hash)
    _refuse_malformed(checkpoint)
    return checkpoint.text


def sign_note(text: str, signer: Signer, *, name: str) -> str:
    """The signed note of ``text``; a log names its key like its origin."""
    if not NAME.fullmatch(name) or not text.endswith("\n") or CONTROL.search(text):
        raise CheckpointError("a note ends with a line feed, and the name of a key has no spaces")
    signature = key_id(name, signer.public_key()) + signer.sign(text.encode())
    return f"{text}\n{signature_line(name, signature)}"


def signature_line(name: str, signature: bytes) -> str:
    """The line of a note that holds ``signature``, which begins with the id of its key."""
    return f"{DASH}{name} {base64.b64encode(signature).decode('ascii')}\n"


def verify_note(note: str, keys: Mapping[str, bytes]) -> str:
    """The text of ``note``, if one of ``keys`` (name to Ed25519 public key) signed it.

    Signatures of unknown keys are passed over, as the specification demands; a wrong signature
    of a known key refuses the whole note.

    Raises:
        CheckpointError, UnknownSignerError
    """
    text, signatures = read_note(note)
    known = [
        (keys[name], signature[KEY_ID_BYTES:])
        for name, signature in signatures
        if name in keys and signature[:KEY_ID_BYTES] == key_id(name, keys[name])
    ]
    if not known:
        raise UnknownSignerError("the note is not signed by a known key")
    if len({key for key, _sig in known}) < len(known):
        raise CheckpointError("the note is signed twice with the same key")
    for key, signature in known:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
        except InvalidSignature as error:
            raise CheckpointError("the note was changed after it was signed") from error
    return text


def verify_checkpoint(note: str, keys: Mapping[str, bytes]) -> Checkpoint:
    """The checkpoint in a signed note; see `verify_note`.

    Raises:
        CheckpointError, UnknownSignerError
    """
    return parse_checkpoint(verify_note(note, keys))


def verify_checkpoint_by_any(note: str, keys: Iterable[bytes]) -> Checkpoint:
    """The checkpoint in a note that its log signed with one of ``keys``, old ones included.

    A log names its keys like its origin, so that is the first line of the note.

    Raises:
        CheckpointError, UnknownSignerError
    """
    origin = note.partition("\n")[0]
    for key in keys:
        try:
            return verify_checkpoint(note, {origin: key})
        except UnknownSignerError:
            continue
    raise UnknownSignerError("the checkpoint is not signed by a key of its log")


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note, without signatures. Extension lines are not accepted."""
    lines = text.split("\n")
    if len(lines) != len(["origin", "size", "root", ""]) or lines[-1]:
        raise CheckpointError("a checkpoint has three lines: origin, size and root")
    origin, size, root, _ = lines
    if not SIZE.fullmatch(size):
        raise CheckpointError(f"line 2: {size[:40]!r} is not the size of a tree")
    checkpoint = Checkpoint(origin, int(size), _base64(root, "line 3"))
    _refuse_malformed(checkpoint)
    return checkpoint


def _refuse_malformed(checkpoint: Checkpoint) -> None:
    if not NAME.fullmatch(checkpoint.origin):
        raise CheckpointError(f"{checkpoint.origin!r} cannot be an origin: no spaces, no plus")
    if checkpoint.tree_size < 0 or len(checkpoint.root_hash) != HASH_BYTES:
        raise CheckpointError("a checkpoint needs a size from 0 and a root of 32 bytes")


def read_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text with its last newline, and each signature with its key's name; none is checked.

    Raises:
        CheckpointError
    """
    if len(note) > MAX_NOTE_BYTES or CONTROL.search(note):
        raise CheckpointError("the note is too long or holds control characters")
    body, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise CheckpointError("the note has no signatures")
    return body + "\n", [_signature(line) for line in signatures[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not space or not NAME.fullmatch(name):
        raise CheckpointError(f"not a signature line: {line[:80]!r}")
    signature = _base64(encoded, "a signature")
    if len(signature) <= KEY_ID_BYTES:
        raise CheckpointError("a signature is too short")
    return name, signature


def _base64(text: str, where: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise CheckpointError(f"{where}: not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise CheckpointError(f"{where}: not base64 in its proper form")
    return data
