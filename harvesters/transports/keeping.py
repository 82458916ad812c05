"""A transport that asks nothing again of what was answered well, and not stored yet.

A page of a list may take hundreds of requests until it is stored. Where a limit, a fault or the
death of a worker stops a harvest in between, the next one would ask for all of it again. So each
answer is kept until the page that it belongs to is stored, and the next harvest, which asks the
same in the same order, is told what the last one was, as if it had never been stopped.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from harvesters.budget import Budget, Meter
from harvesters.forge import Answer
from harvesters.transports.budgeted import BudgetedTransport

MOST_NEW = 3
"""A harvest that begins otherwise than the last one asks for everything anew.

The repository itself, and how it pages, may have to be asked for before its lists.
"""


class AnswerBook(Protocol):
    """The answers to one source that are not stored yet."""

    def read(self) -> dict[str, Answer]:
        """What earlier harvests were told, by key."""

    def keep(self, key: str, answer: Answer) -> None:
        """Keep ``answer`` until the page is stored."""


class KeepingTransport:
    """``transport``, whose answers ``book`` keeps."""

    def __init__(self, transport: BudgetedTransport, book: AnswerBook) -> None:
        self._transport = transport
        self._book = book
        self._told: dict[str, Answer] | None = None
        self._new = 0

    @property
    def meter(self) -> Meter:
        """What was asked for."""
        return self._transport.meter

    def budget(self, kind: str) -> Budget | None:
        """What is known to be left for requests of this ``kind``."""
        return self._transport.budget(kind)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer as it was told to the last harvest, or a new one."""
        if self._told is None:
            self._told = self._book.read()
        key = _key(method, path, dict(params or {}), body, dict(headers or {}))
        if (told := self._told.pop(key, None)) is not None:
            self._new = MOST_NEW
            return told
        # What comes behind something new was never asked for, or is outdated by it.
        self._new += 1
        if self._new >= MOST_NEW:
            self._told = {}
        answer = self._transport.request(method, path, params=params, body=body, headers=headers)
        self._book.keep(key, answer)
        return answer


def _key(*asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
