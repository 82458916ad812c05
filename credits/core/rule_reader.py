"""Read a rule set from TOML: every problem at once, each with its line and column."""

import difflib
import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from credits.core.canonical import canonical_json, sha256_hex
from credits.core.expressions import ExpressionError, Type, Typed, compile_expression
from credits.core.facts import FIELDS, TYPES
from credits.core.rule_compiler import CompiledRule, compile_rules
from credits.core.rules import (
    THOUSAND,
    Bands,
    Case,
    Guard,
    Problem,
    Rule,
    RuleSet,
    RuleSetError,
    Text,
)
from credits.core.toml_positions import Path, Positions, find_positions

LONGEST_SOURCE = 200_000
MOST_ENTRIES = 500
LONGEST_SLUG = 60
LONGEST_VERSION = 20

_KEYS: Mapping[str, frozenset[str]] = {
    "top": frozenset({"slug", "version", "title", "description", "guards", "rules", "cases"}),
    "guards": frozenset({"id", "when", "state", "en", "zh", "source"}),
    "rules": frozenset({"id", "category", "when", "points", "bands", "en", "zh", "source"}),
    "cases": frozenset({"name", "facts", "points"}),
    "bands": frozenset({"of", "steps", "more"}),
    "text": frozenset({"en", "zh"}),
}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Entry = TypeVar("Entry")


def parse_rule_set(source: str) -> RuleSet:
    """Read and compile a rule set.

    Raises:
        RuleSetError: with every problem found.
    """
    return _Reader(source).rule_set()


