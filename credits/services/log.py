"""The transparency log: append in the transaction of the fact, sign checkpoints, prove."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from credits.core.checkpoint import build_checkpoint
from credits.core.log import body_digest, leaf_bytes
from credits.core.merkle import leaf_hash
from credits.core.multikey import decode_public_key
from credits.core.signing_policy import SigningRefusedError
from credits.core.tiles import TiledTree, TileError
from credits.core.tlog_proof import build_tlog_proof
from credits.models import Checkpoint, IssuerKey, LogEntry
from credits.services.errors import CreditsError
from credits.services.log_tiles import close_tiles, log_tree
from credits.signer.local import ours
from credits.signer.notary import Notarial
from credits.signer.protocol import SignerFailedError
from credits.signer.stores import KeyFileError

LOCK = 0x4F43_4C4F47
"""Key of the advisory lock that lets one writer append at a time ("OCLOG")."""

PUBLISHING = LOCK + 1
"""Key of the lock that lets one sign a checkpoint at a time."""

SALT_BYTES = 32


class BrokenLogError(CreditsError):
    """The log is not what its signed checkpoints say; nothing is signed. Run fsck."""


class CheckpointUnsignedError(CreditsError):
    """The signer cannot sign a checkpoint now; it is tried again in a minute."""


def append_entry(kind: LogEntry.Kind, body: bytes, *, now: datetime) -> LogEntry:
    """Append a commitment to ``body``; see `append_entries`."""
    return append_entries(kind, [body], now=now)[0]


@transaction.atomic
def append_entries(
    kind: LogEntry.Kind, bodies: Sequence[bytes], *, now: datetime
) -> list[LogEntry]:
    """Append a commitment to each of ``bodies``, in their order.

    The index has no gaps, because a rollback takes it back. Call it in the transaction that
    stores the facts themselves. It costs the same however long the log is.
    """
    with connection.cursor() as sql:
        sql.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    first = log_size()
    entries = [_entry(first + place, kind, body, now) for place, body in enumerate(bodies)]
    LogEntry.objects.bulk_create(entries)
    for size in range(first + 1, first + len(entries) + 1):
        close_tiles(size)
    return entries


def _entry(index: int, kind: LogEntry.Kind, body: bytes, now: datetime) -> LogEntry:
    salt, digest = secrets.token_bytes(SALT_BYTES), body_digest(body)
    return LogEntry(
        index=index,
        kind=kind,
        body_digest=digest,
        salt=salt.hex(),
        leaf_hash=leaf_hash(leaf_bytes(kind, digest, salt)).hex(),
        logged_at=now,
    )


@transaction.atomic(durable=True)
def publish_checkpoint(signer: Notarial, *, now: datetime) -> Checkpoint | None:
    """Sign the present size and root, unless the newest checkpoint says the same.

    An empty log has no checkpoint. Not for use in another transaction: what is signed can never be
    taken back, so it must be committed.

    Raises:
        BrokenLogError: the log does not begin with what the newest checkpoint signed, or with
            what the signer remembers that it signed.
    """
    with connection.cursor() as sql:
        # One at a time, or a smaller size might be signed after a larger one.
        sql.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    size = log_size()
    newest = Checkpoint.objects.first()
    if size == 0 or (newest is not None and newest.tree_size == size):
        return newest
    tree = log_tree(size)
    root = _root_that_continues(newest, tree)
    note = _signed(signer, build_checkpoint(log_origin(), size, root), tree, now)
    checkpoint, _ = Checkpoint.objects.get_or_create(
        tree_size=size,
        defaults={
            "root_hash": root.hex(),
            "note": note,
            "signed_at": now,
        },
    )
    return checkpoint


def _signed(signer: Notarial, text: str, tree: TiledTree, now: datetime) -> str:
    """The signed note; the signer is shown that the log begins with what it signed last."""
    try:
        signed_size = signer.signed_size()
        if signed_size > tree.size:
            raise BrokenLogError
        proof = tree.consistency_proof(signed_size) if 0 < signed_size < tree.size else []
        return signer.sign_checkpoint(text, [part.hex() for part in proof], now=now)
    except (SigningRefusedError, TileError) as error:
        raise BrokenLogError from error
    except (KeyFileError, SignerFailedError) as error:
        raise CheckpointUnsignedError(str(error)) from error


def _root_that_continues(newest: Checkpoint | None, tree: TiledTree) -> bytes:
    """The root of ``tree``, which must begin with the tree of ``newest``.

    Two signed checkpoints that contradict each other would prove to the world that we forked.
    """
    try:
        if newest is None:
            return tree.root()
        former, root = tree.roots(min(newest.tree_size, tree.size), tree.size)
    except TileError as error:
        raise BrokenLogError from error
    if newest.tree_size > tree.size or former.hex() != newest.root_hash:
        raise BrokenLogError
    return root


def inclusion(entry: LogEntry) -> tuple[Checkpoint, list[str]] | None:
    """The newest checkpoint over ``entry`` and the audit path to its root; None before one."""
    checkpoint = Checkpoint.objects.filter(tree_size__gt=entry.index).first()
    if checkpoint is None:
        return None
    path = log_tree(checkpoint.tree_size).inclusion_proof(entry.index)
    return checkpoint, [part.hex() for part in path]


def consistency(first: Checkpoint, second: Checkpoint) -> list[str]:
    """What shows that the log of ``second`` begins with that of ``first``, the smaller one."""
    proof = log_tree(second.tree_size).consistency_proof(first.tree_size)
    return [part.hex() for part in proof]


def proof_of(entry: LogEntry) -> dict[str, Any]:
    """What shows a stranger who holds the document that ``entry`` commits to it, and stands.

    ``path`` and ``checkpoint`` are null until the next checkpoint is signed.
    """
    found = inclusion(entry)
    return {
        "index": entry.index,
        "kind": entry.kind,
        "body_digest": entry.body_digest,
        "salt": entry.salt,
        "leaf_hash": entry.leaf_hash,
        "path": found and found[1],
        "checkpoint": found and found[0].note,
    }


def tlog_proof_of(entry: LogEntry) -> str | None:
    """The same in the form of C2SP tlog-proof; None until the next checkpoint is signed."""
    found = inclusion(entry)
    if found is None:
        return None
    checkpoint, path = found
    return build_tlog_proof(
        entry.index,
        [bytes.fromhex(part) for part in path],
        checkpoint.note,
        kind=entry.kind,
        salt=entry.salt,
    )


def log_size() -> int:
    """How many entries there are."""
    last: int | None = LogEntry.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def log_origin() -> str:
    """The log's name in its checkpoints: its address without the scheme."""
    return ours().log_origin


def log_key(now: datetime) -> bytes | None:
    """The key that signs checkpoints at ``now``; None before there is one."""
    used = IssuerKey.objects.of(None).filter(published_at__lte=now, compromised_since=None)
    due = [key for key in used if key.first_used <= now]
    return decode_public_key(max(due, key=lambda key: key.first_used).public_key) if due else None


def log_keys() -> list[bytes]:
    """The public keys that ever signed checkpoints here, the newest first."""
    keys = IssuerKey.objects.of(None).order_by("-published_at")
    return [decode_public_key(key) for key in keys.values_list("public_key", flat=True)]
