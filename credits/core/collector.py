"""Python's garbage collector, which looks for circular garbage each time much was made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Do not look for circular garbage meanwhile: for work that makes much, and none of it.

    Without this the collector walks over all that is loaded again and again, which was half of
    the time of scoring 20,000 contributions.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
