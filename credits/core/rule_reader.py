"""Read a rule set from TOML: every problem at once, each with its line and column."""

import string
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from credits.core.expressions import ExpressionError, Type, Typed, compile_expression
from credits.core.facts import FIELDS, TYPES
from credits.core.problems import SourceError
from credits.core.rule_cases import case_facts, failure
from credits.core.rule_compiler import CompiledRule, compile_rules
from credits.core.rules import (
    GUARD_STATES,
    NOT_COUNTED,
    OWN_REASONS,
    Bands,
    Case,
    Guard,
    Rule,
    RuleSet,
    RuleSetError,
)
from credits.core.suggestions import suggestion
from credits.core.texts import Text
from credits.core.toml_positions import Path
from credits.core.toml_reader import LONGEST_CATEGORY, LONGEST_SLUG, TomlReader

LONGEST_SOURCE = 200_000
LONGEST_SENTENCE = 500
MOST_ENTRIES = 500
MOST_STEPS = 50

_KEYS: Mapping[str, frozenset[str]] = {
    "top": frozenset({"slug", "version", "title", "description", "guards", "rules", "cases"}),
    "guards": frozenset({"id", "when", "state", "en", "zh", "source"}),
    "rules": frozenset({"id", "category", "when", "points", "bands", "en", "zh", "source"}),
    "cases": frozenset({"name", "facts", "points"}),
    "bands": frozenset({"of", "steps", "more"}),
}


def parse_rule_set(source: str) -> RuleSet:
    """Read and compile a rule set, and try its cases.

    Raises:
        RuleSetError: with every problem found.
    """
    return _Reader(source).rule_set()


