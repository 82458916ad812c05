"""What a rule set would do to a project's real history, before anybody publishes it.

The history is read once and scored by both rule sets; nothing is written. Whoever is shown a
preview sees accounts by name: it is for maintainers, and never public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from credits.core.comparison import Change, Comparing, Group
from credits.core.rule_cases import failure
from credits.core.rules import RuleSet as CompiledRuleSet
from credits.core.scoring import ScoreResult, score_contributions
from credits.core.texts import Text
from credits.core.traces import sentence
from credits.models import Project
from credits.services.preview_rows import (
    first_month_that_fits,
    newcomers_among,
    read_history,
    read_work,
)
from credits.services.rules import rule_set_in_force
from harvesters.models import Actor, Contribution, Participation

MONTHS = 12
MOST_LOOKED_AT = 40_000
"""Participations of one preview: what a page can compute while somebody waits."""
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

    It looks at ``months`` whole months and the one that is not over; at fewer, where a project is
    so busy that nobody would wait for all of them.

    Raises:
        NoRuleSetError: nothing is in force to compare with.
    """
    in_force = rule_set_in_force(project, now=now).compiled
    start = first_month_that_fits(project, months_before(now, months), MOST_LOOKED_AT)
    comparing, counted = Comparing(), set[int]()
    for chunk in read_history(project, start=start):
        old = score_contributions(chunk.items, in_force, now=now)
        new = score_contributions(chunk.items, rules, now=now)
        comparing.add(old, new, chunk.actors)
        counted |= chunk.counted
    people = comparing.people()
    compared = comparing.compared(newcomers_among(project, people, start))
    logins = dict(Actor.objects.filter(pk__in=people).values_list("pk", "login"))
    return Preview(
        start=start,
        end=now,
        contributions=len(counted),
        total=compared.total,
        categories=compared.categories,
        changes=tuple(
            ActorChange(logins[actor], change.before, change.after)
            for actor, change in compared.actors.items()
        ),
        gain=compared.gain,
        lose=compared.lose,
        biggest=_biggest(project, compared.contributions, (in_force, rules), now),
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
    project: Project,
    changes: Mapping[int, Change],
    rule_sets: tuple[CompiledRuleSet, CompiledRuleSet],
    now: datetime,
) -> tuple[ContributionChange, ...]:
    """The contributions that change most, with the reasons by both rule sets."""
    shown = Contribution.objects.in_bulk(list(changes))
    results: dict[int, list[dict[int, ScoreResult]]] = {key: [{}, {}] for key in changes}
    for chunk in read_work(project, list(changes)):
        for side, rule_set in enumerate(rule_sets):
            for result in score_contributions(chunk.items, rule_set, now=now):
                if result.contribution in results and result.participation in chunk.actors:
                    results[result.contribution][side][result.participation] = result
    parts = [part for old, _new in results.values() for part in old]
    known = Participation.objects.filter(pk__in=parts)
    logins = dict(known.values_list("pk", "actor__login"))
    return tuple(
        ContributionChange(
            contribution=key,
            kind=shown[key].kind,
            title=shown[key].title,
            url=shown[key].url,
            points=change,
            sides=_sides(results[key], logins, rule_sets),
        )
        for key, change in changes.items()
    )


def _sides(
    results: Sequence[Mapping[int, ScoreResult]],
    logins: Mapping[int, str],
    rule_sets: tuple[CompiledRuleSet, CompiledRuleSet],
) -> tuple[Side, ...]:
    """Why each person gets what that person gets, for whom most changes first."""
    old, new = results
    sides = [
        Side(
            login=logins[part],
            points=Change(old[part].points, new[part].points),
            before=_lines(old[part], rule_sets[0]),
            after=_lines(new[part], rule_sets[1]),
        )
        for part in old.keys() & new.keys()
    ]
    sides.sort(key=lambda side: (-abs(side.points.change), side.login))
    return tuple(sides[:SIDES_SHOWN])


def _lines(result: ScoreResult, rule_set: CompiledRuleSet) -> tuple[Line, ...]:
    return tuple(
        Line(reason.points, sentence(reason.as_json(), rule_set)) for reason in result.reasons
    )
