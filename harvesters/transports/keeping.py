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
    """The answers to one source that are not stored yet, where the next worker finds them."""

    def read(self) -> dict[str, Answer]:
        """What earlier harvests were told, by key."""

    def keep(self, key: str, answer: Answer) -> None:
        """Keep ``answer`` until the page is stored."""

    def forget(self, key: str | None = None) -> None:
        """Keep the answer of ``key``, or any, no more."""


class KeptAnswers:
    """What one harvest was told: a part of it by ``book``, which the harvest goes on to write.

    An answer is written down when something else is asked for: until then it may be the one that
    the harvest cannot understand, and ends at, or asks for again.
    """

    def __init__(self, book: AnswerBook) -> None:
        self._book = book
        self._told: dict[str, Answer] | None = None
        self._last: tuple[str, Answer] | None = None
        self._asked = ""
        self._new = self._written = 0
        self._is_answered = False

    def told(self, key: str) -> Answer | None:
        """What the last harvest was told, once."""
        if key == self._asked:
            self._disbelieve_last()
        self._write_last()
        self._asked = key
        if self._told is None:
            self._told = self._book.read()
        answer = self._told.pop(key, None)
        self._is_answered = answer is not None
        # What comes behind something new was never asked for, or is outdated by it.
        self._new = MOST_NEW if answer is not None else self._new + 1
        if answer is None and self._new >= MOST_NEW:
            self._told = {}
        return answer

    def note(self, key: str, answer: Answer) -> None:
        """Keep ``answer`` as soon as something else is asked for."""
        self._is_answered = True
        self._last = (key, answer)

    def doubt(self) -> None:
        """The harvest ended with an error, which may be about what it was told.

        It is if its last request was answered. If it also came no further than the harvest before,
        it may stand before an answer that was kept too early: then all is asked for anew.
        """
        if self._is_answered and not self._written:
            self._book.forget()

    def _disbelieve_last(self) -> None:
        if self._last is None and self._is_answered:
            self._book.forget(self._asked)
        self._last = None

    def _write_last(self) -> None:
        if self._last is not None:
            self._book.keep(*self._last)
            self._last, self._written = None, self._written + 1


class KeepingTransport:
    """``transport``, whose answers are ``kept``."""

    def __init__(self, transport: BudgetedTransport, kept: KeptAnswers) -> None:
        self._transport = transport
        self.kept = kept

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
        key = _key(method, path, dict(params or {}), body, dict(headers or {}))
        told = self.kept.told(key)
        if told is not None:
            return told
        answer = self._transport.request(method, path, params=params, body=body, headers=headers)
        self.kept.note(key, answer)
        return answer


def _key(*asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