class _Reader(TomlReader):
    error: ClassVar[type[SourceError]] = RuleSetError

    def __init__(self, source: str) -> None:
        super().__init__(source, LONGEST_SOURCE)
        self.conditions: list[Typed] = []
        self.compiled: list[CompiledRule] = []
        self.ids: set[str] = set()

    def rule_set(self) -> RuleSet:
        self.check_keys(self.data, _KEYS["top"], ())
        slug = self.slug(self.data, "slug", (), LONGEST_SLUG)
        version = self.version()
        title = self.both(self.data, "title", ())
        description = self.both(self.data, "description", ())
        guards = tuple(self.guard(*entry) for entry in self.entries("guards"))
        rules = tuple(self.rule(*entry) for entry in self.entries("rules"))
        cases = tuple(self.case(*entry) for entry in self.entries("cases"))
        if "rules" not in self.data or self.data["rules"] == []:
            self.add((), "a rule set needs at least one [[rules]]")
        self.finish()
        rule_set = RuleSet(
            slug=slug,
            version=version,
            title=title,
            description=description,
            guards=guards,
            rules=rules,
            cases=cases,
            digest=self.digest,
            run=compile_rules(self.conditions, self.compiled),
        )
        self.try_cases(rule_set)
        return rule_set

    def entries(self, name: str) -> list[tuple[dict[str, Any], Path]]:
        entries = list(self.tables(name, MOST_ENTRIES))
        for entry, path in entries:
            self.check_keys(entry, _KEYS[name], path)
        return entries

    def guard(self, entry: dict[str, Any], path: Path) -> Guard:
        when = self.expression(entry, "when", path, Type.BOOL)
        if when is not None:
            self.conditions.append(when)
        return Guard(
            id=self.id(entry, path),
            state=self.one_of(entry.get("state", NOT_COUNTED), GUARD_STATES, (*path, "state")),
            when=str(entry.get("when", "")),
            text=self.sentence(entry, path),
            source=self.text(entry, "source", path, LONGEST_SENTENCE) if "source" in entry else "",
        )

    def rule(self, entry: dict[str, Any], path: Path) -> Rule:
        when = self.expression(entry, "when", path, Type.BOOL)
        if ("points" in entry) == ("bands" in entry):
            self.add(path, "a rule has either points or bands")
        bands = self.bands(entry["bands"], (*path, "bands")) if "bands" in entry else None
        value = self.value(entry, bands, path)
        if when is not None and value is not None:
            self.compiled.append(CompiledRule(when, value, bands))
        return Rule(
            id=self.id(entry, path),
            category=self.slug(entry, "category", path, LONGEST_CATEGORY),
            when=str(entry.get("when", "")),
            points=str(entry.get("points", "")),
            bands=bands,
            text=self.sentence(entry, path),
            source=self.text(entry, "source", path, LONGEST_SENTENCE),
        )

    def id(self, entry: Mapping[str, Any], path: Path) -> str:
        """The name of a guard or rule, which stands in every trace and so only once."""
        name = self.slug(entry, "id", path, LONGEST_SLUG)
        if name and name in self.ids:
            self.add((*path, "id"), f"'{name}' stands here a second time")
        if name in OWN_REASONS:
            self.add((*path, "id"), f"'{name}' is the name of a reason that every rule set has")
        self.ids.add(name)
        return name

    def value(self, entry: dict[str, Any], bands: Bands | None, path: Path) -> Typed | None:
        """The size that bands look at, or the points themselves."""
        if bands is not None:
            return self.expression(entry["bands"], "of", (*path, "bands"), Type.INT)
        if "points" in entry:
            return self.expression(entry, "points", path, Type.DOUBLE)
        return None

    def bands(self, found: Any, path: Path) -> Bands | None:
        if not isinstance(found, dict):
            self.add(path, "bands are a table: of, steps, more")
            return None
        self.check_keys(found, _KEYS["bands"], path)
        return Bands(
            of=str(found.get("of", "")),
            steps=self.steps(found.get("steps"), (*path, "steps")),
            more=self.thousandths(found.get("more"), (*path, "more")),
        )

    def steps(self, found: Any, path: Path) -> tuple[tuple[int, int], ...]:
        if not isinstance(found, list) or not found or not all(_is_step(step) for step in found):
            self.add(path, "steps are pairs [at most, points], such as [[5, 1.0]]")
            return ()
        limits = [step[0] for step in found]
        if limits != sorted(set(limits)):
            self.add(path, "the limits of the steps must grow")
        if len(found) > MOST_STEPS:
            self.add(path, f"at most {MOST_STEPS} steps")
        for index, limit in enumerate(limits):
            self.number(limit, (*path, index, 0))
        return tuple(
            (limit, self.thousandths(points, (*path, index, 1)))
            for index, (limit, points) in enumerate(found)
        )

    def case(self, entry: dict[str, Any], path: Path) -> Case:
        facts = entry.get("facts")
        if not isinstance(facts, dict):
            self.add((*path, "facts"), "a case has facts = {...}")
            facts = {}
        for name, value in facts.items():
            if name not in FIELDS:
                place = self.positions.of_key((*path, "facts", name))
                self.add_at(place, f"unknown field {name!r}{suggestion(name, FIELDS)}")
            elif case_facts({name: value}) is None:
                self.add((*path, "facts", name), f"'{name}' is {FIELDS[name].type}")
        points = self.thousandths(entry.get("points"), (*path, "points"))
        return Case(self.text(entry, "name", path, LONGEST_SENTENCE), facts, points)

    def try_cases(self, rule_set: RuleSet) -> None:
        for index, case in enumerate(rule_set.cases):
            message = failure(case, rule_set)
            if message:
                self.add(("cases", index, "points"), message)
        self.finish()

    def expression(
        self, entry: Mapping[str, Any], key: str, path: Path, wanted: Type
    ) -> Typed | None:
        source, path = entry.get(key), (*path, key)
        if isinstance(source, int | Decimal) and not isinstance(source, bool):
            source = str(self.number(source, path))
        if not isinstance(source, str):
            self.add(path, f"'{key}' is missing: write an expression in quotes")
            return None
        try:
            return compile_expression(source, TYPES, wanted)
        except ExpressionError as error:
            self.add_at(self.positions.inside(path, error.position), error.message)
            return None

    def sentence(self, entry: Mapping[str, Any], path: Path) -> Text:
        """The reason in both languages; what it names in braces must be a fact."""
        return Text(
            en=self.placed(self.text(entry, "en", path, LONGEST_SENTENCE), (*path, "en")),
            zh=self.placed(self.text(entry, "zh", path, LONGEST_SENTENCE), (*path, "zh")),
        )

    def placed(self, sentence: str, path: Path) -> str:
        try:
            parts = list(string.Formatter().parse(sentence))
        except ValueError:
            self.add(path, "a brace is not closed; write {{ for a brace itself")
            return ""
        for _, name, form, conversion in parts:
            if name is None or (name in FIELDS and not form and not conversion):
                continue
            hint = suggestion(name, FIELDS, "{{{}}}")
            at = max(0, sentence.find(f"{{{name}"))
            self.add_at(self.positions.inside(path, at), f"unknown field '{{{name}}}'{hint}")
        return sentence


def _is_step(step: Any) -> bool:
    return (
        isinstance(step, list)
        and len(step) == 2  # noqa: PLR2004 - a pair
        and isinstance(step[0], int)
        and not isinstance(step[0], bool)
    )
