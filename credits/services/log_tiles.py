"""The log's tiles in the database: reading them, and keeping the root of each full one."""

from collections.abc import Collection

from django.db import connection

from credits.core.merkle import root_hash
from credits.core.tiles import TILE_WIDTH, Tile, TiledTree, hashes_of
from credits.models import LogTile


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
