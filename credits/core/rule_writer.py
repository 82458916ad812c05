"""A rule set as a plain structure, and that structure as TOML text: what a form edits.

What is written reads back as the same structure. Comments are not part of it and are lost; who
wants to keep them edits the text. Whatever tables a rule set has are written, known here or not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from credits.core.problems import Problem, SourceError
from credits.core.rule_entries import LONGEST_SOURCE
from credits.core.rules import RuleSetError
from credits.core.toml_positions import Path, find_positions
from credits.core.toml_reader import TomlReader

INLINE = frozenset({"title", "description"})
"""Tables that stand in one line at the top; others get a heading of their own."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\]')


@dataclass(frozen=True, slots=True)
class Written:
    """TOML text, and what stands in each of its lines."""

    text: str
    paths: tuple[Path, ...]

    def path_of(self, problem: Problem) -> Path:
        """What in the structure ``problem`` is about; () for the whole of it."""
        index = problem.line - 1
        whole = self.paths[index] if index < len(self.paths) else ()
        found = find_positions(self.text).values
        before = self.text.split("\n", problem.line)[: problem.line - 1]
        at = sum(len(line) + 1 for line in before) + problem.column - 1
        inside = [path for path in found if path[: len(whole)] == whole and found[path] <= at]
        return max(inside, key=lambda path: found[path], default=whole) if whole else whole


class _Structure(TomlReader):
    error: ClassVar[type[SourceError]] = RuleSetError


def read_structure(source: str) -> dict[str, Any]:
    """What ``source`` says, whether or not it is a sound rule set; fractions are decimals.

    Raises:
        RuleSetError: it is not TOML.
    """
    return _Structure(source, LONGEST_SOURCE).data


def write_rule_set(structure: Mapping[str, Any]) -> Written:
    """``structure`` as TOML, one value a line."""
    lines = list(_document(structure))
    return Written("".join(f"{line}\n" for line, _ in lines), tuple(path for _, path in lines))


def inline(value: Any) -> str:
    """One value as TOML writes it within a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        written = str(value)
        return written if re.search(r"[.EeN]", written) else f"{written}.0"
    if isinstance(value, Mapping):
        parts = ", ".join(f"{_key(key)} = {inline(part)}" for key, part in value.items())
        return f"{{ {parts} }}" if parts else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(inline(part) for part in value)}]"
    return str(value)


def _document(structure: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    tables = {key for key, value in structure.items() if _is_table(key, value)}
    for key, value in structure.items():
        if key not in tables:
            yield f"{_key(key)} = {inline(value)}", (key,)
    for key, value in structure.items():
        if key not in tables:
            continue
        if isinstance(value, Mapping):
            yield from _table(f"[{_key(key)}]", value, (key,))
            continue
        for index, entry in enumerate(value):
            yield from _table(f"[[{_key(key)}]]", entry, (key, index))


def _table(heading: str, entry: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    yield "", path
    yield heading, path
    for key, value in entry.items():
        yield f"{_key(key)} = {inline(value)}", (*path, key)


def _is_table(key: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return key not in INLINE
    return isinstance(value, list) and bool(value) and all(isinstance(e, Mapping) for e in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _escaped(name)


def _quoted(text: str) -> str:
    """In apostrophes where that saves escapes: conditions are full of quotation marks."""
    has_escapes = '"' in text or "\\" in text
    if has_escapes and "'" not in text and not _CONTROL.search(text):
        return f"'{text}'"
    return _escaped(text)


def _escaped(text: str) -> str:
    return f'"{_TO_ESCAPE.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"
