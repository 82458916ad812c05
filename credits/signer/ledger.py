"""What the signer remembers by itself: how much it signed this hour, and its last checkpoint.

It is a file of its own, not a table, since whoever has taken over the web process can write to
the database. SQLite keeps it whole when several processes of one machine sign.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from credits.core.checkpoint import Checkpoint
from credits.core.signing_policy import Refusal, SigningRefusedError

WINDOW = timedelta(hours=1)
BUSY_SECONDS = 30
TABLES = """
    CREATE TABLE IF NOT EXISTS signed (
        purpose TEXT NOT NULL, digest TEXT NOT NULL, at REAL NOT NULL,
        PRIMARY KEY (purpose, digest)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS checkpoint (
        origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL
    );
"""


class Ledger:
    """The memory in ``file``."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def count(self, purpose: str, digests: Collection[str], *, limit: int, now: datetime) -> None:
        """Count documents that are about to be signed for ``purpose``, ``limit`` in an hour.

        A document that was signed in this hour already is not counted again: its signature
        says nothing new.

        Raises:
            SigningRefusedError: too many; ``until`` says when there is room again.
        """
        moment = now.timestamp()
        with self._writing() as sql:
            sql.execute("DELETE FROM signed WHERE at <= ?", [moment - WINDOW.total_seconds()])
            one = "SELECT 1 FROM signed WHERE purpose = ? AND digest = ?"
            fresh = [
                digest
                for digest in set(digests)
                if not sql.execute(one, [purpose, digest]).fetchone()
            ]
            counted = "SELECT count(*) FROM signed WHERE purpose = ?"
            (used,) = sql.execute(counted, [purpose]).fetchone()
            if fresh and used + len(fresh) > limit:
                raise _too_many(limit, _at_place(sql, purpose, used + len(fresh) - limit))
            sql.executemany(
                "INSERT INTO signed VALUES (?, ?, ?)",
                [(purpose, digest, moment) for digest in fresh],
            )

    @contextmanager
    def continuing(self, origin: str) -> Iterator["Continuation"]:
        """The last checkpoint of ``origin``; the next one that is given is remembered.

        Nobody else signs one meanwhile. It is on the disk before the block is left.
        """
        with self._writing() as sql:
            row = sql.execute(
                "SELECT size, root FROM checkpoint WHERE origin = ?", [origin]
            ).fetchone()
            continuation = Continuation(Checkpoint(origin, *row) if row else None)
            yield continuation
            if continuation.next is not None:
                sql.execute(
                    "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)",
                    [origin, continuation.next.tree_size, continuation.next.root_hash],
                )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        with closing(
            sqlite3.connect(self._file, timeout=BUSY_SECONDS, isolation_level=None)
        ) as sql:
            sql.execute("PRAGMA synchronous = FULL")
            sql.execute("BEGIN IMMEDIATE")
            for statement in TABLES.split(";"):
                sql.execute(statement)
            try:
                yield sql
            except BaseException:
                sql.execute("ROLLBACK")
                raise
            sql.execute("COMMIT")


class Continuation:
    """What was signed last, and what is signed next."""

    def __init__(self, seen: Checkpoint | None) -> None:
        self.seen = seen
        self.next: Checkpoint | None = None


def _at_place(sql: sqlite3.Connection, purpose: str, place: int) -> float | None:
    """When the ``place``-th oldest was signed: once it is an hour old there is room."""
    ordered = "SELECT at FROM signed WHERE purpose = ? ORDER BY at LIMIT 1 OFFSET ?"
    row = sql.execute(ordered, [purpose, place - 1]).fetchone()
    return float(row[0]) if row else None


def _too_many(limit: int, oldest: float | None) -> SigningRefusedError:
    if oldest is None:
        message = f"These are more than the {limit} that are signed in an hour."
        return SigningRefusedError(Refusal.TOO_MANY, message)
    until = datetime.fromtimestamp(oldest, UTC) + WINDOW
    return SigningRefusedError(
        Refusal.TOO_MANY,
        f"{limit} were signed within an hour; there is room again at {until:%Y-%m-%d %H:%M} UTC.",
        until=until,
    )
