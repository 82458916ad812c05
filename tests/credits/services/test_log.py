"""The log only grows, has no gaps, and anyone can check that against its checkpoints."""

from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from credits import migrations
from credits.core.checkpoint import verify_checkpoint
from credits.core.log import leaf_bytes
from credits.core.merkle import leaf_hash, root_hash, verify_consistency, verify_inclusion
from credits.core.multikey import decode_public_key
from credits.core.tlog_proof import verify_tlog_proof
from credits.models import Checkpoint, LogEntry, LogTile
from credits.services.issuer import issuer_signer
from credits.services.log import (
    BrokenLogError,
    append_entry,
    consistency,
    inclusion,
    log_keys,
    log_origin,
    publish_checkpoint,
    tlog_proof_of,
)
from credits.services.log_tiles import log_tree
from tests.committing import *  # noqa: F403
from tests.committing import at_once, crash_while_waiting
from tests.credentials import SIGNER

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KIND = LogEntry.Kind.ISSUE

pytestmark = pytest.mark.django_db


def append(count):
    return [append_entry(KIND, b"document %d" % number, now=NOW) for number in range(count)]


def checkpoint():
    return publish_checkpoint(issuer_signer(now=NOW), now=NOW)


def test_entries_are_numbered_from_zero_without_a_gap():
    assert [entry.index for entry in append(5)] == [0, 1, 2, 3, 4]


def test_a_rollback_leaves_no_gap():
    append(1)
    with transaction.atomic():
        append(3)
        transaction.set_rollback(True)

    assert [entry.index for entry in append(1)] == [1]


def test_a_leaf_commits_to_the_document_and_shows_nothing_of_it():
    entry = append_entry(KIND, b"Li Ming", now=NOW)

    leaf = leaf_bytes(entry.kind, entry.body_digest, bytes.fromhex(entry.salt))
    assert leaf_hash(leaf).hex() == entry.leaf_hash
    assert entry.body_digest.encode() not in leaf


def test_the_same_document_has_another_leaf_each_time():
    first, second = (append_entry(KIND, b"document", now=NOW) for _ in range(2))

    assert first.body_digest == second.body_digest
    assert first.leaf_hash != second.leaf_hash


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("credits_logentry", "logged_at = now()"),
        ("credits_checkpoint", "signed_at = now()"),
        ("credits_logtile", "level = 7"),
    ],
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_what_is_logged(table, column, statement):
    append(255)
    checkpoint()

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as sql,
    ):
        sql.execute(statement.format(table, column))

    counts = [rows.objects.count() for rows in (LogEntry, Checkpoint, LogTile)]
    assert counts == [256, 1, 1]


def test_the_guard_stands_after_a_test_that_commits(committed_db):
    append(1)

    for statement in ("DELETE FROM credits_logentry", "TRUNCATE credits_logentry CASCADE"):
        with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as sql:
            sql.execute(statement)


def test_an_empty_log_has_no_checkpoint():
    assert publish_checkpoint(SIGNER, now=NOW) is None


def test_a_checkpoint_is_signed_by_the_issuers_key_over_size_and_root():
    append(6)
    signer = issuer_signer(now=NOW)

    stored = publish_checkpoint(signer, now=NOW)

    read = verify_checkpoint(
        stored.note, {log_origin(): decode_public_key(signer.issuer_key(now=NOW))}
    )
    assert (read.tree_size, read.root_hash.hex()) == (7, stored.root_hash)


def test_a_log_that_did_not_grow_gets_no_new_checkpoint():
    append(2)

    assert checkpoint() == checkpoint()
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_every_entry_is_proved_to_be_under_the_newest_checkpoint(size):
    entries = append(size)
    checkpoint()

    for entry in entries:
        found, path = inclusion(entry)
        assert verify_inclusion(
            bytes.fromhex(entry.leaf_hash),
            entry.index,
            found.tree_size,
            [bytes.fromhex(part) for part in path],
            bytes.fromhex(found.root_hash),
        )


