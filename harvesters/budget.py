"""What a forge still lets an account ask: state, the forge's word and the time in, state out. Pure.

Many workers share one account, and their answers arrive in any order. So what was told is merged
by rules that need no order: in one window the lowest remainder counts, a later window replaces
an earlier one, and of two waits the longer one holds.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

SAME_WINDOW = timedelta(seconds=15)
"""Ends of windows that lie closer together are one end: many forges tell them in seconds left."""

RESERVE_SHARE, LARGEST_RESERVE = 20, 50
"""A twentieth is left alone, at most 50: for answers on their way, and for people signing in."""

EVERY_REQUESTS = 20
EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """``remaining`` of ``limit`` requests until ``resets_at``; nothing before ``wait_until``.

    ``measured_at`` is when we heard of it last. No ``resets_at``: the forge told no window.
    """

    measured_at: datetime
    limit: int = 0
    remaining: int = 0
    resets_at: datetime | None = None
    wait_until: datetime | None = None

    @property
    def reserve(self) -> int:
        """How many requests are left alone."""
        return max(1, min(self.limit // RESERVE_SHARE, LARGEST_RESERVE))

    def waits_until(self, now: datetime) -> datetime | None:
        """When we may ask again; None if now."""
        is_low = self.remaining < self.reserve
        ends = (self.wait_until, self.resets_at if is_low else None)
        return max((end for end in ends if end is not None and end > now), default=None)


@dataclass(slots=True)
class Meter:
    """Counts what a forge was asked: requests, and what they took of our account's limit.

    Where a forge counts requests, each is a point; one that broke off and was repeated is one.
    """

    requests: int = 0
    points: int = 0
    seconds: float = 0.0


class BudgetBook(Protocol):
    """The budgets of one account, by kind of request; shared by all that use the account."""

    name: str

    def read(self, kind: str) -> Budget | None:
        """What is known of ``kind``."""

    def note(self, kind: str, told: Budget) -> None:
        """Merge what the forge ``told`` into it."""


def kind_of(path: str) -> str:
    """What a request counts as.

    GitHub counts GraphQL and searches apart from all else, Hugging Face files, by ``/resolve/``.
    """
    first = path.strip("/").partition("/")[0]
    if first in {"graphql", "search"}:
        return first
    return "resolve" if "/resolve/" in path else "rest"


def merge(kept: Budget | None, told: Budget) -> Budget:
    """Both together; the same twice, or in another order, changes nothing."""
    if kept is None:
        return told
    waits = [one.wait_until for one in (kept, told) if one.wait_until is not None]
    return replace(
        _window(kept, told),
        measured_at=max(kept.measured_at, told.measured_at),
        wait_until=max(waits, default=None),
    )


def _window(one: Budget, other: Budget) -> Budget:
    """The later window of both; of the same one, the least that was told of it."""
    end, other_end = one.resets_at, other.resets_at
    if end is None or other_end is None:
        return other if end is None else one
    if abs(end - other_end) > SAME_WINDOW:
        return one if end > other_end else other
    return replace(
        one,
        limit=max(one.limit, other.limit),
        remaining=min(one.remaining, other.remaining),
        resets_at=min(end, other_end),
    )


def is_worth_noting(kept: Budget | None, told: Budget) -> bool:
    """Whether others must hear of ``told`` now; not of each answer, or they would only write."""
    if kept is None or told.wait_until is not None:
        return True
    merged = _window(kept, told)
    if merged == kept:
        return False
    is_low = merged.remaining < 2 * merged.reserve
    is_late = told.measured_at - kept.measured_at >= EVERY
    is_new = merged.resets_at != kept.resets_at
    return is_low or is_late or is_new or kept.remaining - merged.remaining >= EVERY_REQUESTS
