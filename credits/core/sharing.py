"""Divide a whole among people so that the parts add up again, in any order."""

from collections.abc import Sequence


def split(points: int, weights: Sequence[int]) -> list[int]:
    """Divide ``points`` (thousandths) by ``weights``, of which one at least is above zero.

    The parts sum to ``points`` exactly: each gets the whole thousandths of its share, and what
    is left goes to the largest fractions, among equal ones to the heavier, then to the first
    (largest-remainder method; docs/scoring.md, "Sharing").
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("shares need weights of at least zero that do not sum to zero")
    if len(weights) == 1:
        return [points]
    parts = [points * weight // total for weight in weights]
    left = points - sum(parts)
    if left == 0:
        return parts
    by_fraction = sorted(
        range(len(weights)),
        key=lambda index: (-(points * weights[index] % total), -weights[index], index),
    )
    for index in by_fraction[:left]:
        parts[index] += 1
    return parts
