"""A transport that asks nothing again of what was answered well, and not stored yet.

A page of a list may take hundreds of requests until it is stored. Where a limit, a fault or the
death of a worker stops a harvest in between, the next one would ask for all of it again. So each
answer is kept until the page that it belongs to is stored, and the next harvest, which asks the
same in the same order, is told what the last one was, as if it had never been stopped.

What is told must be of one moment: were a list asked for anew and the parts of its items told as
they were before, what happened to them in between would be lost. So the first answer that was kept
is told first, or none is; and none behind one that is new. The very first answer of a harvest,
what the repository is, is kept for as long as the sweep goes on.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from harvesters.budget import Budget, Meter
from harvesters.forge import Answer
from harvesters.transports.budgeted import BudgetedTransport

MOST_NEW = 3
"""So much may be asked for before what was kept: the repository itself, and how it pages."""


class AnswerBook(Protocol):
    """The answers to one source that are not stored yet, where the next worker finds them."""

    def read(self) -> dict[str, Answer | None]:
        """What earlier harvests were told, by key, in order; None is too large to be kept."""

    def keep(self, key: str, answer: Answer, *, is_opening: bool) -> None:
        """Keep ``answer`` until the page is stored, unless another one is kept of this key.

        One that ``is_opening`` is kept until the sweep ends.
        """

    def forget(self, keys: Collection[str]) -> None:
        """Keep the answers of ``keys`` no more."""


class KeptAnswers:
    """What one harvest was told: first, maybe, by ``book``, which it goes on to write.

    An answer is written down when something else is asked for: until then it may be the one that
    the harvest cannot understand, and ends at, or asks for again.
    """

    def __init__(self, book: AnswerBook) -> None:
        self._book = book
        self._untold: dict[str, Answer | None] | None = None
        self._unwritten: list[tuple[str, Answer]] = []
        self._first = self._asked = ""
        self._new = 0
        self._is_told = self._has_written = self._is_answered = False

    def told(self, key: str) -> Answer | None:
        """What the last harvest was told, once."""
        if self._untold is None:
            self._untold = self._book.read()
        if key == self._asked:
            self._disbelieve()
        self._first, self._asked = self._first or key, key
        answer = self._next(key, self._untold)
        if answer is None:
            self._new += 1
            first = next(iter(self._untold.values()), None)
            if self._is_told or first is None or self._new >= MOST_NEW:
                self._go_on_alone(self._untold)
        self._is_answered = answer is not None
        return answer

    def note(self, key: str, answer: Answer) -> None:
        """Keep ``answer`` as soon as something else is asked for."""
        self._is_answered = True
        self._unwritten.append((key, answer))

    def doubt(self) -> None:
        """The harvest ended with an error, which may be about what it was told.

        It is if its last request was answered. If it also came no further than the harvest before,
        it may stand before an answer that was kept too early: then all is asked for anew.
        """
        if self._is_answered and not self._has_written:
            self._book.forget(self._book.read())

    def _next(self, key: str, untold: dict[str, Answer | None]) -> Answer | None:
        if self._is_told or key == next(iter(untold), None):
            answer = untold.get(key)
            if answer is not None:
                self._is_told = True
                self._unwritten.clear()
                del untold[key]
            return answer
        return None

    def _disbelieve(self) -> None:
        """Of the same question, asked twice in a row, the first answer was of no use."""
        if self._unwritten and self._unwritten[-1][0] == self._asked:
            self._unwritten.pop()
        elif self._is_answered:
            self._book.forget([self._asked])

    def _go_on_alone(self, untold: dict[str, Answer | None]) -> None:
        """Nothing that was kept is told any more: what goes on from here is written down."""
        self._book.forget(untold)
        untold.clear()
        self._is_told = True
        for key, answer in self._unwritten:
            self._book.keep(key, answer, is_opening=key == self._first)
            self._has_written = True
        self._unwritten.clear()


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
