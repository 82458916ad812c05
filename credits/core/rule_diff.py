"""What differs between two versions of a rule set: entry by entry, value by value.

Structures are compared, not lines: spaces, comments and the order of keys make no difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from credits.core.rule_writer import inline

NAMES = ("id", "name")
"""What an entry is known by, in this order; an entry without either is known by its place."""


class Difference(StrEnum):
    """What happened to an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value as it was and as it is, as TOML says it; "" where there was or is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What happened to one entry of ``table``; ``table`` is "" for what stands at the top."""

    table: str
    name: str
    what: Difference
    values: tuple[ValueChange, ...] = ()


def diff_rule_sets(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[EntryChange, ...]:
    """Everything that differs, in the order of ``after``; what was removed comes last."""
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(
        change for key in keys for change in _differences(key, before.get(key), after.get(key))
    )


def _differences(key: str, before: Any, after: Any) -> Iterator[EntryChange]:
    if _is_entries(before) and _is_entries(after) and (before or after):
        yield from _entries(key, before or [], after or [])
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        values = _values(before, after)
    else:
        values = _values({key: before}, {key: after})
    if values:
        yield EntryChange("", key, _what(before, after), values)


def _entries(
    table: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[EntryChange]:
    old, new = _named(before), _named(after)
    kept = [name for name in old if name in new]
    common = [name for name in new if name in old]
    blocks = SequenceMatcher(None, kept, common, autojunk=False).get_matching_blocks()
    in_place = {name for block in blocks for name in kept[block.a : block.a + block.size]}
    for name, entry in new.items():
        values = _values(old.get(name, {}), entry)
        if name not in old:
            yield EntryChange(table, name, Difference.ADDED, values)
        elif values:
            yield EntryChange(table, name, Difference.CHANGED, values)
        elif name not in in_place:
            yield EntryChange(table, name, Difference.MOVED)
    for name, entry in old.items():
        if name not in new:
            yield EntryChange(table, name, Difference.REMOVED, _values(entry, {}))


def _named(entries: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Entries by their names; a name that stands twice is told apart by a number."""
    named: dict[str, Mapping[str, Any]] = {}
    for place, entry in enumerate(entries, 1):
        found = next((entry[key] for key in NAMES if isinstance(entry.get(key), str)), "")
        name = found or f"#{place}"
        while name in named:
            name = f"{name} #{place}"
        named[name] = entry
    return named


def _values(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ValueChange, ...]:
    keys = [*after, *(key for key in before if key not in after)]
    told = ((key, words_of(before.get(key)), words_of(after.get(key))) for key in keys)
    return tuple(ValueChange(*value) for value in told if value[1] != value[2])


def words_of(value: Any) -> str:
    """A value as people compare it: a text without its quotation marks."""
    if value is None:
        return ""
    return value if isinstance(value, str) else inline(value)


def _is_entries(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)


def _what(before: Any, after: Any) -> Difference:
    if before is None:
        return Difference.ADDED
    return Difference.REMOVED if after is None else Difference.CHANGED
