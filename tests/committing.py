"""Tests that commit: races between real transactions, and what is left after a rollback.

The log refuses TRUNCATE, with which Django empties the database after such a test. So the
connection that empties it asks PostgreSQL, as only a superuser may, to run no triggers; Django
closes it right afterwards. Tests take the fixture by ``from tests.committing import *``.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from tests.waiting import wait_until

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


def waiting_backends() -> list[int]:
    """The process ids of connections to this database that wait for a lock of another one."""
    with connection.cursor() as sql:
        sql.execute("SELECT pg_stat_clear_snapshot()")
        sql.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [pid for (pid,) in sql.fetchall()]


def crash_while_waiting(act: Callable[[], Any], *, lock: str) -> None:
    """Start ``act``, let it run until it needs what the statement ``lock`` holds, and kill it.

    Its connection dies as when its machine loses power: between two statements.
    """
    with ThreadPoolExecutor(1) as machine:
        with transaction.atomic(), connection.cursor() as sql:
            sql.execute(lock)
            doomed = machine.submit(aside(act))
            (pid,) = wait_until(waiting_backends, 10)
            sql.execute("SELECT pg_terminate_backend(%s)", [pid])
        # COPY is the driver's own, and so is what it raises.
        lost = (OperationalError, psycopg.OperationalError)
        assert isinstance(doomed.exception(10), lost)
