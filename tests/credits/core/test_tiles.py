"""Tiles as C2SP tlog-tiles has them, and proofs from tiles that equal those from all leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.merkle import (
    HASH_BYTES,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
)
from credits.core.tiles import Tile, TiledTree, TileError, parse_tile, tile_at

LEAVES = [leaf_hash(b"%d" % number) for number in range(70_000)]
SIZES = st.one_of(st.integers(1, 1_100), st.integers(65_500, 70_000))


def levels():
    """The hashes of each level, by the definition of the specification."""
    every = [LEAVES]
    while len(every[-1]) >= 256:
        below = every[-1]
        whole = range(0, len(below) // 256 * 256, 256)
        every.append([root_hash(below[start : start + 256]) for start in whole])
    return every


LEVELS = levels()


def read(tiles):
    return {tile: b"".join(LEVELS[tile.level][tile.span.start : tile.span.stop]) for tile in tiles}


def test_a_tree_of_70_000_has_the_tiles_that_the_specification_counts():
    assert [len(level) for level in LEVELS] == [70_000, 273, 1]
    assert tile_at(0, 273, 70_000) == Tile(0, 273, 112)
    assert tile_at(1, 0, 70_000) == Tile(1, 0, 256)
    assert tile_at(1, 1, 70_000) == Tile(1, 1, 17)
    assert tile_at(2, 0, 70_000) == Tile(2, 0, 1)
    assert tile_at(1, 0, 256) == Tile(1, 0, 1)
    for level, index, size in ((0, 1, 256), (1, 0, 255), (3, 0, 70_000), (0, -1, 9)):
        with pytest.raises(TileError):
            tile_at(level, index, size)


@pytest.mark.parametrize(
    ("tile", "address"),
    [
        (Tile(0, 1_234_067), "0/x001/x234/067"),
        (Tile(0, 0), "0/000"),
        (Tile(1, 1_000, 17), "1/x001/000.p/17"),
        (Tile(63, 999, 255), "63/999.p/255"),
    ],
)
def test_an_address_is_spelled_as_the_specification_spells_it(tile, address):
    assert tile.address == address
    assert parse_tile(address) == tile


@pytest.mark.parametrize(
    "address",
    [
        "",
        "0",
        "0/0",
        "0/0000",
        "00/000",
        "64/000",
        "0/x000/001",
        "0/001/x234",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "-1/000",
        "0/٠٠٠",
        "0/000/",
        "0/000\n",
        "0/x001/x001/x001/x001/x001/x001/x001/000",
    ],
)
def test_no_other_spelling_is_an_address(address):
    with pytest.raises(TileError):
        parse_tile(address)


@given(SIZES, st.data())
def test_roots_and_proofs_from_tiles_are_those_from_all_leaves(size, data):
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(1, size))
    tree, leaves = TiledTree(size, read), LEAVES[:size]

    assert tree.root() == root_hash(leaves)
    assert tree.root(first) == root_hash(leaves[:first])
    assert tree.inclusion_proof(index) == inclusion_proof(leaves, index)
    assert tree.consistency_proof(first) == consistency_proof(leaves, first)


def test_a_proof_reads_few_tiles_however_large_the_tree_is():
    asked = []

    def counting(tiles):
        asked.append(len(tiles))
        return read(tiles)

    TiledTree(70_000, counting).inclusion_proof(300)
    TiledTree(70_000, counting).consistency_proof(4_711)

    assert len(asked) == 2
    assert max(asked) <= 6


def test_a_tile_that_is_missing_or_cut_short_is_no_proof():
    with pytest.raises(TileError, match=r"0/000\.p/9 is missing"):
        TiledTree(9, lambda _tiles: {}).root()
    with pytest.raises(TileError, match="another length"):
        TiledTree(9, lambda tiles: {tile: bytes(HASH_BYTES) for tile in tiles}).root()
    assert TiledTree(0, read).root() == root_hash([])
