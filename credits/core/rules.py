"""What a rule set is: guards, rules, and the texts that say in words what they do.

A guard stops a contribution from counting and says why; a rule adds points with a sentence in
English and Chinese. `credits.core.rule_reader` reads one from TOML.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credits.core.expressions import EvaluationError
from credits.core.facts import FIELDS, Facts

THOUSAND = 1000
LARGEST_POINTS = 10**9


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a source, and where; line and column count from 1."""

    line: int
    column: int
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        head = f"line {self.line}, column {self.column}: {self.message}"
        if not self.source_line:
            return head
        start = max(0, self.column - 61)
        shown = self.source_line[start : start + 100]
        return f"{head}\n  {shown}\n  {' ' * (self.column - 1 - start)}^"


class RuleSetError(Exception):
    """A source is not a rule set; ``problems`` says everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; ``{field}`` stands for the value of a fact."""

    en: str
    zh: str

    def filled(self, facts: Facts) -> tuple["Text", dict[str, Any]]:
        """With the values of ``facts`` in their places, and those values."""
        named = [name for name in FIELDS if f"{{{name}}}" in self.en + self.zh]
        values = {name: getattr(facts, name) for name in named}
        return Text(self.en.format_map(values), self.zh.format_map(values)), values


@dataclass(frozen=True, slots=True)
class Guard:
    """Keeps a contribution from counting, for good or (``state`` waiting) for now."""

    id: str
    state: str
    when: str
    text: Text
    source: str


@dataclass(frozen=True, slots=True)
class Bands:
    """Points by size: up to each limit its points, beyond the last limit ``more``."""

    of: str
    steps: tuple[tuple[int, int], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Adds points, in thousandths, when it applies."""

    id: str
    category: str
    when: str
    points: str
    bands: Bands | None
    text: Text
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """A test that a rule set brings along: these facts earn these points (thousandths)."""

    name: str
    facts: Mapping[str, Any]
    points: int


Run = Callable[[Facts], tuple[int, list[tuple[int, int]]]]
"""From facts to the guard that holds (-1: none) and the rules that apply with their points."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A rule set, compiled to one function."""

    slug: str
    version: str
    title: Text
    description: Text
    guards: tuple[Guard, ...]
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...]
    digest: str
    run: Run


def to_thousandths(value: float) -> int:
    """Points as integer thousandths, halves to even.

    Raises:
        EvaluationError: not a finite number that fits.
    """
    scaled = value * THOUSAND
    if not -LARGEST_POINTS < scaled < LARGEST_POINTS:
        raise EvaluationError("the points are not a sensible number")
    return round(scaled)


def describe(rule_set: RuleSet, language: str) -> list[dict[str, str]]:
    """The guards and rules in words: what each says, when it applies and where it comes from."""

    def said(text: Text) -> str:
        return text.zh if language.startswith("zh") else text.en

    guards = [
        {
            "id": guard.id,
            "says": said(guard.text),
            "when": guard.when,
            "gives": "0",
            "source": guard.source,
        }
        for guard in rule_set.guards
    ]
    rules = [
        {
            "id": rule.id,
            "category": rule.category,
            "says": said(rule.text),
            "when": rule.when,
            "gives": rule.points or _bands_in_words(rule.bands),
            "source": rule.source,
        }
        for rule in rule_set.rules
    ]
    return guards + rules


def _bands_in_words(bands: Bands | None) -> str:
    if bands is None:
        return ""
    steps = [f"{bands.of} ≤ {limit}: {_decimal(points)}" for limit, points in bands.steps]
    return "; ".join([*steps, f"> {bands.steps[-1][0]}: {_decimal(bands.more)}"])


def _decimal(points: int) -> str:
    return f"{points / THOUSAND:g}"
