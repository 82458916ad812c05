"""Ends a worker that nobody reaches any more, so that it is started anew.

A worker whose broker died at the wrong moment counts a message as unanswered for ever, and then
takes no other (kombu's redis transport, with one message at a time). It lives, and does nothing.
But a tick comes every ten seconds, so that an idle worker which hears none is deaf.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sized

logger = logging.getLogger(__name__)

DEAF_AFTER_SECONDS = 45.0
LOOK_EVERY_SECONDS = 5.0


class Hearing:
    """When a worker heard something last, and whether it is ``busy`` with something."""

    def __init__(self, busy: Sized, clock: Callable[[], float] = time.monotonic) -> None:
        self._busy = busy
        self._clock = clock
        self._heard_at = clock()

    def heard(self, **_told: object) -> None:
        """A message came."""
        self._heard_at = self._clock()

    def is_deaf(self) -> bool:
        """Whether nothing came for long, though it has nothing to do."""
        if self._busy:
            self._heard_at = self._clock()
        return self._clock() - self._heard_at > DEAF_AFTER_SECONDS


def end_when_deaf(hearing: Hearing) -> None:
    """Look after ``hearing`` from a thread of its own, for the life of this process."""

    def watch() -> None:
        while not hearing.is_deaf():
            time.sleep(LOOK_EVERY_SECONDS)
        logger.critical(
            "No message for %d s, not even a tick: this worker ends, to be started anew.",
            DEAF_AFTER_SECONDS,
        )
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="hearing", daemon=True).start()
