"""What a witness decides: whether a log only grew since it was last seen."""

from enum import StrEnum

from credits.core.checkpoint import Checkpoint
from credits.core.merkle import verify_consistency
from credits.core.tiles import Reader, TiledTree, TileError


class Growth(StrEnum):
    """What became of a log; only the first three are as it should be."""

    FIRST = "first"
    SAME = "same"
    GREW = "grew"
    OTHER_LOG = "other_log"
    SHRANK = "shrank"
    FORKED = "forked"
    DAMAGED = "damaged"

    @property
    def is_honest(self) -> bool:
        """Whether the new checkpoint may be cosigned."""
        return self in {Growth.FIRST, Growth.SAME, Growth.GREW}


def growth(seen: Checkpoint | None, offered: Checkpoint, read: Reader) -> Growth:
    """Compare what a log says now with what it said before; ``read`` reads its tiles.

    The tiles must give the root that the log signed, or the log is damaged. If they do, and do
    not give the root that was seen, the log has two pasts.
    """
    if seen is not None:
        if seen.origin != offered.origin:
            return Growth.OTHER_LOG
        if offered.tree_size < seen.tree_size:
            return Growth.SHRANK
        if offered.tree_size == seen.tree_size:
            return Growth.SAME if offered == seen else Growth.FORKED
    return _grown(seen, offered, read)


def _grown(seen: Checkpoint | None, offered: Checkpoint, read: Reader) -> Growth:
    tree = TiledTree(offered.tree_size, read)
    try:
        if tree.root() != offered.root_hash:
            return Growth.DAMAGED
        if seen is None or seen.tree_size == 0:
            return Growth.FIRST if seen is None else Growth.GREW
        proof = tree.consistency_proof(seen.tree_size)
        if _is_consistent(seen, offered, proof):
            return Growth.GREW
        # Tiles that lead to the signed root at this size, and show another past, are the log's own
        # word; tiles that do not are damaged.
        own = Checkpoint(seen.origin, seen.tree_size, tree.root(seen.tree_size))
        return Growth.FORKED if _is_consistent(own, offered, proof) else Growth.DAMAGED
    except TileError:
        return Growth.DAMAGED


def _is_consistent(first: Checkpoint, second: Checkpoint, proof: list[bytes]) -> bool:
    return verify_consistency(
        first.tree_size, second.tree_size, first.root_hash, second.root_hash, proof
    )
