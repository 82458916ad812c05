"""Statistical signals: what in a history asks for a second look. They never change a number.

A signal is a share or a count above a threshold, over at least so many contributions, in one
project and 180 days. One alone says nothing: only two of different grounds open a review, and a
person decides there (docs/scoring.md, "Signals"). There is no guess about tools, no graph rank.
"""

from collections.abc import Callable, Mapping, Sequence

from credits.core.signals.acceptance import one_hand, one_house, reciprocity
from credits.core.signals.attribution import author_mismatch, fixed_company
from credits.core.signals.bursts import burst
from credits.core.signals.items import (
    AcceptedItem,
    Evidence,
    Ground,
    Names,
    Signal,
    few_a_day,
)
from credits.core.signals.near_copies import near_copy
from credits.core.signals.survey import Survey, survey_of

__all__ = [
    "GROUNDS",
    "WINDOW_DAYS",
    "AcceptedItem",
    "Evidence",
    "Ground",
    "Signal",
    "Survey",
    "asks_for_review",
    "find_signals",
    "survey_of",
]

WINDOW_DAYS = 180

Finder = Callable[[int, Sequence[AcceptedItem], Survey, Names], Signal | None]

FINDERS: Mapping[str, Finder] = {
    "reciprocity": reciprocity,
    "one_hand": one_hand,
    "one_house": one_house,
    "fixed_company": fixed_company,
    "near_copy": near_copy,
    "burst": burst,
    "author_mismatch": author_mismatch,
}
"""Each signal by its name, in the order in which a page shows them."""

GROUNDS: Mapping[str, Ground] = {
    "reciprocity": Ground.COMPANY,
    "one_hand": Ground.COMPANY,
    "one_house": Ground.COMPANY,
    "fixed_company": Ground.COMPANY,
    "near_copy": Ground.CONTENT,
    "burst": Ground.TIME,
    "author_mismatch": Ground.ATTRIBUTION,
}
"""What each signal rests on. One honest circumstance may explain all signals of a ground: a small
team reviews itself, by few hands, of one house, in pairs. None explains two grounds: what was
accepted in one go, by whoever worked it off, is a matter of time, so company counts few a day."""


def find_signals(
    person: int,
    survey: Survey,
    names: Names,
    *,
    settled: frozenset[int] = frozenset(),
    off: frozenset[str] = frozenset(),
) -> tuple[Signal, ...]:
    """The signals that speak for a look at the accepted contributions of ``person``.

    ``settled`` are contributions that were decided on before: nobody is asked about them again.
    ``off`` names signals that are switched off.
    """
    items = [item for item in survey.items.get(person, ()) if item.key not in settled]
    few = few_a_day(items)
    found = (
        finder(person, few if GROUNDS[name] is Ground.COMPANY else items, survey, names)
        for name, finder in FINDERS.items()
        if name not in off
    )
    return tuple(signal for signal in found if signal is not None)


def asks_for_review(signals: Sequence[Signal]) -> bool:
    """Whether two of ``signals`` at least stand on different grounds."""
    return len({signal.ground for signal in signals}) > 1
