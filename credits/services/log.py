"""The transparency log: append in the transaction of the fact, sign checkpoints, prove."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from credits.core.canonical import sha256_hex
from credits.core.checkpoint import build_checkpoint, sign_note
from credits.core.log import leaf_bytes
from credits.core.merkle import inclusion_proof, leaf_hash, root_hash
from credits.core.proof import Signer
from credits.models import Checkpoint, LogEntry

LOCK = 0x4F43_4C4F47
"""Key of the advisory lock that lets one writer append at a time ("OCLOG")."""

SALT_BYTES = 32


@transaction.atomic
def append_entry(kind: LogEntry.Kind, body: bytes, *, now: datetime) -> LogEntry:
    """Append a commitment to ``body``; the index has no gaps, because a rollback takes it back.

    Call it in the transaction that stores the fact itself.
    """
    with connection.cursor() as sql:
        sql.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = LogEntry.objects.aggregate(last=Max("index"))["last"]
    salt = secrets.token_bytes(SALT_BYTES)
    digest = sha256_hex(body)
    leaf = leaf_bytes(kind, digest, salt)
    return LogEntry.objects.create(
        index=0 if last is None else last + 1,
        kind=kind,
        body_digest=digest,
        salt=salt.hex(),
        leaf_hash=leaf_hash(leaf).hex(),
        logged_at=now,
    )


@transaction.atomic
def publish_checkpoint(signer: Signer, *, now: datetime) -> Checkpoint | None:
    """Sign the present size and root, unless the newest checkpoint says the same.

    An empty log has no checkpoint.
    """
    leaves = leaf_hashes()
    newest = Checkpoint.objects.first()
    if not leaves or (newest is not None and newest.tree_size == len(leaves)):
        return newest
    root = root_hash(leaves)
    text = build_checkpoint(log_origin(), len(leaves), root)
    checkpoint, _ = Checkpoint.objects.get_or_create(
        tree_size=len(leaves),
        defaults={
            "root_hash": root.hex(),
            "note": sign_note(text, signer, name=log_origin()),
            "signed_at": now,
        },
    )
    return checkpoint


def inclusion(entry: LogEntry) -> tuple[Checkpoint, list[str]] | None:
    """The newest checkpoint over ``entry`` and the audit path to its root; None before one."""
    checkpoint = Checkpoint.objects.filter(tree_size__gt=entry.index).first()
    if checkpoint is None:
        return None
    path = inclusion_proof(leaf_hashes(checkpoint.tree_size), entry.index)
    return checkpoint, [part.hex() for part in path]


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


def leaf_hashes(size: int | None = None) -> list[bytes]:
    """The first ``size`` leaf hashes, or all: 32 bytes each."""
    entries = LogEntry.objects.order_by("index").values_list("leaf_hash", flat=True)
    return [bytes.fromhex(value) for value in entries[:size]]


def log_origin() -> str:
    """The log's name in its checkpoints: its address without the scheme."""
    site = urlsplit(settings.BASE_URL)
    return f"{site.netloc}{site.path}/log"
