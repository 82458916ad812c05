"""By what the items and the pages of a list are known again."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from harvesters.streams import Listing, Stream

BROKEN_PROMISES = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading raises where an item is not as the forge's description says."""


def mark_of(stream: Stream, item: Any) -> str:
    told = f"{stream.key(item)}\n{stream.updated_at(item).isoformat()}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def digest_of(stream: Stream, listing: Listing) -> str:
    """Which items a page holds, in whatever order it tells them."""
    names = "\n".join(sorted(name_of(stream, item) for item in listing.items))
    return hashlib.sha256(names.encode("utf-8", "replace")).hexdigest()[:16]


def last_of(stream: Stream, listing: Listing) -> str:
    """With which item a page ends; nothing, where that has no name."""
    with suppress(*BROKEN_PROMISES):
        name = stream.key(listing.items[-1])
        return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
    return ""


def name_of(stream: Stream, item: Any) -> str:
    try:
        return stream.key(item)[:200]
    except BROKEN_PROMISES:
        return "without a number"


def moments_of(of: Callable[[Any], datetime], listing: Listing) -> list[datetime]:
    """The moments of the items; one that does not tell becomes a gap when it is read."""
    moments = []
    for item in listing.items:
        with suppress(*BROKEN_PROMISES):
            moments.append(of(item).astimezone(UTC))
    return moments
