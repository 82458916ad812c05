"""What a harvest takes: its requests, and their points of an account's limit."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from harvesters.budget import Budget, Meter
from harvesters.forge import Forge
from harvesters.models import HarvestCursor


@runtime_checkable
class Metered(Protocol):
    """A transport that counts what it asks within its budget."""

    @property
    def meter(self) -> Meter:
        """What was asked for."""

    def budget(self, kind: str) -> Budget | None:
        """What is known to be left for requests of this ``kind``."""


def spent_by(forge: Forge) -> Meter:
    """What ``forge`` has asked for until now; zero where it has no limit."""
    meters = [transport.meter for transport in _metered(forge)]
    return Meter(
        sum(meter.requests for meter in meters),
        sum(meter.points for meter in meters),
        sum(meter.seconds for meter in meters),
    )


def budget_of(forge: Forge, kind: str) -> Budget | None:
    """What our account may still ask of ``forge``, where that is known."""
    return next((transport.budget(kind) for transport in _metered(forge)), None)


def _metered(forge: Any) -> list[Metered]:
    """The transports of ``forge``: one, or another for its GraphQL."""
    if not is_dataclass(forge):
        return []
    parts = [getattr(forge, field.name) for field in fields(forge)]
    return [part for part in parts if isinstance(part, Metered)]


class Expenses:
    """Keeps on ``cursor``, in memory, what its sweep takes and since when it is read.

    A sweep that was stopped goes on with what it took before.
    """

    def __init__(self, cursor: HarvestCursor, forge: Forge, *, now: datetime) -> None:
        is_stopped = cursor.reading_since is not None
        self._forge = forge
        self._cursor = cursor
        self._requests = cursor.spent_requests if is_stopped else 0
        self._points = cursor.spent_points if is_stopped else 0
        cursor.reading_since, cursor.reading_from = now, cursor.done_count
        self.note()

    def note(self) -> None:
        """Take over what was asked since."""
        self._cursor.spent_requests = self._requests + self.meter.requests
        self._cursor.spent_points = self._points + self.meter.points

    @property
    def meter(self) -> Meter:
        """What this harvest has asked for."""
        return spent_by(self._forge)
