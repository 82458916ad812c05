"""Tests that commit: races between real transactions, and what is left after a rollback.

The log refuses TRUNCATE, with which Django empties the database after such a test. So the
connection that empties it asks PostgreSQL, as only a superuser may, to run no triggers; Django
closes it right afterwards. Tests take the fixture by ``from tests.committing import *``.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection

__all__ = ["committed_db"]

Result = TypeVar("Result")


@pytest.fixture
def committed_db(transactional_db: None, django_db_blocker: Any) -> Iterator[None]:
    """A database in which this test really commits; it is empty again afterwards."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as sql:
        sql.execute("SET session_replication_role = replica")


def at_once(*acts: Callable[[], Result]) -> list[Result | Exception]:
    """Do ``acts`` at the same moment, each over a connection of its own; what each brought."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result | Exception:
        start.wait(timeout=10)
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - a race's losers are what a test looks at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def aside(act: Callable[[], Result]) -> Callable[[], Result]:
    """``act`` for a thread of its own, whose connection is closed behind it."""

    def run() -> Result:
        try:
            return act()
        finally:
            connection.close()

    return run


def somebody_waits() -> bool:
    """Whether a connection waits for a lock that another one holds."""
    with connection.cursor() as sql:
        sql.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        (waits,) = sql.fetchone()
        return bool(waits)
