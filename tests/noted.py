"""A payload that notes which of its fields are read, and copies of it that are spoilt there."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

Read = set[str]


class Noted(dict[str, Any]):
    """An object of JSON; what is read in it is noted as ``user.login``, ``labels[].name``."""

    def __init__(self, told: dict[str, Any], read: Read, below: str = "") -> None:
        self._read, self._below = read, below
        parts = {name: noted(part, read, f"{below}{name}") for name, part in told.items()}
        super().__init__(parts)

    def __getitem__(self, name: str) -> Any:
        self._read.add(f"{self._below}{name}")
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(f"{self._below}{name}")
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        self._read.update(f"{self._below}{name}" for name in super().__iter__())
        return super().__iter__()

    def keys(self) -> Any:
        return list(self)

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        return [self[name] for name in self]


def noted(told: Any, read: Read, path: str = "") -> Any:
    """``told``, each object of which is `Noted`."""
    if isinstance(told, dict):
        return Noted(told, read, f"{path}." if path else "")
    if isinstance(told, list):
        return [noted(part, read, f"{path}[]") for part in told]
    return told


def paths_of(told: Any, path: str = "") -> set[str]:
    """The paths of all fields in ``told``."""
    found: set[str] = set()
    if isinstance(told, dict):
        for name, part in told.items():
            here = f"{path}.{name}" if path else name
            found |= {here} | paths_of(part, here)
    elif isinstance(told, list):
        for part in told:
            found |= paths_of(part, f"{path}[]")
    return found


def found_at(told: Any, path: str) -> Any:
    """The first value at ``path``; raises `LookupError` where there is none."""
    *way, name = path.replace("[]", ".[]").split(".")
    for step in way:
        told = told[0] if step == "[]" else told[step]
    return told[name]


def spoilt(told: Any, path: str, value: Any) -> Any:
    """A copy of ``told`` with ``value`` at ``path``."""
    copy = deepcopy(told)
    *way, name = path.replace("[]", ".[]").split(".")
    below = copy
    for step in way:
        below = below[0] if step == "[]" else below[step]
    below[name] = value
    return copy
