"""Where the keys and values of a TOML text stand: ``tomllib`` does not say, and errors must point.

The text is known to be TOML with newlines of one character (TOML 1.0), so that nothing is checked
here; where this reader and the text should ever disagree, it stops, and positions are coarser.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value, such as ``("rules", 2, "when")``."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)')[ \t]*""")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:'{0,2})|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")
_QUOTES = re.compile(r"\"\"\"\n?|'''\n?|\"|'")
_CHARACTER = re.compile(r".", re.DOTALL)
_ESCAPED = re.compile(r"\\u.{4}|\\U.{8}|\\.|.", re.DOTALL)
_CONTINUED = re.compile(r"(?:\\[ \t]*\n[ \t\n]*)*")
"""A backslash at the end of a line: it and the spaces that follow stand for nothing."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Line and column, both from 1, of what stands in ``source``."""

    source: str
    keys: Mapping[Path, int]
    values: Mapping[Path, int]

    def of(self, path: Path) -> tuple[int, int]:
        """Where the value of ``path`` stands, or what should hold it, or the beginning."""
        return self.place(_nearest(self.values, path))

    def of_key(self, path: Path) -> tuple[int, int]:
        """Where the last name of ``path`` stands, or what should hold it, or the beginning."""
        return self.place(_nearest(self.keys, path))

    def inside(self, path: Path, count: int) -> tuple[int, int]:
        """Where character ``count`` of the text at ``path`` is written, escapes and all."""
        at = _nearest(self.values, path)
        quotes = _QUOTES.match(self.source, at)
        at = quotes.end() if quotes else at
        has_escapes = quotes is not None and quotes[0].startswith('"')
        patterns = (_ESCAPED, _CONTINUED) if has_escapes else (_CHARACTER,)
        for _ in range(count):
            for pattern in patterns:
                match = pattern.match(self.source, at)
                at = match.end() if match else at
        return self.place(at)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at ``offset``."""
        return (
            self.source.count("\n", 0, offset) + 1,
            offset - self.source.rfind("\n", 0, offset),
        )


def find_positions(source: str) -> Positions:
    """Where everything in ``source`` stands."""
    scanner = _Scanner(source)
    scanner.document()
    return Positions(source, scanner.keys, scanner.values)


def _nearest(found: Mapping[Path, int], path: Path) -> int:
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 0)


class _Scanner:
    """Walks the text once; ``at`` only grows."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.keys: dict[Path, int] = {}
        self.values: dict[Path, int] = {}
        self.last: dict[Path, int] = {}
        self.table: Path = ()

    def document(self) -> None:
        self.skip()
        while self.at < len(self.source):
            before = self.at
            if self.here == "[":
                self.header()
            else:
                self.entry(self.table)
            self.skip()
            self.move_on(before)

    def move_on(self, before: int) -> None:
        """Stop reading if nothing was read since ``before``."""
        if self.at == before:
            self.at = len(self.source)

    @property
    def here(self) -> str:
        return self.source[self.at : self.at + 1]

    def skip(self) -> None:
        """Pass spaces, newlines and comments."""
        self.take(_BLANK)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.source, self.at)
        if match:
            self.at = match.end()
        return match

    def header(self) -> None:
        start = self.at
        brackets = 2 if self.source.startswith("[[", start) else 1
        self.at += brackets
        path: Path = ()
        for name in self.names():
            path = (*path, *([self.last[path]] if path in self.last else []), name)
            self.mark(path, start, start)
        if brackets > 1:
            self.last[path] = self.last.get(path, -1) + 1
            path = (*path, self.last[path])
        self.mark(path, start, start)
        self.table = path
        self.at += brackets

    def mark(self, path: Path, key: int, value: int) -> None:
        self.keys.setdefault(path, key)
        self.values.setdefault(path, value)

    def names(self) -> list[str]:
        """The names of a key with dots; ``at`` stands behind them."""
        names = []
        while match := self.take(_KEY):
            bare, basic, literal = match.groups()
            names.append(bare or basic or literal or "")
            if self.here != ".":
                break
            self.at += 1
        return names

    def entry(self, table: Path) -> None:
        """One ``key = value``."""
        start = self.at
        path = table
        for name in self.names():
            path = (*path, name)
            self.mark(path, start, start)
        self.at += 1
        self.skip()
        self.value(path)

    def value(self, path: Path) -> None:
        self.values[path] = self.at
        if self.here == "[":
            index = iter(range(len(self.source)))
            self.several("]", lambda: self.value((*path, next(index))))
        elif self.here == "{":
            self.several("}", lambda: self.entry(path))
        elif not self.take(_STRING):
            self.take(_SCALAR)

    def several(self, end: str, read: Callable[[], None]) -> None:
        """What stands between brackets, with commas."""
        self.at += 1
        self.skip()
        while self.here not in {end, ""}:
            before = self.at
            read()
            self.skip()
            if self.here == ",":
                self.at += 1
                self.skip()
            self.move_on(before)
        self.at += 1
