"""What a forge that is harvested holds, how it grows, and what must be known of it in the end."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from harvesters.forge import Forge
from harvesters.services.storing import record_digest
from tests.chaos.faults import ANY, GRAPHQL
from tests.chaos.pages import PAGES, Spoil, of
from tests.simulator import World

PATH = "lab/vision"

Item = tuple[str, str]
"""A contribution's kind and the forge's id of it; of a file, `FILE` and its path."""

FILE = "file"

Truth = Mapping[Item, str]
"""The digest of each item, as it must be stored."""

WIRE: Mapping[str, Spoil] = {name: of(fault) for name, fault in ANY.items()}
REST: Mapping[str, Spoil] = WIRE | PAGES
GRAPH: Mapping[str, Spoil] = WIRE | {name: of(fault) for name, fault in GRAPHQL.items()}


class History(Protocol):
    """One repository on one forge; the same seed tells the same story."""

    source: str
    faults: Mapping[str, Spoil]
    world: World
    tells_time: bool

    @property
    def least(self) -> int:
        """How many items there are at least, whatever an adapter may say."""

    def variables(self, url: str) -> Mapping[str, str]:
        """How a site is told where the forge is."""

    def now(self) -> datetime:
        """What time it is there."""

    def grow(self) -> None:
        """Bring new items and touch old ones, some of them in the same second."""

    def truth(self) -> Truth:
        """What must be known now."""


def read(forge: Forge, path: str = PATH) -> Truth:
    """What an adapter reads where nothing fails, and without a network."""
    found: dict[Item, str] = {}
    for page in forge.harvest(forge.find_repository(path), {}):
        assert not page.gaps, page.gaps
        found |= {(str(one.kind), one.external_id): record_digest(one) for one in page.records}
        for name, text in page.files.items():
            if text is not None:
                found[FILE, name] = hashlib.sha256(text.encode()).hexdigest()
    return found
