"""Bands from a project's own history: where its small, middling and large work lies.

The limits are quantiles of effective lines; the points are those of the default rule set, because
no history tells what an hour is worth. A person decides what to do with the proposal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from credits.core.facts import Facts
from credits.core.points import decimal_points

QUANTILES = (25, 50, 75, 90)
FEWEST = 30
"""Of fewer contributions of a kind, quantiles are chance."""

POINTS: Mapping[str, Sequence[int]] = {
    "code": (1_000, 4_000, 8_000, 16_000, 24_000),
    "tests": (1_000, 2_000, 3_000, 6_000, 10_000),
    "docs": (500, 1_000, 2_000, 5_000, 10_000),
    "ci": (1_000, 2_000, 3_000, 6_000, 8_000),
}
"""Points (thousandths) up to each quantile and beyond the last, by kind of lines."""
OTHER_POINTS = (1_000, 2_000, 4_000, 6_000, 8_000)


@dataclass(frozen=True, slots=True)
class BandProposal:
    """Bands for one kind of lines; ``limits`` are empty where there is too little to tell."""

    kind: str
    count: int
    limits: tuple[int, ...]

    @property
    def is_enough(self) -> bool:
        return self.count >= FEWEST

    def as_toml(self) -> str:
        """The line to paste into a rule, or a comment that says why there is none."""
        if not self.is_enough:
            return f"# {self.kind}: {self.count} contributions, at least {FEWEST} are needed"
        points = POINTS.get(self.kind, OTHER_POINTS)
        steps = _growing(self.limits, points)
        written = ", ".join(f"[{limit}, {decimal_points(given)}]" for limit, given in steps)
        return (
            f"# {self.kind}: {self.count} contributions\n"
            f'bands = {{ of = "lines_{self.kind}", steps = [{written}],'
            f" more = {decimal_points(points[-1])} }}"
        )


def propose_bands(facts: Iterable[Facts], kinds: Iterable[str]) -> list[BandProposal]:
    """Bands for each of ``kinds`` of lines, from contributions whose largest part it is."""
    sizes: dict[str, list[int]] = {kind: [] for kind in kinds}
    for one in facts:
        lines = {kind: getattr(one, f"lines_{kind}") for kind in sizes}
        largest = max(lines, key=lambda kind: lines[kind])
        if lines[largest] > 0:
            sizes[largest].append(lines[largest])
    return [
        BandProposal(kind, len(found), quantiles(found) if len(found) >= FEWEST else ())
        for kind, found in sizes.items()
    ]


def quantiles(sizes: Sequence[int]) -> tuple[int, ...]:
    """Sizes that 25, 50, 75 and 90 of a hundred do not exceed (nearest rank)."""
    ordered = sorted(sizes)
    return tuple(ordered[-(-percent * len(ordered) // 100) - 1] for percent in QUANTILES)


def _growing(limits: Sequence[int], points: Sequence[int]) -> list[tuple[int, int]]:
    """Each limit once, with the most points that it is given: limits must grow."""
    return list(dict(zip(limits, points, strict=False)).items())
