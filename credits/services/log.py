"""The transparency log: append in the transaction of the fact, sign checkpoints, prove."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from credits.core.canonical import sha256_hex
from credits.core.checkpoint import build_checkpoint, sign_note
from credits.core.log import leaf_bytes
from credits.core.merkle import inclusion_proof, leaf_hash, root_hash
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
