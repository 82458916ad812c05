"""The log's tiles in the database: reading them, and keeping the root of each full one."""

from collections.abc import Collection

from django.db import connection

from credits.core.log import leaf_bytes
from credits.core.merkle import root_hash
from credits.core.tiles import TILE_WIDTH, Tile, TiledTree, hashes_of, parse_tile
from credits.models import Checkpoint, LogEntry, LogTile

ENTRIES = "entries/"
LENGTH_BYTES = 2


def log_tree(size: int) -> TiledTree:
    """The tree over the first ``size`` entries."""
    return TiledTree(size, read_tiles)


def read_tiles(tiles: Collection[Tile]) -> dict[Tile, bytes]:
    """The hashes of ``tiles``, in one query; of what is not there, there are fewer."""
    wanted = list(tiles)
    with connection.cursor() as sql:
        sql.execute(
            _TILES,
            [
                [tile.level for tile in wanted],
                [tile.span.start for tile in wanted],
                [tile.span.stop for tile in wanted],
            ],
        )
        return {wanted[place - 1]: bytes(data) for place, data in sql.fetchall()}


def close_tiles(size: int) -> None:
    """Keep the roots of the tiles that the entry just appended, the ``size``-th, filled."""
    level = 0
    while size and size % TILE_WIDTH == 0:
        size //= TILE_WIDTH
        tile = Tile(level, size - 1)
        root = root_hash(hashes_of(read_tiles([tile])[tile]))
        LogTile.objects.create(level=level, index=tile.index, root_hash=root.hex())
        level += 1


def published_tile(address: str) -> bytes | None:
    """The tile, or the bundle of entries, at ``address``; None unless a checkpoint covers it.

    Raises:
        TileError: nothing is ever called that.
    """
    is_bundle = address.startswith(ENTRIES)
    tile = parse_tile(f"0/{address.removeprefix(ENTRIES)}" if is_bundle else address)
    newest = Checkpoint.objects.first()
    if newest is None or not tile.is_in(newest.tree_size):
        return None
    if is_bundle:
        return _bundle(tile)
    data = read_tiles([tile]).get(tile, b"")
    return data if len(hashes_of(data)) == tile.width else None


def _bundle(tile: Tile) -> bytes:
    """The leaves of a tile of level 0, each after its length."""
    entries = LogEntry.objects.filter(index__gte=tile.span.start, index__lt=tile.span.stop)
    leaves = [
        leaf_bytes(entry.kind, entry.body_digest, bytes.fromhex(entry.salt))
        for entry in entries.order_by("index")
    ]
    return b"".join(len(leaf).to_bytes(LENGTH_BYTES, "big") + leaf for leaf in leaves)


_TILES = """
SELECT place, string_agg(decode(hash, 'hex'), '' ORDER BY position)
FROM unnest(%s::int[], %s::bigint[], %s::bigint[])
    WITH ORDINALITY AS wanted (level, first, past, place)
CROSS JOIN LATERAL (
    SELECT entry.index AS position, entry.leaf_hash AS hash FROM credits_logentry entry
    WHERE wanted.level = 0 AND entry.index >= wanted.first AND entry.index < wanted.past
    UNION ALL
    SELECT tile.index, tile.root_hash FROM credits_logtile tile
    WHERE tile.level = wanted.level - 1
        AND tile.index >= wanted.first AND tile.index < wanted.past) hashes
GROUP BY place
"""
