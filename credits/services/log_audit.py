"""Whether the log is what was signed: each entry, each tile and each checkpoint, from the start.

Whoever may write to the database can change rows, but cannot sign: the checkpoints tell. They
cannot tell when the signing key was stolen as well; then witnesses can, who kept older ones.
"""

from collections.abc import Iterator
from itertools import count

from django.utils.translation import gettext as _

from credits.core.checkpoint import CheckpointError, verify_checkpoint_by_any
from credits.core.log import leaf_bytes
from credits.core.merkle import Frontier, leaf_hash, root_hash
from credits.core.tiles import TILE_WIDTH
from credits.models import Checkpoint, LogEntry, LogTile
from credits.services.log import log_keys

CHUNK = 2_000
LONGEST_SEARCH = 2_000
"""Entries between two checkpoints among which one that was slipped in is looked for: squared."""

LogFault = tuple[str, str]
"""What is at fault, and what was found."""


def verify_log() -> Iterator[LogFault]:
    """Everything that is wrong with the log: it names entries, tiles and checkpoints."""
    audit = _Audit()
    for entry in LogEntry.objects.order_by("index").iterator(chunk_size=CHUNK):
        yield from audit.look_at(entry)
    yield from audit.end()


class _Audit:
    """A walk along the log, in memory that grows with its tiles only."""

    def __init__(self) -> None:
        self._tree = Frontier()
        self._next = 0
        self._is_gapless = True
        self._tile: list[bytes] = []
        self._tiles: list[bytes] = []
        self._keys = log_keys()
        self._checkpoints = Checkpoint.objects.order_by("tree_size").iterator(chunk_size=CHUNK)
        self._due = next(self._checkpoints, None)
        # The tree at the last checkpoint that agreed, and the leaves since.
        self._agreed = self._tree.copy()
        self._since: list[bytes] = []
        self._differing: Checkpoint | None = None
        self._differing_count = 0

    def look_at(self, entry: LogEntry) -> Iterator[LogFault]:
        """The next entry, and the checkpoint that was signed right after it."""
        if entry.index != self._next:
            self._is_gapless = False
            yield _missing(self._next, entry.index - 1)
        self._next = entry.index + 1
        leaf = leaf_bytes(entry.kind, entry.body_digest, bytes.fromhex(entry.salt))
        if leaf_hash(leaf).hex() != entry.leaf_hash:
            yield _("entry %(index)d") % {"index": entry.index}, _("was altered")
        if self._is_gapless:
            self._grow(bytes.fromhex(entry.leaf_hash))
            yield from self._compare()

    def end(self) -> Iterator[LogFault]:
        """What is left at the end of the log."""
        if self._is_gapless:
            yield from self._explain()
            if self._due is not None:
                yield _missing(self._tree.size, self._largest() - 1)
        yield from self._compare_tiles()

    def _grow(self, leaf: bytes) -> None:
        self._tree.append(leaf)
        self._tile.append(leaf)
        if len(self._tile) == TILE_WIDTH:
            self._tiles.append(root_hash(self._tile))
            self._tile.clear()
        if len(self._since) <= LONGEST_SEARCH:
            self._since.append(leaf)

    def _compare(self) -> Iterator[LogFault]:
        due = self._due
        if due is None or due.tree_size != self._tree.size:
            return
        self._due = next(self._checkpoints, None)
        yield from self._check_signature(due)
        if due.root_hash != self._tree.root().hex():
            self._differing = self._differing or due
            self._differing_count += 1
        elif self._differing is None:
            self._agreed, self._since = self._tree.copy(), []

    def _check_signature(self, checkpoint: Checkpoint) -> Iterator[LogFault]:
        try:
            signed = verify_checkpoint_by_any(checkpoint.note, self._keys)
        except CheckpointError as error:
            yield _named(checkpoint), _("is not signed: %(error)s") % {"error": error}
            return
        if (signed.tree_size, signed.root_hash.hex()) != (
            checkpoint.tree_size,
            checkpoint.root_hash,
        ):
            yield _named(checkpoint), _("is not what was signed")

    def _explain(self) -> Iterator[LogFault]:
        """Name the entry that makes the first checkpoint differ, or those among which it is."""
        differing = self._differing
        if differing is None:
            return
        found = _("differs (%(count)d in all)") % {"count": self._differing_count}
        yield _named(differing), found
        first, last = self._agreed.size, differing.tree_size - 1
        inserted = self._inserted(differing)
        if inserted is not None:
            yield (
                _("entry %(index)d") % {"index": inserted},
                _("was put in after checkpoint %(size)d was signed")
                % {"size": differing.tree_size},
            )
            return
        yield (
            _("entries %(first)d to %(last)d") % {"first": first, "last": last},
            _("one of them was exchanged, put in or taken out after it was signed"),
        )

    def _inserted(self, differing: Checkpoint) -> int | None:
        """The entry without which the log is what was signed, if there is one."""
        size = differing.tree_size - self._agreed.size
        if size >= min(len(self._since), LONGEST_SEARCH):
            return None
        before = self._agreed.copy()
        for place in range(size):
            tree = before.copy()
            for leaf in self._since[place + 1 : size + 1]:
                tree.append(leaf)
            if tree.root().hex() == differing.root_hash:
                return self._agreed.size + place
            before.append(self._since[place])
        return None

    def _largest(self) -> int:
        return Checkpoint.objects.order_by("-tree_size").values_list("tree_size", flat=True)[0]

    def _compare_tiles(self) -> Iterator[LogFault]:
        """Every full tile is kept, and is that of its entries."""
        if not self._is_gapless:
            return
        roots = self._tiles
        for level in count():
            rows = LogTile.objects.filter(level=level).values_list("index", "root_hash")
            stored = dict(rows)
            for index, root in enumerate(roots):
                if stored.pop(index, None) != root.hex():
                    yield _tile_named(level, index), _("is not that of its entries")
            for index in stored:
                yield _tile_named(level, index), _("is of no entries")
            whole = range(0, len(roots) // TILE_WIDTH * TILE_WIDTH, TILE_WIDTH)
            roots = [root_hash(roots[start : start + TILE_WIDTH]) for start in whole]
            if not roots and not stored:
                return


def _missing(first: int, last: int) -> LogFault:
    if first == last:
        return _("entry %(index)d") % {"index": first}, _("is missing")
    return _("entries %(first)d to %(last)d") % {"first": first, "last": last}, _("are missing")


def _named(checkpoint: Checkpoint) -> str:
    return _("checkpoint %(size)d") % {"size": checkpoint.tree_size}


def _tile_named(level: int, index: int) -> str:
    return _("tile %(level)d/%(index)d") % {"level": level, "index": index}
