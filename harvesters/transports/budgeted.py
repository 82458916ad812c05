"""A transport that asks only what its account's budget allows, and keeps the budget true."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from harvesters.budget import Budget, BudgetBook, Meter, is_worth_noting, kind_of
from harvesters.forge import Answer, ForgeBusyError, RateLimitError, Transport
from harvesters.transports.answers import told_budget


class BudgetedTransport:
    """``transport`` within the budget that ``book`` keeps for its account; ``meter`` counts."""

    def __init__(
        self, transport: Transport, book: BudgetBook, clock: Callable[[], datetime]
    ) -> None:
        self._transport = transport
        self._book = book
        self._clock = clock
        self.meter = Meter()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask, unless that has to wait: then `ForgeBusyError` says until when."""
        kind = kind_of(path)
        known = self._book.read(kind)
        self._check(known)
        self.meter.requests += 1
        try:
            answer = self._transport.request(
                method, path, params=params, body=body, headers=headers
            )
        except RateLimitError as limit:
            self._note(kind, known, Budget(self._clock(), wait_until=limit.retry_at))
            raise
        self.meter.points += answer.cost
        self.meter.seconds += answer.seconds
        told = told_budget(answer.headers, now=self._clock())
        if told is not None:
            self._note(kind, known, told)
        return answer

    def budget(self, kind: str) -> Budget | None:
        """What is known to be left for requests of this ``kind``."""
        return self._book.read(kind)

    def _check(self, known: Budget | None) -> None:
        until = known.waits_until(self._clock()) if known else None
        if until is not None:
            raise ForgeBusyError(
                f"{self._book.name} lets our account ask no more before "
                f"{until:%Y-%m-%d %H:%M:%S} UTC; the harvest goes on then.",
                retry_at=until,
            )

    def _note(self, kind: str, known: Budget | None, told: Budget) -> None:
        if is_worth_noting(known, told):
            self._book.note(kind, told)
