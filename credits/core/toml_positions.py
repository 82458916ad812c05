"""Where the keys of a TOML text stand: ``tomllib`` does not say, and an error must point."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value, such as ``("rules", 2, "when")``."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]")
_KEY = re.compile(r"""^\s*([A-Za-z0-9_\-]+)\s*=\s*('''|\"\"\"|'|")?""")


@dataclass(frozen=True, slots=True)
class Positions:
    """Line and column, from 1, of the values found."""

    found: Mapping[Path, tuple[int, int]]

    def of(self, path: Path) -> tuple[int, int]:
        """Where ``path`` stands, or what holds it, or the beginning."""
        while path and path not in self.found:
            path = path[:-1]
        return self.found.get(path, (1, 1))


def find_positions(lines: Sequence[str]) -> Positions:
    """Read the headers and keys in ``lines``, which are known to be TOML."""
    found: dict[Path, tuple[int, int]] = {}
    seen: Counter[str] = Counter()
    table: Path = ()
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = _table(header[1], header[2], seen)
            found[table] = (number, header.start(1) + 1)
        elif key := _KEY.match(line):
            found[(*table, key[1])] = (number, key.end() + 1)
    return Positions(found)


def _table(brackets: str, name: str, seen: Counter[str]) -> Path:
    parts = name.split(".")
    if brackets == "[[":
        seen[name] += 1
        return (*parts, seen[name] - 1)
    path: list[str | int] = []
    for index, part in enumerate(parts):
        path.append(part)
        count = seen[".".join(parts[: index + 1])]
        if count and index < len(parts) - 1:
            path.append(count - 1)
    return tuple(path)
