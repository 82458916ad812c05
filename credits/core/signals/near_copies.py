"""Near copies: code that is an earlier contribution of somebody else, whatever it calls things.

A sketch holds the 64 smallest hashes of the runs of nine tokens in a code, names taken off, in
rising order (`harvesters.sketches`). Candidates are found by three hashes in a row that both hold
among their first 32, so nothing is compared with everything: two codes that are 0.7 alike meet
with more than 99.8 %, unrelated ones (0.05) with 0.4 %.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credits.core.signals.items import (
    LEAST_ITEMS,
    MOST_EVIDENCE,
    AcceptedItem,
    Evidence,
    Ground,
    Names,
    Signal,
    named,
    share,
)

if TYPE_CHECKING:
    from credits.core.signals.survey import Survey

ALIKE = 0.7
"""From here on two sketches are those of near copies: of 400 functions whose names were all
changed 0.80 are found, of 40,460 unrelated pairs 30."""

NEAR_COPY_SHARE = 0.25
LEAST_COPIES = 3
IN_A_ROW, LOOKED_AT = 3, 32
SHORTEST_SKETCH, LONGEST_SKETCH = 16, 64
MOST_IN_A_BUCKET = 32
"""Of contributions that meet the earliest are compared: text that everybody has would be compared
with itself for ever."""

Bucket = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Copy:
    """The earlier contribution that one resembles most, whose it is, and how much."""

    original: int
    person: int
    similarity: float


def similarity(one: Sequence[int], other: Sequence[int]) -> float:
    """How much of two codes is common to both, from 0 to 1, as their sketches tell it.

    Of the 64 smallest hashes of both together, the share that both hold (bottom-k MinHash).
    """
    mine, theirs = set(one), set(other)
    sample = sorted(mine | theirs)[:LONGEST_SKETCH]
    return sum(run in mine and run in theirs for run in sample) / len(sample) if sample else 0.0


def find_copies(
    items: Sequence[AcceptedItem], elsewhere: Iterable[AcceptedItem] = ()
) -> dict[int, Copy]:
    """For each of ``items`` that nearly copies an earlier contribution of another, which one.

    What somebody wrote together with the author, or is named for in the commits, is no copy.
    """
    own = {item.key for item in items}
    others = (item for item in elsewhere if item.key not in own)
    ordered = sorted([*items, *others], key=lambda item: (item.occurred_at, item.key))
    buckets: dict[Bucket, list[AcceptedItem]] = {}
    copies = {}
    for item in ordered:
        mine = [buckets.setdefault(bucket, []) for bucket in buckets_of(item.sketch)]
        if item.key in own and (copy := _best(item, mine)) is not None:
            copies[item.key] = copy
        for bucket in mine:
            if len(bucket) < MOST_IN_A_BUCKET:
                bucket.append(item)
    return copies


def buckets_of(sketch: Sequence[int]) -> Iterator[Bucket]:
    """Where ``sketch`` meets others; one too short or too long to judge by meets none.

    The database has the same as an index: ``credits_sketch_buckets`` (migrations).
    """
    if SHORTEST_SKETCH <= len(sketch) <= LONGEST_SKETCH:
        first = sketch[:LOOKED_AT]
        yield from zip(first, first[1:], first[2:], strict=False)


def _best(item: AcceptedItem, buckets: Iterable[list[AcceptedItem]]) -> Copy | None:
    earlier = {one.key: one for bucket in buckets for one in bucket if _is_foreign(item, one)}
    found = [(similarity(item.sketch, one.sketch), -key, one) for key, one in earlier.items()]
    alike, _, original = max(found, default=(0.0, 0, item))
    return Copy(original.key, original.person, round(alike, 3)) if alike >= ALIKE else None


def _is_foreign(item: AcceptedItem, earlier: AcceptedItem) -> bool:
    together = {item.person, *item.co_authors, *item.written_by}
    return earlier.person not in together and item.person not in earlier.co_authors


def near_copy(
    _person: int, items: Sequence[AcceptedItem], survey: "Survey", names: Names
) -> Signal | None:
    """A good part of somebody's code resembles what others contributed before."""
    count = sum(bool(item.sketch) for item in items)
    copies: Mapping[int, Copy] = {
        item.key: survey.copies[item.key] for item in items if item.key in survey.copies
    }
    hits, value = len(copies), share(len(copies), count)
    if count < LEAST_ITEMS or hits < LEAST_COPIES or value < NEAR_COPY_SHARE:
        return None
    people = tuple(sorted({copy.person for copy in copies.values()}))
    en, zh = named(people, names)
    evidence = [Evidence(key, copy.original, copy.similarity) for key, copy in copies.items()]
    percent = round(ALIKE * 100)
    return Signal(
        "near_copy",
        Ground.CONTENT,
        value,
        NEAR_COPY_SHARE,
        hits,
        count,
        people,
        tuple(evidence[:MOST_EVIDENCE]),
        f"{hits} of {count} contributions with code are at least {percent} % alike, names of"
        f" variables aside, to earlier ones of others: {en}",
        f"{count} 项含代码的贡献中，{hits} 项（不计变量名）与他人更早的贡献"
        f"至少有 {percent}% 相似：{zh}",
    )
