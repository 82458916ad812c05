"""Read a rule set from TOML: every problem at once, each with its line and column."""

from collections.abc import Iterable
from typing import Any

from credits.core.alignment_reader import read_alignment
from credits.core.expressions import Type, Typed, compile_expression
from credits.core.expressions.operators import binary
from credits.core.fields import AGE, FIELDS
from credits.core.limit_reader import read_limit
from credits.core.rule_cases import case_facts, failure
from credits.core.rule_compiler import (
    CompiledFactor,
    CompiledRule,
    compile_guards,
    compile_rules,
)
from credits.core.rule_entries import KEYS, LONGEST_SENTENCE, EntryReader
from credits.core.rules import (
    GUARD_STATES,
    NOT_COUNTED,
    Bands,
    Case,
    Factor,
    Guard,
    Limit,
    Rule,
    RuleSet,
)
from credits.core.suggestions import suggestion
from credits.core.texts import Text
from credits.core.toml_positions import Path
from credits.core.toml_reader import LONGEST_CATEGORY, LONGEST_SLUG

MOST_STEPS = 50
MOST_DAYS = 3_650


def parse_rule_set(source: str) -> RuleSet:
    """Read and compile a rule set, and try its cases.

    Raises:
        RuleSetError: with every problem found.
    """
    return _Reader(source).rule_set()


class _Reader(EntryReader):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.conditions: list[Typed] = []
        self.compiled: list[CompiledRule] = []
        self.multiplying: list[CompiledFactor] = []

    def rule_set(self) -> RuleSet:
        self.check_keys(self.data, KEYS["top"], ())
        slug = self.slug(self.data, "slug", (), LONGEST_SLUG)
        version = self.version()
        title = self.both(self.data, "title", ())
        description = self.both(self.data, "description", ())
        guards = tuple(self.guard(*entry) for entry in self.entries("guards"))
        rules = tuple(self.rule(*entry) for entry in self.entries("rules"))
        factors = tuple(self.factor(*entry) for entry in self.entries("factors"))
        limits = tuple(read_limit(self, *entry) for entry in self.entries("limits"))
        cases = tuple(self.case(*entry) for entry in self.entries("cases"))
        aligned = (read_alignment(self, *entry) for entry in self.entries("alignments"))
        alignments = tuple(aligned)
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
            factors=factors,
            limits=limits,
            cases=cases,
            alignments=alignments,
            texts=_texts((*guards, *rules, *factors, *limits)),
            digest=self.digest,
            stop=compile_guards(self.conditions),
            run=compile_rules(self.compiled, self.multiplying),
        )
        self.try_cases(rule_set)
        return rule_set

    def guard(self, entry: dict[str, Any], path: Path) -> Guard:
        when = self.expression(entry, "when", path, Type.BOOL)
        days = self.whole(entry["days"], (*path, "days"), MOST_DAYS) if "days" in entry else 0
        if when is not None:
            young = compile_expression(f"age_days < {days}", AGE, Type.BOOL)
            self.conditions.append(binary("&&", when, young) if days else when)
        return Guard(
            id=self.id(entry, path),
            state=self.one_of(entry.get("state", NOT_COUNTED), GUARD_STATES, (*path, "state")),
            when=str(entry.get("when", "")),
            text=self.sentence(entry, path),
            source=self.source_of(entry, path) if "source" in entry else "",
            days=days,
        )

    def factor(self, entry: dict[str, Any], path: Path) -> Factor:
        when = self.expression(entry, "when", path, Type.BOOL)
        factor = self.thousandths(entry.get("factor"), (*path, "factor"))
        if factor < 0:
            self.add((*path, "factor"), "a factor is at least 0")
        if when is not None:
            self.multiplying.append(CompiledFactor(when, factor))
        return Factor(
            id=self.id(entry, path),
            when=str(entry.get("when", "")),
            factor=factor,
            text=self.sentence(entry, path),
            source=self.source_of(entry, path),
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
            source=self.source_of(entry, path),
        )

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
        self.check_keys(found, KEYS["bands"], path)
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


def _is_step(step: Any) -> bool:
    return (
        isinstance(step, list)
        and len(step) == 2  # noqa: PLR2004 - a pair
        and isinstance(step[0], int)
        and not isinstance(step[0], bool)
    )


def _texts(parts: Iterable[Guard | Rule | Factor | Limit]) -> dict[str, Text]:
    return {part.id: part.text for part in parts}