class _Reader:
    """Reads one source, gathering problems instead of stopping at the first."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.lines: list[str] = []
        self.positions = Positions({})
        self.conditions: list[Typed] = []
        self.compiled: list[CompiledRule] = []

    def rule_set(self) -> RuleSet:
        data = self.toml()
        self.check_keys(data, "top", ())
        slug = self.text(data, "slug", (), LONGEST_SLUG)
        if slug and not _SLUG.fullmatch(slug):
            self.add(("slug",), "a slug is lower-case letters, digits and single dashes")
        version = self.text(data, "version", (), LONGEST_VERSION)
        title = self.both(data.get("title"), ("title",))
        description = self.both(data.get("description"), ("description",))
        guards = tuple(self.entries(data, "guards", self.guard))
        rules = tuple(self.entries(data, "rules", self.rule))
        cases = tuple(self.entries(data, "cases", self.case))
        self.check_names(guards, rules)
        if self.problems:
            raise RuleSetError(self.problems)
        return RuleSet(
            slug=slug,
            version=version,
            title=title,
            description=description,
            guards=guards,
            rules=rules,
            cases=cases,
            digest=sha256_hex(canonical_json(_plain(data))),
            run=compile_rules(self.conditions, self.compiled),
        )

    def toml(self) -> dict[str, Any]:
        if len(self.source) > LONGEST_SOURCE:
            message = f"the text has {len(self.source)} characters, at most {LONGEST_SOURCE}"
            raise RuleSetError([Problem(1, 1, message)])
        self.lines = self.source.split("\n")
        try:
            data = tomllib.loads(self.source, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise RuleSetError([self.toml_problem(str(error))]) from error
        except RecursionError as error:
            raise RuleSetError([Problem(1, 1, "the text is nested too deep")]) from error
        self.positions = find_positions(self.lines)
        return data

    def toml_problem(self, message: str) -> Problem:
        place = re.search(r"\(at line (\d+), column (\d+)\)", message)
        line, column = (int(place[1]), int(place[2])) if place else (len(self.lines), 1)
        said = message.split(" (at ", maxsplit=1)[0]
        return Problem(line, column, f"this is not TOML: {said}", self.line(line))

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def add(self, path: Path, message: str) -> None:
        line, column = self.positions.of(path)
        self.problems.append(Problem(line, column, message, self.line(line)))

    def check_keys(self, data: Mapping[str, Any], kind: str, path: Path) -> None:
        for key in data:
            if key not in _KEYS[kind]:
                close = difflib.get_close_matches(key, _KEYS[kind], n=1)
                hint = f", did you mean '{close[0]}'?" if close else ""
                self.add((*path, key), f"unknown key '{key}'{hint}")

    def entries(
        self, data: Mapping[str, Any], name: str, read: Callable[[dict[str, Any], Path], Entry]
    ) -> Iterator[Entry]:
        found = data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self.add((name,), f"write each of the {name} as its own [[{name}]]")
            return
        if name == "rules" and not found:
            self.add((), "a rule set needs at least one [[rules]]")
        if len(found) > MOST_ENTRIES:
            self.add((name,), f"at most {MOST_ENTRIES} {name}")
            return
        for index, entry in enumerate(found):
            self.check_keys(entry, name, (name, index))
            yield read(entry, (name, index))

    def guard(self, entry: dict[str, Any], path: Path) -> Guard:
        when = self.expression(entry, "when", path, Type.BOOL)
        if when is not None:
            self.conditions.append(when)
        state = entry.get("state", "not_counted")
        if state not in {"not_counted", "waiting"}:
            self.add((*path, "state"), "the state is not_counted or waiting")
        return Guard(
            id=self.text(entry, "id", path),
            state=str(state),
            when=str(entry.get("when", "")),
            text=self.sentence(entry, path),
            source=str(entry.get("source", "")),
        )

    def rule(self, entry: dict[str, Any], path: Path) -> Rule:
        when = self.expression(entry, "when", path, Type.BOOL)
        if ("points" in entry) == ("bands" in entry):
            self.add(path, "a rule has either points or bands")
        bands = self.bands(entry, path) if "bands" in entry else None
        value = self.value(entry, bands, path)
        if when is not None and value is not None:
            self.compiled.append(CompiledRule(when, value, bands))
        return Rule(
            id=self.text(entry, "id", path),
            category=self.text(entry, "category", path),
            when=str(entry.get("when", "")),
            points=str(entry.get("points", "")),
            bands=bands,
            text=self.sentence(entry, path),
            source=self.text(entry, "source", path, 500),
        )

    def value(self, entry: dict[str, Any], bands: Bands | None, path: Path) -> Typed | None:
        """The size that bands look at, or the points themselves."""
        if bands is not None:
            return self.expression(entry["bands"], "of", (*path, "bands"), Type.INT)
        if "points" in entry:
            return self.expression(entry, "points", path, Type.DOUBLE)
        return None

    def bands(self, entry: dict[str, Any], path: Path) -> Bands | None:
        found, path = entry["bands"], (*path, "bands")
        if not isinstance(found, dict):
            self.add(path, "bands are a table: of, steps, more")
            return None
        self.check_keys(found, "bands", path)
        steps = found.get("steps")
        if not isinstance(steps, list) or not all(_is_step(step) for step in steps):
            self.add((*path, "steps"), "steps are pairs [at most, points], such as [[5, 1.0]]")
            return None
        limits = [step[0] for step in steps]
        if limits != sorted(set(limits)):
            self.add((*path, "steps"), "the limits of the steps must grow")
        return Bands(
            of=str(found.get("of", "")),
            steps=tuple((limit, self.thousandths(points, path)) for limit, points in steps),
            more=self.thousandths(found.get("more"), path),
        )

    def case(self, entry: dict[str, Any], path: Path) -> Case:
        facts = entry.get("facts")
        if not isinstance(facts, dict):
            self.add(path, "a case has facts = {...}")
            facts = {}
        for key in facts:
            if key not in FIELDS:
                close = difflib.get_close_matches(key, FIELDS, n=1)
                hint = f", did you mean '{close[0]}'?" if close else ""
                self.add((*path, "facts"), f"unknown field '{key}'{hint}")
        points = self.thousandths(entry.get("points"), (*path, "points"))
        return Case(self.text(entry, "name", path), facts, points)

    def thousandths(self, value: Any, path: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.add(path, "points are a number, such as 4 or 0.25")
            return 0
        scaled = Decimal(value) * THOUSAND
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            self.add(path, "points have at most three decimals")
            return 0
        return int(scaled)

    def expression(
        self, entry: Mapping[str, Any], key: str, path: Path, wanted: Type
    ) -> Typed | None:
        source = entry.get(key)
        if isinstance(source, int | Decimal) and not isinstance(source, bool):
            source = str(source)
        if not isinstance(source, str):
            self.add((*path, key), f"'{key}' is missing: write an expression in quotes")
            return None
        try:
            return compile_expression(source, TYPES, wanted)
        except ExpressionError as error:
            line, column = self.positions.of((*path, key))
            first = error.line == 1
            line, column = line + error.line - 1, (column - 1 if first else 0) + error.column
            self.problems.append(Problem(line, column, error.message, self.line(line)))
            return None

    def text(self, entry: Mapping[str, Any], key: str, path: Path, longest: int = 60) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            self.add((*path, key), f"'{key}' is missing")
            return ""
        if len(value) > longest:
            self.add((*path, key), f"'{key}' has more than {longest} characters")
        return value

    def both(self, value: Any, path: Path) -> Text:
        if not isinstance(value, dict):
            self.add(path, f"'{path[-1]}' is missing: write it as {{en = ..., zh = ...}}")
            return Text("", "")
        self.check_keys(value, "text", path)
        return Text(self.text(value, "en", path, 1000), self.text(value, "zh", path, 1000))

    def sentence(self, entry: Mapping[str, Any], path: Path) -> Text:
        """The reason in both languages; what it names in braces must be a fact."""
        for language in ("en", "zh"):
            self.check_placeholders(str(entry.get(language, "")), (*path, language))
        return Text(self.text(entry, "en", path, 500), self.text(entry, "zh", path, 500))

    def check_placeholders(self, sentence: str, path: Path) -> None:
        try:
            parts = list(string.Formatter().parse(sentence))
        except ValueError:
            self.add(path, "a brace is not closed")
            return
        for _, name, form, conversion in parts:
            if name is not None and (name not in FIELDS or form or conversion):
                close = difflib.get_close_matches(name, FIELDS, n=1)
                hint = f", did you mean '{{{close[0]}}}'?" if close else ""
                self.add(path, f"unknown field '{{{name}}}'{hint}")

    def check_names(self, guards: tuple[Guard, ...], rules: tuple[Rule, ...]) -> None:
        seen: set[str] = set()
        named: tuple[tuple[str, Sequence[Guard | Rule]], ...] = (
            ("guards", guards),
            ("rules", rules),
        )
        for kind, entries in named:
            for index, entry in enumerate(entries):
                if entry.id and entry.id in seen:
                    self.add((kind, index, "id"), f"'{entry.id}' stands here a second time")
                seen.add(entry.id)


def _is_step(step: Any) -> bool:
    return (
        isinstance(step, list)
        and len(step) == 2  # noqa: PLR2004 - a pair
        and isinstance(step[0], int)
        and not isinstance(step[0], bool)
    )


def _plain(value: Any) -> Any:
    """``value`` without decimals, for the canonical form: numbers as text, exactly as written."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if isinstance(value, bool | int | str) else str(value)
