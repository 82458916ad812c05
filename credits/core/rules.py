"""What a rule set is: guards, rules, factors, limits, and sentences that say what they do.

A guard stops a contribution from counting and says why; a rule adds points, a factor multiplies
them, and a limit bounds what one person earns in a day, a week or a month.
`credits.core.rule_reader` reads a rule set from TOML.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from credits.core.facts import Facts
from credits.core.points import decimal_points
from credits.core.problems import SourceError
from credits.core.texts import Text

COUNTED, WAITING, NOT_COUNTED = "counted", "waiting", "not_counted"
WITHDRAWN = "withdrawn"
GUARD_STATES = (NOT_COUNTED, WAITING)


class RuleSetError(SourceError):
    """A source is not a rule set; ``problems`` says everything that is wrong."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Keeps a contribution from counting, for good or (``state`` waiting) for now.

    With ``days`` it holds for so many days after the contribution happened (0: for ever).
    """

    id: str
    state: str
    when: str
    text: Text
    source: str
    days: int = 0


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
class Factor:
    """Multiplies what the rules gave, by thousandths: 1250 is a quarter more."""

    id: str
    when: str
    factor: int
    text: Text
    source: str


class LimitKind(StrEnum):
    """How a limit bounds what one person earns in one project in a period."""

    DECAY = "decay"
    ITEMS = "items"
    POINTS = "points"
    SHARE = "share"


class Period(StrEnum):
    """The time over which a limit counts; `credits.core.periods` has their edges."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds what one person earns in one project, by day, week or month.

    - ``decay``: of each category, the largest items count in full and further ones less;
      ``steps`` are pairs (how many items, per cent), ``rest`` is per cent for all beyond.
    - ``items``: the ``most`` largest items count, further ones do not.
    - ``points``: at most ``most`` thousandths, in the order of time.
    - ``share``: what is earned with one other person is at most ``most`` per cent of the whole,
      or ``above`` thousandths if that is more.

    It looks at the categories ``of`` and the rules ``rules``; empty means all.
    """

    id: str
    kind: LimitKind
    per: Period
    text: Text
    source: str
    of: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    steps: tuple[tuple[int, int], ...] = ()
    rest: int = 0
    most: int = 0
    above: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A test that a rule set brings along: these facts earn these points (thousandths)."""

    name: str
    facts: Mapping[str, Any]
    points: int


class Stop(Protocol):
    """Tells the place of the first guard that holds and is not ``lifted``, and -1 if none does."""

    def __call__(self, facts: Facts, lifted: Collection[int] = ..., /) -> int: ...


Applied = list[tuple[int, int]]
"""The places of the rules or factors that apply, each with its points or its factor."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A competence of a public framework that the work shows; ``category`` "" is all of it.

    ``framework`` and ``code`` name it there, ``url`` is its address (Open Badges 3.0, Alignment).
    """

    name: str
    url: str
    framework: str = ""
    code: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A rule set, compiled: from facts to guard, rules and factors.

    ``stop`` tells the first guard that holds, but for those that are lifted. ``texts`` are the
    sentences of all its parts by their ids.
    """

    slug: str
    version: str
    title: Text
    description: Text
    guards: tuple[Guard, ...]
    rules: tuple[Rule, ...]
    factors: tuple[Factor, ...]
    limits: tuple[Limit, ...]
    cases: tuple[Case, ...]
    alignments: tuple[Alignment, ...]
    texts: Mapping[str, Text]
    digest: str
    stop: Stop
    run: Callable[[Facts], tuple[Applied, Applied]]

    def places_of(self, guards: Collection[str]) -> Collection[int]:
        """Where the guards of these names stand, as ``stop`` takes those that a decision lifted."""
        if not guards:
            return ()
        return [index for index, guard in enumerate(self.guards) if guard.id in guards]


def describe(rule_set: RuleSet, language: str) -> list[dict[str, str]]:
    """Everything in words: what each part says, when it applies and where it comes from."""
    guards = [
        {
            "part": "guard",
            "id": guard.id,
            "says": guard.text.in_language(language),
            "when": guard.when,
            "gives": "0",
            "source": guard.source,
        }
        for guard in rule_set.guards
    ]
    rules = [
        {
            "part": "rule",
            "id": rule.id,
            "category": rule.category,
            "says": rule.text.in_language(language),
            "when": rule.when,
            "gives": rule.points or _bands_in_words(rule.bands),
            "source": rule.source,
        }
        for rule in rule_set.rules
    ]
    factors = [
        {
            "part": "factor",
            "id": factor.id,
            "says": factor.text.in_language(language),
            "when": factor.when,
            "gives": f"× {decimal_points(factor.factor)}",
            "source": factor.source,
        }
        for factor in rule_set.factors
    ]
    limits = [
        {
            "part": "limit",
            "id": limit.id,
            "says": limit.text.in_language(language),
            "when": " ".join([limit.per, *sorted(limit.of), *sorted(limit.rules)]),
            "gives": _limit_in_words(limit),
            "source": limit.source,
        }
        for limit in rule_set.limits
    ]
    return guards + rules + factors + limits


def _limit_in_words(limit: Limit) -> str:
    if limit.kind is LimitKind.DECAY:
        steps = [f"{count} × {percent} %" for count, percent in limit.steps]
        return "; ".join([*steps, f"… {limit.rest} %"])
    if limit.kind is LimitKind.SHARE:
        return f"≤ {limit.most} %, {decimal_points(limit.above)}"
    return f"≤ {limit.most if limit.kind is LimitKind.ITEMS else decimal_points(limit.most)}"


def _bands_in_words(bands: Bands | None) -> str:
    if bands is None:
        return ""
    steps = [f"{bands.of} ≤ {limit}: {decimal_points(points)}" for limit, points in bands.steps]
    return "; ".join([*steps, f"> {bands.steps[-1][0]}: {decimal_points(bands.more)}"])
