"""A transparency log at an address, or as a folder of files: checkpoint, tiles and keys."""

from collections.abc import Collection

from credits.core.canonical import JsonError, parse_json
from credits.core.checkpoint import MAX_NOTE_BYTES
from credits.core.did import DidError, assertion_keys, did_web
from credits.core.merkle import HASH_BYTES
from credits.core.tiles import TILE_WIDTH, Tile
from credits.core.verify import MAX_BYTES
from credits.management.fetching import (
    UnreadableError,
    did_document_address,
    is_address,
    read_bytes,
)

TILE_BYTES = TILE_WIDTH * HASH_BYTES


class LogSource:
    """Reads what a log publishes; each tile once, and never more than a tile can hold."""

    def __init__(self, name: str) -> None:
        self._name = name.rstrip("/")
        self._tiles: dict[Tile, bytes] = {}

    def checkpoint(self) -> str:
        """The newest signed checkpoint.

        Raises:
            UnreadableError
        """
        where = f"{self._name}/checkpoint"
        data = read_bytes(where, MAX_NOTE_BYTES)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise UnreadableError(f"{where} is not a checkpoint.") from error

    def read(self, tiles: Collection[Tile]) -> dict[Tile, bytes]:
        """The hashes of ``tiles``; see `credits.core.tiles.Reader`.

        Raises:
            UnreadableError
        """
        for tile in tiles:
            if tile not in self._tiles:
                self._tiles[tile] = self._fetch(tile)
        return {tile: self._tiles[tile] for tile in tiles}

    def keys(self) -> list[bytes]:
        """The keys in the DID document of the site; in a folder it is called ``did.json``.

        Raises:
            UnreadableError: there is none, or it lists no key.
        """
        where = self._did_document()
        try:
            document = parse_json(read_bytes(where, MAX_BYTES), max_bytes=MAX_BYTES)
        except JsonError as error:
            raise UnreadableError(f"{where}: {error}.") from error
        keys = assertion_keys(document) if isinstance(document, dict) else []
        if not keys:
            raise UnreadableError(f"{where} lists no Ed25519 key.")
        return keys

    def _fetch(self, tile: Tile) -> bytes:
        try:
            return read_bytes(f"{self._name}/tile/{tile.address}", TILE_BYTES)
        except UnreadableError:
            # A partial tile may be gone once the full one is there (tlog-tiles, "Partial Tiles").
            if tile.width == TILE_WIDTH:
                raise
            whole = Tile(tile.level, tile.index)
            data = read_bytes(f"{self._name}/tile/{whole.address}", TILE_BYTES)
            return data[: tile.width * HASH_BYTES]

    def _did_document(self) -> str:
        if not is_address(self._name):
            return f"{self._name}/did.json"
        try:
            address = did_document_address(did_web(self._name.removesuffix("/log")))
        except DidError as error:
            raise UnreadableError(f"{self._name} is not the address of a log.") from error
        return address or ""
