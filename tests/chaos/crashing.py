"""A process that dies at one of its commits, as a machine does that loses power.

Every commit of an act is a crash point, before it and after it; each has the name of the function
of ours that commits.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

OURS = ("harvesters", "accounts", "credits", "config")


@dataclass(frozen=True)
class CrashPoint:
    """The ``number``-th commit of an act, counted from 1; ``is_before`` it or after it."""

    number: int
    is_before: bool

    def __str__(self) -> str:
        return f"{'before' if self.is_before else 'after'} commit {self.number}"


def commits_of(act: Callable[[], Any]) -> list[str]:
    """Do ``act`` to its end; the name of each function that committed, in order."""
    names: list[str] = []

    def at_commit(commit: Callable[[], Any]) -> Any:
        names.append(_name_of_committer())
        return commit()

    _watched(act, at_commit)
    return names


def dies(act: Callable[[], Any], point: CrashPoint) -> None:
    """Do ``act`` in a process of its own that dies at ``point``; it must come there."""
    connection.close()
    child = os.fork()
    if child == 0:
        _live_until(act, point)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{act} ended before it came to {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _live_until(act: Callable[[], Any], point: CrashPoint) -> None:
    count = 0

    def at_commit(commit: Callable[[], Any]) -> Any:
        nonlocal count
        count += 1
        if count == point.number and point.is_before:
            _die()
        done = commit()
        if count == point.number:
            _die()
        return done

    try:
        _watched(act, at_commit)
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as a test
        traceback.print_exc()
    finally:
        os._exit(1)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _watched(act: Callable[[], Any], at_commit: Callable[[Callable[[], Any]], Any]) -> None:
    """Do ``act``, and let ``at_commit`` do each commit of it."""
    connection.ensure_connection()
    commit = connection._commit

    def alone(execute: Any, sql: str, *given: Any) -> Any:
        """A statement outside of a transaction commits itself."""
        if connection.in_atomic_block or sql.lstrip().upper().startswith("SELECT"):
            return execute(sql, *given)
        return at_commit(lambda: execute(sql, *given))

    connection._commit = lambda: at_commit(commit)
    try:
        with connection.execute_wrapper(alone):
            act()
    finally:
        del connection._commit


def _name_of_committer() -> str:
    """The innermost function of ours; one that is a transaction is called by its decorator."""
    frame = sys._getframe(1)
    while frame is not None:
        decorated = frame.f_locals.get("func") if frame.f_code.co_name == "inner" else None
        name = getattr(decorated, "__name__", frame.f_code.co_name)
        module = getattr(decorated, "__module__", frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in OURS:
            return f"{module}.{name}"
        frame = frame.f_back
    return "nobody"