def test_an_entry_after_the_newest_checkpoint_has_no_proof_yet():
    append(3)
    checkpoint()

    assert inclusion(append(1)[0]) is None


def test_every_checkpoint_is_consistent_with_every_earlier_one():
    for count in (1, 2, 4, 1, 5):
        append(count)
        checkpoint()
    published = list(Checkpoint.objects.order_by("tree_size"))

    assert len(published) == 5
    for position, newer in enumerate(published):
        for older in published[: position + 1]:
            assert verify_consistency(
                older.tree_size,
                newer.tree_size,
                bytes.fromhex(older.root_hash),
                bytes.fromhex(newer.root_hash),
                [bytes.fromhex(part) for part in consistency(older, newer)],
            )


def test_many_that_append_at_once_leave_neither_gap_nor_double(committed_db):
    def append_some():
        for _ in range(5):
            append_entry(KIND, b"document", now=NOW)

    failed = [result for result in at_once(*[append_some] * 6) if result is not None]

    assert failed == []
    assert list(LogEntry.objects.values_list("index", flat=True)) == list(range(30))


def test_one_checkpoint_for_one_size_however_many_sign_at_once(committed_db):
    append(4)
    signer = issuer_signer(now=NOW)

    signed = at_once(*[lambda: publish_checkpoint(signer, now=NOW)] * 5)

    assert {one.pk for one in signed} == {Checkpoint.objects.get().pk}


def test_who_dies_while_appending_leaves_nothing(committed_db):
    append(2)

    crash_while_waiting(
        lambda: append_entry(KIND, b"document", now=NOW),
        lock="LOCK TABLE credits_logentry IN SHARE MODE",
    )

    assert [entry.index for entry in append(1)] == [2]


def test_the_roots_of_full_tiles_are_kept_as_they_fill():
    append(255)
    assert LogTile.objects.count() == 0

    append(257)

    leaves = [bytes.fromhex(leaf) for leaf in LogEntry.objects.values_list("leaf_hash", flat=True)]
    kept = list(LogTile.objects.values_list("level", "index", "root_hash"))
    assert kept == [
        (0, 0, root_hash(leaves[:256]).hex()),
        (0, 1, root_hash(leaves[256:512]).hex()),
    ]
    assert log_tree(512).root() == root_hash(leaves)


def test_appending_and_signing_take_as_many_queries_however_long_the_log_is(
    django_assert_max_num_queries,
):
    append(20)
    signer = issuer_signer(now=NOW)
    checkpoint()

    with django_assert_max_num_queries(5):
        append(1)
    with django_assert_max_num_queries(12):
        publish_checkpoint(signer, now=NOW)


def test_a_log_from_before_tiles_gets_those_that_it_filled():
    append(257)
    kept = list(LogTile.objects.values_list("level", "index", "root_hash"))
    with connection.cursor() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("DELETE FROM credits_logtile")
        sql.execute("SET LOCAL session_replication_role = origin")
    names = (module.name for module in iter_modules(migrations.__path__))
    name = next(name for name in names if name.endswith("_fill_log_tiles"))

    import_module(f"credits.migrations.{name}").fill(apps, None)

    assert list(LogTile.objects.values_list("level", "index", "root_hash")) == kept


def test_the_proof_as_text_shows_a_document_to_be_logged():
    (entry, *_rest) = append(5)
    assert tlog_proof_of(entry) is None
    checkpoint()

    proof = tlog_proof_of(entry)

    assert verify_tlog_proof(proof, b"document 0", log_keys(), kind="issue").tree_size == 6


def test_a_log_that_contradicts_its_checkpoint_is_not_signed_again():
    append(5)
    checkpoint()
    append(1)
    with connection.cursor() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("UPDATE credits_logentry SET leaf_hash = repeat('0', 64) WHERE index = 2")
        sql.execute("SET LOCAL session_replication_role = origin")

    with pytest.raises(BrokenLogError):
        checkpoint()

    with connection.cursor() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("DELETE FROM credits_logentry WHERE index = 2")
        sql.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(BrokenLogError):
        checkpoint()
