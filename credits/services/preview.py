"""What a rule set would do to a project's real history, before anybody publishes it.

The history is read once and scored twice; nothing is written. Whoever is shown a preview sees
accounts by name: it is for maintainers, and never public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from credits.core.comparison import (
    Change,
    Comparison,
    Group,
    compare_scores,
    lines_by_participation,
)
from credits.core.rule_cases import failure
from credits.core.rules import RuleSet as CompiledRuleSet
from credits.core.scoring import ScoreResult, score_contributions
from credits.core.texts import Text
from credits.models import Project
from credits.services.preview_rows import History, read_history
from credits.services.rules import compiled, rule_set_in_force

MONTHS = 12
SIDES_SHOWN = 4
"""Of a contribution that many share, the people whose reasons are shown."""


@dataclass(frozen=True, slots=True)
class ActorChange:
    """An account's points (thousandths) by the rules in force and by those previewed."""

    login: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Line:
    """A reason in words, with its points."""

    points: int
    text: Text


@dataclass(frozen=True, slots=True)
class Side:
    """Why one account gets what it gets for a contribution, before and after."""

    login: str
    points: Change
    before: tuple[Line, ...]
    after: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ContributionChange:
    """A contribution that is worth more or less than before, with the reasons of both."""

    contribution: int
    kind: str
    title: str
    url: str
    points: Change
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A test case of the rule set; ``problem`` is empty if it holds."""

    name: str
    points: int
    problem: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of a rule set on what happened from ``start`` to ``end``.

    The largest changes come first, those who see none are left out. ``contributions`` is how many
    count here: work that counts elsewhere is none of them.
    """

    start: datetime
    end: datetime
    contributions: int
    total: Change
    categories: Mapping[str, Change]
    changes: tuple[ActorChange, ...]
    gain: int
    lose: int
    biggest: tuple[ContributionChange, ...]
    newcomers: Group
    top: Group
    cases: tuple[CaseOutcome, ...]

    @property
    def before(self) -> int:
        return self.total.before

    @property
    def after(self) -> int:
        return self.total.after

    @property
    def failing(self) -> int:
        """How many of the rule set's own cases do not hold."""
        return sum(bool(case.problem) for case in self.cases)


def preview_rule_set(
    rules: CompiledRuleSet, project: Project, *, now: datetime, months: int = MONTHS
) -> Preview:
    """Score ``project`` by ``rules`` and by what is in force, and compare; nothing is written.

    It looks at ``months`` whole months and the one that is not over.

    Raises:
        NoRuleSetError: nothing is in force to compare with.
    """
    in_force = compiled(rule_set_in_force(project, now=now))
    start = months_before(now, months)
    history = read_history(project, start=start, now=now)
    old = score_contributions(history.items, in_force, now=now)
    new = score_contributions(history.items, rules, now=now)
    compared = compare_scores(old, new, actors=history.actors, newcomers=history.newcomers)
    return Preview(
        start=start,
        end=now,
        contributions=len(history.items),
        total=compared.total,
        categories=compared.categories,
        changes=tuple(
            ActorChange(history.logins[actor], change.before, change.after)
            for actor, change in compared.actors.items()
        ),
        gain=compared.gain,
        lose=compared.lose,
        biggest=_biggest(compared, history, (old, new), (in_force, rules)),
        newcomers=compared.newcomers,
        top=compared.top,
        cases=case_outcomes(rules),
    )


def case_outcomes(rules: CompiledRuleSet) -> tuple[CaseOutcome, ...]:
    """How the test cases that a rule set brings along come out."""
    return tuple(CaseOutcome(case.name, case.points, failure(case, rules)) for case in rules.cases)


def months_before(now: datetime, months: int) -> datetime:
    """The first moment of the month ``months`` before that of ``now``, in UTC."""
    today = now.astimezone(UTC)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return datetime(max(1, year), month + 1, 1, tzinfo=UTC)


def _biggest(
    compared: Comparison,
    history: History,
    scored: tuple[Sequence[ScoreResult], Sequence[ScoreResult]],
    rule_sets: tuple[CompiledRuleSet, CompiledRuleSet],
) -> tuple[ContributionChange, ...]:
    """The contributions that change most, with the reasons by both rule sets."""
    items = {item.contribution: item for item in history.items}
    old, new = (lines_by_participation(results, compared.contributions) for results in scored)
    return tuple(
        ContributionChange(
            contribution=key,
            kind=items[key].kind,
            title=items[key].title,
            url=history.urls.get(key, ""),
            points=change,
            sides=_sides(history, (old[key], new[key]), rule_sets),
        )
        for key, change in compared.contributions.items()
    )


def _sides(
    history: History,
    results: tuple[Mapping[int, ScoreResult], Mapping[int, ScoreResult]],
    rule_sets: tuple[CompiledRuleSet, CompiledRuleSet],
) -> tuple[Side, ...]:
    old, new = results
    sides = [
        Side(
            login=history.logins[history.actors[part]],
            points=Change(old[part].points, new[part].points),
            before=_lines(old[part], rule_sets[0]),
            after=_lines(new[part], rule_sets[1]),
        )
        for part in old
        if part in new
    ]
    sides.sort(key=lambda side: -abs(side.points.change))
    return tuple(sides[:SIDES_SHOWN])


def _lines(result: ScoreResult, rule_set: CompiledRuleSet) -> tuple[Line, ...]:
    return tuple(Line(reason.points, Text(reason.en, reason.zh)) for reason in result.reasons)
