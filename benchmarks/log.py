"""The transparency log at a million entries: append, checkpoint, proof; and mutants of proofs.

The peer has no tiles: it reads all leaf hashes and builds the tree anew, as one does first.
"""

import secrets
import statistics
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone

from credits.core.canonical import sha256_hex
from credits.core.log import leaf_bytes
from credits.core.merkle import inclusion_proof, leaf_hash, root_hash, verify_inclusion
from credits.core.proof import KeySigner
from credits.core.tiles import TILE_WIDTH
from credits.models import LogEntry
from credits.services.log import append_entry, inclusion, publish_checkpoint
from credits.services.log_audit import verify_log
from credits.services.log_tiles import close_tiles, log_tree
from tests.log_mutants import accepted_mutants

NAMES = ("log-append", "log-checkpoint", "log-proof", "log-audit")
MUTANTS = "log-mutants"
SIZE, QUICK_SIZE = 1_000_000, 20_000
MUTANT_COUNT, QUICK_MUTANT_COUNT = 1_000_000, 50_000
ROUNDS, PEER_ROUNDS = 300, 2
SIGNER = KeySigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row for each of ``names`` that is measured here."""
    rows = []
    if wanted := [name for name in NAMES if name in names]:
        with transaction.atomic():
            size = QUICK_SIZE if quick else SIZE
            _fill(size)
            measures = {
                "log-append": _append,
                "log-checkpoint": _checkpoint,
                "log-proof": _proof,
                "log-audit": _audit,
            }
            rows = [{**measures[name](), "name": name, "size": size} for name in wanted]
            transaction.set_rollback(True)
    if MUTANTS in names:
        rows.append(_mutants(QUICK_MUTANT_COUNT if quick else MUTANT_COUNT))
    return rows


def _fill(size: int) -> None:
    """``size`` entries with true leaves, and their tiles."""
    now, salt = timezone.now().isoformat(), bytes(32)
    with (
        connection.cursor() as sql,
        sql.copy(
            "COPY credits_logentry (index, kind, body_digest, salt, leaf_hash, logged_at)"
            " FROM STDIN"
        ) as copy,
    ):
        for index in range(size):
            digest = sha256_hex(b"%d" % index)
            leaf = leaf_hash(leaf_bytes("issue", digest, salt)).hex()
            copy.write_row((index, "issue", digest, salt.hex(), leaf, now))
    for closed in range(TILE_WIDTH, size + 1, TILE_WIDTH):
        close_tiles(closed)
    with connection.cursor() as sql:
        sql.execute("ANALYZE credits_logentry, credits_logtile")


def _all_leaves() -> list[bytes]:
    """What the peer begins with."""
    leaves = LogEntry.objects.order_by("index").values_list("leaf_hash", flat=True)
    return [bytes.fromhex(leaf) for leaf in leaves]


def _append() -> dict[str, Any]:
    now = timezone.now()
    spent = _spent(lambda: append_entry(LogEntry.Kind.ISSUE, b"document", now=now), ROUNDS)
    digest = sha256_hex(b"document")

    def insert() -> None:
        """The row alone, as if nothing had to be proved."""
        with connection.cursor() as sql:
            sql.execute(
                "INSERT INTO credits_logentry SELECT max(index) + 1, 'issue', %s, '', '', %s"
                " FROM credits_logentry",
                [digest, now],
            )

    with transaction.atomic():
        floor = _spent(insert, ROUNDS)
        transaction.set_rollback(True)
    peer = _spent(lambda: root_hash(_all_leaves()), PEER_ROUNDS)
    return _row("append", spent, "root from all leaves after each", peer, ("INSERT alone", floor))


def _checkpoint() -> dict[str, Any]:
    publish_checkpoint(SIGNER, now=timezone.now())

    def sign() -> None:
        append_entry(LogEntry.Kind.ISSUE, b"document", now=timezone.now())
        publish_checkpoint(SIGNER, now=timezone.now())

    spent = _spent(sign, ROUNDS)
    peer = _spent(lambda: root_hash(_all_leaves()), PEER_ROUNDS)
    floor = _spent(lambda: SIGNER.sign(bytes(100)), ROUNDS)
    return _row("append and checkpoint", spent, "root from all leaves", peer, ("signature", floor))


def _proof() -> dict[str, Any]:
    checkpoint = publish_checkpoint(SIGNER, now=timezone.now())
    if checkpoint is None:
        raise RuntimeError("the log is empty")
    size = checkpoint.tree_size
    entries = [LogEntry(index=secrets.randbelow(size)) for _ in range(ROUNDS)]
    given = iter(entries)
    spent = _spent(lambda: inclusion(next(given)), ROUNDS)
    leaves = _all_leaves()
    for entry in entries[:20]:
        path = log_tree(size).inclusion_proof(entry.index)
        root = bytes.fromhex(checkpoint.root_hash)
        if not verify_inclusion(leaves[entry.index], entry.index, size, path, root):
            raise RuntimeError(f"the proof of {entry.index} is wrong")
    peer = _spent(lambda: inclusion_proof(_all_leaves(), size // 3), PEER_ROUNDS)
    first, second = size // 3, size
    consistency = _spent(lambda: log_tree(second).consistency_proof(first), 20)
    row = _row("inclusion proof", spent, "path from all leaves", peer, ("SELECT 1", _select()))
    details = [
        f"quickest {min(spent):.2f} ms, 99 of 100 within {_percentile(spent):.2f} ms",
        f"consistency proof: {statistics.median(consistency):.2f} ms",
    ]
    return {**row, "details": details}


def _select() -> list[float]:
    def ask() -> None:
        with connection.cursor() as sql:
            sql.execute("SELECT 1")

    return _spent(ask, ROUNDS)


def _audit() -> dict[str, Any]:
    spent = _spent(lambda: list(verify_log()), 1)
    peer = _spent(lambda: root_hash(_all_leaves()), 1)
    return _row("verify_log", spent, "root from all leaves", peer, ("", [0.0]))


def _mutants(count: int) -> dict[str, Any]:
    began = time.perf_counter()
    accepted = sum(1 for _ in accepted_mutants(count, seed=secrets.randbits(32)))
    return {
        "name": MUTANTS,
        "ours": accepted,
        "unit": "mutants of proofs accepted",
        "peer": "mutants tried",
        "peer_value": count,
        "ratio": accepted / count,
        "floor": "must be",
        "floor_value": 0,
        "size": f"{count / (time.perf_counter() - began):.0f} mutants a second",
    }


def _spent(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round, by the clock on the wall."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def _percentile(spent: list[float]) -> float:
    return sorted(spent)[int(len(spent) * 0.99)]


def _row(
    what: str, spent: list[float], peer: str, theirs: list[float], floor: tuple[str, list[float]]
) -> dict[str, Any]:
    ours, others = statistics.median(spent), statistics.median(theirs)
    return {
        "ours": round(ours, 3),
        "unit": f"ms/{what}",
        "peer": peer,
        "peer_value": round(others, 1),
        "ratio": round(others / ours, 1),
        "floor": floor[0],
        "floor_value": round(statistics.median(floor[1]), 3),
    }
