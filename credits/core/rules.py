"""What a rule set is: guards, rules, and sentences that say in words what they do.

A guard stops a contribution from counting and says why; a rule adds points with a sentence in
English and Chinese. `credits.core.rule_reader` reads one from TOML.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from credits.core.facts import Facts
from credits.core.points import decimal_points
from credits.core.problems import SourceError
from credits.core.texts import Text

COUNTED, WAITING, NOT_COUNTED = "counted", "waiting", "not_counted"
GUARD_STATES = (NOT_COUNTED, WAITING)

OWN_REASONS = frozenset(
    {
        "bot",
        "cannot-evaluate",
        "counts-elsewhere",
        "no-human",
        "no-longer-named",
        "no-rule",
        "sharing",
    }
)
"""Reasons that `credits.core.scoring` gives itself; no rule may bear their names."""


class RuleSetError(SourceError):
    """A source is not a rule set; ``problems`` says everything that is wrong."""


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
    steps = [f"{bands.of} ≤ {limit}: {decimal_points(points)}" for limit, points in bands.steps]
    return "; ".join([*steps, f"> {bands.steps[-1][0]}: {decimal_points(bands.more)}"])
