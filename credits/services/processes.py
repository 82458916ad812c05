"""Score the chunks of one project in several processes.

What is imported here at the top must not need Django: a new process reads this module before it
has set Django up.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
Work = Callable[[Callable[[Chunk], Result], Iterable[Chunk]], Iterator[Result]]
"""Like ``map``, in whatever order it is done."""

Report = Callable[[int, int], None]
"""Told how much of long work is done, and how much there is."""


@contextmanager
def several(jobs: int) -> Iterator[Work[Any, Any]]:
    """A ``map`` over ``jobs`` processes, each with a connection of its own to our database.

    With one job it is ``map`` itself. What is mapped must be a function of a module, and what it
    takes and gives is pickled.
    """
    if jobs <= 1:
        yield map
        return
    from django.db import connection  # noqa: PLC0415 - see above

    database = str(connection.settings_dict["NAME"])
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _set_up, (database,)) as pool:
        yield pool.map


def _set_up(database: str) -> None:
    import django  # noqa: PLC0415 - see above

    django.setup()
    from django.db import connection  # noqa: PLC0415 - needs Django

    connection.settings_dict["NAME"] = database
