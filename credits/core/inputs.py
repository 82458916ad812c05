"""What scoring is given: contributions as the forge told them, and what people decided on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Participant:
    """One person's part in a contribution: ``key`` names the participation.

    ``person`` is the same number for all accounts that one person proved to own; 0 stands for
    the account itself, which then is taken to be ``key``.
    """

    key: int
    role: str
    weight: int
    is_bot: bool
    person: int = 0


@dataclass(frozen=True, slots=True)
class Counting:
    """The contribution with which the same work counts, as people find it.

    ``is_patch`` is true where the work is known again by an identical patch, and not by commits.
    """

    contribution: int
    kind: str
    title: str
    url: str
    repository: str
    is_patch: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What people decided on a contribution, each with a reason that stands in the record.

    ``category`` replaces the kind of work, ``weights`` the shares by participation,
    ``withdrawn`` are participations that their owners took back, and ``pardoned`` the guards that
    a decision lifted.
    """

    is_endorsed: bool = False
    denied: str = ""
    category: str = ""
    weights: Mapping[int, int] = field(default_factory=dict)
    withdrawn: frozenset[int] = frozenset()
    pardoned: frozenset[str] = frozenset()


NO_RULING = Ruling()


@dataclass(frozen=True, slots=True)
class ScoredInput:
    """A contribution as the forge told it, with those who may earn by it.

    Work that counts already with another contribution says so in ``counts_with``.
    ``work_item`` is what `credits.core.work_items.work_item_of` gives: contributions with the
    same one are scored together; None stands alone. ``reverted_at`` is when it was taken back,
    ``is_sandbox`` whether the repository is one person's own without other contributors,
    ``is_direct`` whether a commit was pushed past everybody else, and ``counterpart`` the person
    whose work a review looked at.
    """

    contribution: int
    kind: str
    state: str
    title: str
    occurred_at: datetime
    facts: Mapping[str, Any]
    repository_kind: str
    participants: Sequence[Participant]
    counts_with: Counting | None = None
    repository: int = 0
    work_item: int | None = None
    reverted_at: datetime | None = None
    is_sandbox: bool = False
    is_direct: bool = False
    counterpart: int = 0
    ruling: Ruling = NO_RULING

    def weight_of(self, part: Participant) -> int:
        """What ``part`` shares by: nothing for a bot, and a ruling says it before the forge."""
        if part.is_bot:
            return 0
        told = self.ruling.weights
        return told.get(part.key, part.weight) if told else part.weight
