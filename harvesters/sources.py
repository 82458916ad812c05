"""From ``scheme:address`` to a forge that can be harvested; one line a forge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from harvesters.forge import Forge, ForgeError


class UnknownSourceError(ForgeError):
    """The source is not written as ``scheme:address`` with a scheme we know."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a kind of source is written, and how it is opened: (address, now) -> (forge, path)."""

    example: str
    open: Callable[[str, datetime], tuple[Forge, str]]


SCHEMES: Mapping[str, Scheme] = {}


def open_forge(source: str, *, now: datetime) -> tuple[Forge, str]:
    """The forge that ``source`` names, ready to ask, and the path to ask it for.

    Raises:
        UnknownSourceError: with the schemes that exist.
    """
    name, _, address = source.partition(":")
    scheme = SCHEMES.get(name)
    if scheme is None or not address:
        known = ", ".join(f"{key}:{one.example}" for key, one in SCHEMES.items())
        raise UnknownSourceError(f"'{source}' is no source we can read. Write one of: {known}")
    return scheme.open(address, now)
