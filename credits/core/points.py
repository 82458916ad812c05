"""Points: integer thousandths inside, decimals with at most three places outside."""

from decimal import Decimal

from credits.core.expressions import EvaluationError

THOUSAND = 1000
LARGEST_POINTS = 10**9
"""No single rule gives this much (in thousandths); more is a slip of the pen."""


def to_thousandths(value: float) -> int:
    """Points as integer thousandths, halves to even.

    Raises:
        EvaluationError: not a finite number that fits.
    """
    scaled = value * THOUSAND
    if not -LARGEST_POINTS < scaled < LARGEST_POINTS:
        raise EvaluationError("the points are not a sensible number")
    return round(scaled)


def decimal_points(points: int) -> str:
    """Thousandths as people read them: ``2500`` is ``2.5``."""
    return f"{(Decimal(points) / THOUSAND).normalize():f}"
