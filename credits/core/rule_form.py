"""A rule set as the fields of a form, and those fields as a rule set again.

Every value is shown as text, in the fields of `credits.core.rule_fields`. Keys that no field shows
are kept as TOML in one of their own.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from credits.core.problems import Problem, pointed
from credits.core.rule_fields import REST, TABLES, TOP, FieldSpec, from_text, to_text
from credits.core.rule_writer import inline


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field; ``place`` is the line with a caret below it, if that helps."""

    message: str
    place: str = ""


@dataclass(slots=True)
class Entry:
    """One guard, rule or case in the form; one that is not ``on`` is left out of the rule set."""

    values: dict[str, str]
    on: bool = True
    errors: dict[str, list[FieldError]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.values.get("id") or self.values.get("name") or ""


@dataclass(slots=True)
class RuleForm:
    """A whole rule set in the form; ``top`` is what stands above its tables."""

    top: Entry
    tables: dict[str, list[Entry]]

    def structure(self) -> dict[str, Any]:
        """What the form says, without what is switched off."""
        structure = _structure_of(self.top, TOP)
        for table, entries in self.tables.items():
            kept = [_structure_of(entry, TABLES[table]) for entry in entries if entry.on]
            if kept:
                structure[table] = kept
        return structure

    def kept(self, table: str) -> list[Entry]:
        """The entries of ``table`` that are in the rule set, in its order."""
        return [entry for entry in self.tables[table] if entry.on]

    def add(self, table: str) -> None:
        """One more entry, empty."""
        self.tables[table].append(Entry({}))

    def remove(self, table: str, place: int) -> None:
        if 0 <= place < len(self.tables[table]):
            del self.tables[table][place]

    def move(self, table: str, place: int, by: int) -> None:
        """One entry up or down; at the end of the list it stays."""
        entries = self.tables[table]
        if 0 <= place < len(entries) and 0 <= place + by < len(entries):
            entries.insert(place + by, entries.pop(place))

    @property
    def has_errors(self) -> bool:
        entries = (entry for found in self.tables.values() for entry in found)
        return any(entry.errors for entry in (self.top, *entries))

    def add_problem(self, path: Sequence[str | int], problem: Problem) -> bool:
        """Put ``problem`` beside the field it is about; False if the form has no such field."""
        entry, specs, names = self.top, TOP, tuple(map(str, path))
        if len(path) > 1 and path[0] in self.tables and isinstance(path[1], int):
            entry = self.kept(str(path[0]))[path[1]]
            specs, names = TABLES[str(path[0])], names[2:]
        if not names and entry is self.top:
            return False
        place = pointed(problem.source_line, problem.column) if problem.source_line else ""
        error = FieldError(problem.message, place)
        entry.errors.setdefault(_field_of(names, specs), []).append(error)
        return True


def form_of(structure: Mapping[str, Any], others: Mapping[str, Any] | None = None) -> RuleForm:
    """The form of a rule set; entries that only ``others`` has are shown switched off."""
    top = {key: value for key, value in structure.items() if key not in TABLES}
    form = RuleForm(Entry(_values_of(top, TOP)), {})
    for table, specs in TABLES.items():
        form.tables[table] = [
            Entry(_values_of(entry, specs)) for entry in _entries(structure, table)
        ]
        known = {entry.name for entry in form.tables[table]}
        off = (Entry(_values_of(entry, specs), on=False) for entry in _entries(others or {}, table))
        form.tables[table] += [entry for entry in off if entry.name not in known]
    return form


def _entries(structure: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    found = structure.get(table, [])
    entries = found if isinstance(found, list) else [found]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _field_of(names: Sequence[str], specs: Iterable[FieldSpec]) -> str:
    """The field that holds what ``names`` lead to; "" for the entry as a whole."""
    fields = [spec.name for spec in specs]
    exact = ".".join(names)
    if exact in fields or not names:
        return exact
    nearest = [name for name in fields if exact.startswith(f"{name}.")]
    inside = [name for name in fields if name.split(".")[0] == names[0]]
    return (*nearest, *inside, REST)[0]


def _values_of(entry: Mapping[str, Any], specs: Sequence[FieldSpec]) -> dict[str, str]:
    values, rest = {}, dict(entry)
    for spec in specs:
        value: Any = entry
        for step in spec.path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None:
            values[spec.name] = to_text(spec, value)
    for spec in specs:
        holder = rest.get(spec.path[0])
        known = {
            other.path[1] for other in specs if other.path[0] == spec.path[0] and other.path[1:]
        }
        if not known or (isinstance(holder, Mapping) and set(holder) <= known):
            rest.pop(spec.path[0], None)
    if rest:
        values[REST] = "\n".join(f"{key} = {inline(value)}" for key, value in rest.items())
    return values


def _structure_of(entry: Entry, specs: Sequence[FieldSpec]) -> dict[str, Any]:
    structure: dict[str, Any] = {}
    for spec in specs:
        text = entry.values.get(spec.name, "").replace("\r\n", "\n").strip()
        if text in {"", spec.default}:
            continue
        holder = structure
        for step in spec.path[:-1]:
            holder = holder.setdefault(step, {})
        holder[spec.path[-1]] = from_text(spec, text)
    return {**structure, **_rest_of(entry)}


def _rest_of(entry: Entry) -> dict[str, Any]:
    """What stands in the field for all else; what is no TOML is told, and not dropped unseen."""
    text = entry.values.get(REST, "").replace("\r\n", "\n")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = FieldError(f"this is not TOML: {error}")
        entry.errors.setdefault(REST, []).append(found)
        return {}
