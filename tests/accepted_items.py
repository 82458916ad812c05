"""Accepted contributions for signals: plain, one a day, by whom and through whom a test says."""

import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from credits.core.signals import AcceptedItem

BEGUN = datetime(2026, 6, 1, 8, tzinfo=UTC)
NAMES = {1: "li", 2: "wang", 3: "sun", 4: "zhao", 5: "qian", 6: "zhou"}
KEYS = count(1)


def item(person: int, *accepted_by: int, day: int = 0, **more: Any) -> AcceptedItem:
    """A contribution of ``person`` that ``accepted_by`` accepted, ``day`` days after the first."""
    return AcceptedItem(
        **{
            "key": next(KEYS),
            "person": person,
            "project": 1,
            "repository": 1,
            "occurred_at": BEGUN + timedelta(days=day),
            "accepted_by": accepted_by,
            **more,
        }
    )


def items(number: int, person: int, *accepted_by: int, **more: Any) -> list[AcceptedItem]:
    """``number`` contributions alike, a day apart."""
    return [item(person, *accepted_by, day=day, **more) for day in range(number)]


def others(number: int = 20, *accepted_by: int) -> list[AcceptedItem]:
    """What other people contributed, each one thing, accepted by 9 where nobody is named."""
    return [
        item(100 + one, *(accepted_by or (9,)), day=one % 30, sketch=()) for one in range(number)
    ]


def runs(code: int, count: int = 150) -> frozenset[int]:
    """The hashes of the runs of a code: ``code`` says of which."""
    chance = random.Random(code)
    return frozenset(chance.randrange(2**32) for _ in range(count))


def changed(code: frozenset[int], alike: float, seed: int = 1) -> frozenset[int]:
    """Another code, which has so much of all runs of both in common with ``code``."""
    chance = random.Random(seed)
    kept = round(2 * alike * len(code) / (1 + alike))
    own = sorted(code)
    chance.shuffle(own)
    new = (chance.randrange(2**32) for _ in range(len(code) - kept))
    return frozenset(own[:kept]).union(new)


def sketch(code: frozenset[int]) -> tuple[int, ...]:
    """As `harvesters.sketches` draws it: the 64 smallest."""
    return tuple(sorted(code)[:64])
