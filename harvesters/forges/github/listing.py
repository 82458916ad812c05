"""One page of a stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harvesters.forge import Gap
from harvesters.forges.github.nodes import Node


@dataclass(frozen=True, slots=True)
class Listing:
    """Its items, where the next page begins, and what stays hidden.

    An empty ``end`` ends the stream. ``hidden`` says why the item at a place, or a part of it, may
    not be seen.
    """

    items: Sequence[Node | None]
    end: str = ""
    hidden: Mapping[int, str] = field(default_factory=dict)
    gaps: Sequence[Gap] = ()
    seconds: float = 0.0
