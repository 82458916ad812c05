"""What a superuser of the database does to the log is named, entry by entry."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from credits.core.canonical import sha256_hex
from credits.core.checkpoint import build_checkpoint, sign_note
from credits.core.log import leaf_bytes
from credits.core.merkle import leaf_hash, root_hash
from credits.models import LogEntry
from credits.services.issuer import issuer_signer
from credits.services.log import append_entry, log_origin, publish_checkpoint
from credits.services.log_audit import verify_log
from tests.credentials import signer

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KIND = LogEntry.Kind.ISSUE
COLUMNS = "index, kind, body_digest, salt, leaf_hash, logged_at"

pytestmark = pytest.mark.django_db


@pytest.fixture
def logged():
    """A log of 48 entries, signed several times."""
    key = issuer_signer(now=NOW)
    for count in (7, 30, 1, 9):
        append(count)
        publish_checkpoint(key, now=NOW)


def append(count):
    for number in range(count):
        append_entry(KIND, b"%d" % number, now=NOW)


def as_superuser(*statements):
    """Do what only a superuser can: write without the triggers that refuse it."""
    with connection.cursor() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            sql.execute(*statement) if isinstance(statement, tuple) else sql.execute(statement)
        sql.execute("SET LOCAL session_replication_role = origin")


def faults():
    return [f"{subject}: {found}" for subject, found in verify_log()]


def new_row(index, body=b"back-dated"):
    """A row that is right in itself."""
    salt, digest = bytes(32), sha256_hex(body)
    leaf = leaf_hash(leaf_bytes(KIND, digest, salt)).hex()
    values = [index, KIND, digest, salt.hex(), leaf, NOW]
    return f"INSERT INTO credits_logentry ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)", values


def shift_up(place):
    """Make room for a row at ``place``."""
    return (
        "ALTER TABLE credits_logentry DROP CONSTRAINT log_index_from_zero",
        f"UPDATE credits_logentry SET index = -index - 1 WHERE index >= {place}",
        "UPDATE credits_logentry SET index = -index WHERE index < 0",
    )


def test_a_log_that_nobody_touched_has_no_faults(logged):
    assert faults() == []


def test_an_empty_log_has_no_faults():
    assert faults() == []


def test_a_dropped_leaf_is_named(logged):
    as_superuser("DELETE FROM credits_logentry WHERE index = 12")

    assert faults() == ["entry 12: is missing"]


def test_several_dropped_leaves_are_named(logged):
    as_superuser("DELETE FROM credits_logentry WHERE index IN (0, 40, 41, 42)")

    assert faults() == ["entry 0: is missing", "entries 40 to 42: are missing"]


def test_leaves_dropped_at_the_end_are_named(logged):
    as_superuser("DELETE FROM credits_logentry WHERE index >= 40")

    assert faults() == ["entries 40 to 47: are missing"]


def test_a_swapped_salt_is_named(logged):
    as_superuser(
        "UPDATE credits_logentry one SET salt = other.salt FROM credits_logentry other"
        " WHERE one.index = 5 AND other.index = 6"
    )

    assert faults() == ["entry 5: was altered"]


def test_a_salt_that_was_swapped_with_its_leaf_contradicts_the_checkpoints(logged):
    entry = LogEntry.objects.get(index=20)
    leaf = leaf_hash(leaf_bytes(entry.kind, entry.body_digest, bytes(32))).hex()
    as_superuser(
        (
            "UPDATE credits_logentry SET salt = %s, leaf_hash = %s WHERE index = 20",
            [bytes(32).hex(), leaf],
        )
    )

    assert faults() == [
        "checkpoint 38: differs (3 in all)",
        "entries 8 to 37: one of them was exchanged, put in or taken out after it was signed",
    ]


@pytest.mark.parametrize("place", [0, 7, 12, 36, 40])
def test_a_back_dated_entry_is_named_though_every_row_is_right(logged, place):
    as_superuser(*shift_up(place), new_row(place))

    assert f"entry {place}: was put in after checkpoint" in "\n".join(faults())
    assert not any("altered" in fault for fault in faults())


def test_who_rewrites_the_checkpoints_as_well_lacks_the_key(logged):
    as_superuser(*shift_up(40), new_row(40))
    leaves = [bytes.fromhex(entry.leaf_hash) for entry in LogEntry.objects.all()]
    root = root_hash(leaves[:48])
    text = build_checkpoint(log_origin(), 48, root)
    forged = sign_note(text, signer("thief"), name=log_origin())
    as_superuser(
        (
            "UPDATE credits_checkpoint SET root_hash = %s, note = %s WHERE tree_size = 48",
            [root.hex(), forged],
        )
    )

    assert faults() == [
        "checkpoint 48: is not signed: the checkpoint is not signed by a key of its log"
    ]


def test_a_checkpoint_whose_row_differs_from_its_note_is_named(logged):
    as_superuser("UPDATE credits_checkpoint SET root_hash = repeat('0', 64) WHERE tree_size = 38")

    assert "checkpoint 38: is not what was signed" in faults()


def test_a_tile_that_was_changed_is_named():
    append(256)
    as_superuser("UPDATE credits_logtile SET root_hash = repeat('0', 64)")

    assert faults() == ["tile 0/0: is not that of its entries"]
