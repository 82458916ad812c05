"""Counting requests in fixed windows, so that a request costs one counter and not a history."""

import hashlib
import math
import time
from typing import NamedTuple

from django.core.cache import caches


class Count(NamedTuple):
    """How many came in the window that now runs, and in how many seconds it ends."""

    number: int
    seconds_left: int


def count_in_window(name: str, asker: str, *, seconds: int) -> Count:
    """Count one more request of ``asker``. Each process counts for itself."""
    window, elapsed = divmod(time.time(), seconds)
    counters = caches["counters"]
    # A forwarded address is what its sender wrote, of any length and with any characters.
    who = hashlib.sha256(asker.encode()).hexdigest()[:32]
    key = f"throttle:{name}:{who}:{int(window)}"
    counters.add(key, 0, timeout=seconds * 2)
    try:
        number = counters.incr(key)
    except ValueError:
        number = 1
    return Count(number, math.ceil(seconds - elapsed))
