"""Contributions of each kind, to try the default rule set on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from credits.core.inputs import Ruling, ScoredInput
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import ScoreResult, score_contributions
from tests.rule_sets import DEFAULT, LI, NOW, contribution

RULES = parse_rule_set(DEFAULT)
MONDAY = NOW - timedelta(days=56)
"""The first day of an ISO week, of a month of limits that holds four whole weeks."""
CONFIRMED = Ruling(is_endorsed=True)
WORKED = {"sizes": {"code": [40, 0]}}


def scored(*items: ScoredInput, now: datetime = NOW) -> Sequence[ScoreResult]:
    return score_contributions(items, RULES, now=now)


def points_of(*items: ScoredInput) -> float:
    return sum(result.points for result in scored(*items)) / 1000


def change(facts: dict[str, Any] | None = None, **said: Any) -> ScoredInput:
    return replace(contribution("change", facts=WORKED if facts is None else facts), **said)


def part(kind: str, role: str, state: str = "done", **facts: Any) -> ScoredInput:
    return contribution(kind, state, facts, (replace(LI, role=role),))


def claim(kind: str, amount: int, **facts: Any) -> ScoredInput:
    said = {"claim": kind, "amount": amount, **facts}
    return replace(contribution("claim", "open", said), ruling=CONFIRMED)


def release(place: str, **facts: Any) -> ScoredInput:
    return replace(contribution("release", "released", facts), repository_kind=place)


def days_of(items: Sequence[ScoredInput], first: datetime = MONDAY, apart: int = 1) -> Any:
    """``items``, each on a day of its own and under a number of its own."""
    return [
        replace(item, contribution=number, occurred_at=first + timedelta(days=apart * number))
        for number, item in enumerate(items)
    ]


def reasons(result: ScoreResult) -> list[tuple[str, int]]:
    return [(reason.rule, reason.points) for reason in result.reasons]
