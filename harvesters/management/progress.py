"""How far a harvest is, shown while it runs: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Protocol

from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from harvesters import words
from harvesters.words import grouped

SECONDS_BETWEEN_LINES = 10.0
# With these, counts of seven digits and the time left still fit into 80 columns.
NAME_WIDTH, BAR_WIDTH = 28, 16


class Display(Protocol):
    """Shows how far the harvest of one source is."""

    def advance(self, done: int, total: int | None, left: timedelta | None = None) -> None:
        """Show that ``done`` items are read, of about ``total`` where the forge tells it.

        ``left`` is how long the rest will take, where that can be told.
        """


@contextmanager
def shown(source: str, stream: IO[str]) -> Iterator[Display]:
    """Show the harvest of ``source`` on ``stream``; a bar leaves nothing behind."""
    if not stream.isatty():
        yield _Lines(source, stream)
        return
    with _progress(stream) as progress:
        yield _Bar(source, progress)


def counted(done: int, total: int | None) -> str:
    """``1,500 of 1,863``, or ``1,500`` where nobody knows of how many."""
    if total is None:
        return grouped(done)
    return _("%(done)s of %(total)s") % {"done": grouped(done), "total": grouped(total)}


def _with_time(done: int, total: int | None, left: timedelta) -> str:
    return _("%(count)s, %(time)s") % {"count": counted(done, total), "time": words.left(left)}


def _clock(left: timedelta | None) -> str:
    """``0:07:30`` as other bars have it, for there is little room."""
    return "" if left is None else str(timedelta(seconds=round(left.total_seconds())))


def _progress(stream: IO[str]) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(BAR_WIDTH),
        TextColumn("{task.fields[count]}", markup=False),
        TextColumn("{task.fields[left]}", markup=False),
    )
    return Progress(*columns, console=Console(file=stream), transient=True)


def _short(source: str) -> str:
    return source if len(source) <= NAME_WIDTH else f"…{source[1 - NAME_WIDTH :]}"


class _Bar:
    """A bar that begins where an earlier harvest stopped, so that its speed is this one's."""

    def __init__(self, source: str, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task(_short(source), total=None, count=_("opening"), left="")
        self._has_begun = False

    def advance(self, done: int, total: int | None, left: timedelta | None = None) -> None:
        if not self._has_begun:
            self._progress.reset(self._task, total=total, completed=done)
            self._has_begun = True
        count = counted(done, total)
        self._progress.update(
            self._task, completed=done, total=total, count=count, left=_clock(left), refresh=True
        )


class _Lines:
    """A line every few seconds: a log is read later, and by people who pay for its length."""

    def __init__(self, source: str, stream: IO[str]) -> None:
        self._source = source
        self._stream = stream
        self._said_at = time.monotonic()

    def advance(self, done: int, total: int | None, left: timedelta | None = None) -> None:
        now = time.monotonic()
        if now - self._said_at >= SECONDS_BETWEEN_LINES:
            self._said_at = now
            told = counted(done, total) if left is None else _with_time(done, total, left)
            self._stream.write(f"{self._source}: {told}\n")
