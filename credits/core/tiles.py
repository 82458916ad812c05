"""The log's tree as tiles of 256 hashes (C2SP ``tlog-tiles``): roots and proofs from few of them.

A tile of level 0 holds leaf hashes; each hash of a higher level is the root of a full tile of the
level below. Whoever can read tiles, from a database or over the network, can prove everything.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from credits.core.merkle import (
    HASH_BYTES,
    MerkleError,
    consistency_spans,
    fold,
    inclusion_spans,
    perfect_subtrees,
    root_hash,
)

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
ADDRESS = re.compile(r"(\d{1,2})/((?:x\d{3}/){0,6}\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)


class TileError(MerkleError):
    """There is no such tile, or what was read is not it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """``width`` hashes side by side at ``level``; ``index`` counts full tiles to the left."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def address(self) -> str:
        """``level/index``, and ``.p/width`` if it is partial, as the specification spells it."""
        return f"{self.level}/{self.place}"

    @property
    def place(self) -> str:
        """The index in groups of three digits, and the width: the end of an address."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return path if self.width == TILE_WIDTH else f"{path}.p/{self.width}"

    @property
    def span(self) -> range:
        """Which hashes of its level it holds."""
        start = self.index * TILE_WIDTH
        return range(start, start + self.width)

    def is_in(self, size: int) -> bool:
        """Whether a tree of ``size`` leaves has all its hashes."""
        return self.span.stop <= size >> TILE_HEIGHT * self.level


Reader = Callable[[Collection[Tile]], Mapping[Tile, bytes]]
"""Answers each tile asked for with its hashes, one after the other."""


def parse_tile(address: str) -> Tile:
    """The tile that is called ``address``, which has one spelling.

    Raises:
        TileError
    """
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise TileError(f"{address[:80]!r} is not the address of a tile")
    level, groups, width = found.groups()
    index = int(groups.replace("x", "").replace("/", ""))
    tile = Tile(int(level), index, int(width) if width else TILE_WIDTH)
    if tile.address != address or tile.level > MAX_LEVEL or not 0 < tile.width <= TILE_WIDTH:
        raise TileError(f"{address[:80]!r} is not the address of a tile")
    return tile


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile at that place, as wide as a tree of ``size`` leaves has it."""
    present = (size >> TILE_HEIGHT * level) - index * TILE_WIDTH
    if index < 0 or present < 1:
        raise TileError(f"a tree of {size} leaves has no tile {level}/{index}")
    return Tile(level, index, min(present, TILE_WIDTH))


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


class TiledTree:
    """The tree over the first ``size`` leaves; each question reads its tiles at one go."""

    def __init__(self, size: int, read: Reader) -> None:
        self.size = size
        self._read = read

    def root(self, size: int | None = None) -> bytes:
        """The root, now or when there were ``size`` leaves."""
        (root,) = self.roots(self.size if size is None else size)
        return root

    def roots(self, *sizes: int) -> list[bytes]:
        """The roots when there were so many leaves."""
        return self._roots(map(range, sizes))

    def inclusion_proof(self, index: int) -> list[bytes]:
        """The audit path of leaf ``index``, from the leaf up."""
        return self._roots(inclusion_spans(index, self.size))

    def consistency_proof(self, first_size: int) -> list[bytes]:
        """What shows that the tree only grew since it had ``first_size`` leaves."""
        return self._roots(consistency_spans(first_size, self.size))

    def _roots(self, spans: Iterable[range]) -> list[bytes]:
        """The root over each span of leaves."""
        subtrees = [perfect_subtrees(span) for span in spans]
        wanted = {self._tile(*each) for one in subtrees for each in one}
        tiles = self._read(wanted) if wanted else {}
        for tile in wanted:
            if len(tiles.get(tile, b"")) != tile.width * HASH_BYTES:
                raise TileError(f"tile {tile.address} is missing or has another length")
        return [fold([self._node(tiles, *each) for each in one]) for one in subtrees]

    def _tile(self, height: int, index: int) -> Tile:
        """The tile in which the subtree is a hash, or the root of some."""
        level, inner = divmod(height, TILE_HEIGHT)
        return tile_at(level, index << inner >> TILE_HEIGHT, self.size)

    def _node(self, tiles: Mapping[Tile, bytes], height: int, index: int) -> bytes:
        inner = height % TILE_HEIGHT
        start = (index << inner) % TILE_WIDTH * HASH_BYTES
        data = tiles[self._tile(height, index)]
        return root_hash(hashes_of(data[start : start + (HASH_BYTES << inner)]))
