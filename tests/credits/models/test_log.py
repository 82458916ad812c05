"""Log entries and checkpoints, and what the database holds them to."""

import pytest
from django.db import IntegrityError, transaction

from credits.models import Checkpoint, LogEntry
from tests.university import ISSUED

pytestmark = pytest.mark.django_db


def entry(index):
    return LogEntry.objects.create(index=index, kind=LogEntry.Kind.KEY, logged_at=ISSUED)


def checkpoint(size):
    return Checkpoint.objects.create(tree_size=size, root_hash=f"{size:064}", signed_at=ISSUED)


def test_an_index_is_given_once_and_is_not_negative():
    entry(0)

    with pytest.raises(IntegrityError, match="pkey"), transaction.atomic():
        entry(0)
    with pytest.raises(IntegrityError, match="log_index_from_zero"), transaction.atomic():
        entry(-1)


def test_entries_are_listed_as_they_were_logged():
    entries = [entry(index) for index in (0, 1, 2)]

    assert list(LogEntry.objects.all()) == entries
    assert str(entries[1]) == "1: key"


def test_a_size_has_one_checkpoint_and_the_largest_comes_first():
    checkpoint(3)
    newest = checkpoint(7)

    assert Checkpoint.objects.first() == newest
    assert str(newest) == "7 000000000000"
    with pytest.raises(IntegrityError, match="tree_size"), transaction.atomic():
        checkpoint(3)
