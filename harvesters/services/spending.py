"""What a harvest takes: its requests, and their points of an account's limit."""

from datetime import datetime

from harvesters.budget import Budget, Meter
from harvesters.forge import Forge
from harvesters.models import HarvestCursor
from harvesters.transports.budgeted import BudgetedTransport


def meter_of(forge: Forge) -> Meter:
    """What counts the requests of ``forge``; one that stays at zero where it has no limit."""
    transport = _budgeted(forge)
    return transport.meter if transport else Meter()


def budget_of(forge: Forge, kind: str) -> Budget | None:
    """What our account may still ask of ``forge``, where that is known."""
    transport = _budgeted(forge)
    return transport.budget(kind) if transport else None


def _budgeted(forge: Forge) -> BudgetedTransport | None:
    transport = getattr(forge, "transport", None)
    return transport if isinstance(transport, BudgetedTransport) else None


class Expenses:
    """Keeps on ``cursor``, in memory, what its sweep takes and since when it is read.

    A sweep that was stopped goes on with what it took before.
    """

    def __init__(self, cursor: HarvestCursor, forge: Forge, *, now: datetime) -> None:
        is_stopped = cursor.reading_since is not None
        self.meter = meter_of(forge)
        self._cursor = cursor
        self._requests = cursor.spent_requests if is_stopped else 0
        self._points = cursor.spent_points if is_stopped else 0
        cursor.reading_since, cursor.reading_from = now, cursor.done_count
        self.note()

    def note(self) -> None:
        """Take over what was asked since."""
        self._cursor.spent_requests = self._requests + self.meter.requests
        self._cursor.spent_points = self._points + self.meter.points
