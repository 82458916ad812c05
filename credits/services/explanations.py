"""Why a contribution has its points: state, trace, evidence, and what would change it.

The page, the API and the command all show what is gathered here, so that they say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from credits.core.candidates import questions_of
from credits.core.change_words import unchangeable
from credits.core.counterfactuals import Change, what_would_change
from credits.core.facts import facts_of
from credits.core.fields import FIELDS
from credits.core.inputs import ScoredInput
from credits.core.outcomes import outcome_of, subject_of
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, WITHDRAWN
from credits.core.scoring import EARNING_ROLES
from credits.core.texts import Text
from credits.core.traces import OWN_REASONS
from credits.models import BotVerdict, Placement, Project, Ruling, Score
from credits.services.errors import CreditsError
from credits.services.loading import load_inputs
from credits.services.visibility import owner_of, visible_to
from harvesters.models import Contribution, Participation

DISPUTED, UNSCORED = "disputed", "unscored"
STATES = (COUNTED, WAITING, NOT_COUNTED, DISPUTED, WITHDRAWN, UNSCORED)

COUNTS = Text("Counted", "已计分")
NO_PROJECT = Text(
    "Not looked at: its repository belongs to no registered project",
    "未计分：其仓库不属于任何已注册的项目",
)
NOT_YET = Text("Not looked at yet: it was just read", "尚未计分：刚刚采集")
NO_EARNING = Text(
    "Not counted: this role passes on the work of others", "不计分：此角色只是转交他人的工作"
)
UNDER_DISPUTE = Text("Disputed: the maintainers decide", "有异议：由维护者裁定")

CUTTING = frozenset({"sharing", "work-item"})
"""Reasons by which a part is less than the whole."""


class NotVisibleError(CreditsError):
    """People see what is theirs, and maintainers what is their project's."""


@dataclass(frozen=True, slots=True)
class PartExplanation:
    """Why one participation has its points, which the ``lines`` sum to.

    ``changes`` are facts that would give another outcome, and ``depends_on`` says on what it
    depends what limits and decisions took. ``former`` are scores by other rule sets. What was read
    again since it was scored is ``is_stale``.
    """

    participation: Participation
    state: str
    because: Text
    score: Score | None = None
    lines: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[Change, ...] = ()
    depends_on: tuple[Text, ...] = ()
    former: tuple[Score, ...] = ()
    is_stale: bool = False

    @property
    def points(self) -> int:
        return self.score.points if self.score else 0

    @property
    def waits_until(self) -> datetime | None:
        return self.score.waits_until if self.score and self.state == WAITING else None

    @property
    def headline(self) -> Text:
        """The state in a sentence, with the moment (UTC) until which it waits."""
        if self.waits_until is None:
            return self.because
        until = f"{self.waits_until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return Text(
            f"Waiting until {until}. {self.because.en}", f"等待至 {until}。{self.because.zh}"
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that the rules look at: its name, what it means, and what it is here."""

    name: str
    meaning: Text
    value: Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """A contribution with its evidence, and why each part of it has its points.

    ``facts`` are what the rules in force look at. ``related`` are the others of its work item,
    ``explained`` the keys of those that may be seen like this one. ``rulings`` and ``verdicts``
    are what people decided, replaced ones too.
    """

    contribution: Contribution
    project: Project | None
    parts: tuple[PartExplanation, ...]
    facts: tuple[Fact, ...]
    related: tuple[Contribution, ...]
    explained: frozenset[int]
    rulings: tuple[Ruling, ...]
    verdicts: tuple[BotVerdict, ...]


def explain_contribution(
    contribution: Contribution, user: User | None, *, now: datetime
) -> Explanation:
    """Why ``contribution`` has its points, as far as ``user`` may see it; None is the operator.

    Raises:
        NotVisibleError: it is not the person's, nor of a project that the person looks after.
    """
    return explain_parts(contribution, visible_to(user), now=now)


def explain_parts(
    contribution: Contribution, visible: QuerySet[Participation], *, now: datetime
) -> Explanation:
    """Why those participations of ``contribution`` that are ``visible`` have their points.

    The number of queries is the same whatever there is to explain.

    Raises:
        NotVisibleError: none is visible.
    """
    shown = list(visible.filter(contribution=contribution).select_related("actor").order_by("pk"))
    if not shown:
        raise NotVisibleError
    project = owner_of(contribution.repository_id)
    related = _related(contribution, project)
    inputs = _inputs(contribution, project, related)
    scores = _scores(shown)
    disputed = disputed_among(shown)
    parts = []
    for part in shown:
        found = _explained(part, contribution, scores.get(part.pk, []), inputs, now=now)
        if found.state == UNSCORED and project is None:
            found = replace(found, because=NO_PROJECT)
        if part.pk in disputed:
            found = replace(found, state=DISPUTED)
        if part.weight or found.score:
            parts.append(found)
    seen = visible.filter(contribution__in=related).values_list("contribution", flat=True)
    mine = Q(participation=None) | Q(participation__in=shown)
    rulings = Ruling.objects.filter(mine, contribution=contribution)
    verdicts = BotVerdict.objects.filter(actor__in=[part.actor_id for part in shown])
    return Explanation(
        contribution=contribution,
        project=project,
        parts=tuple(parts),
        facts=_facts(contribution, parts, inputs, now=now),
        related=tuple(related),
        explained=frozenset(seen),
        rulings=tuple(rulings.select_related("decided_by")),
        verdicts=tuple(verdicts.select_related("actor", "decided_by")),
    )


def disputed_among(participations: Sequence[Participation]) -> frozenset[int]:
    """The keys of those of ``participations`` over which a dispute is open; none can be yet."""
    del participations
    return frozenset()


def _related(contribution: Contribution, project: Project | None) -> list[Contribution]:
    """The other contributions of the same work item, the oldest first."""
    own = Placement.objects.filter(participation__contribution=contribution, project=project)
    items = own.exclude(work_item=None).values("work_item")
    members = Placement.objects.filter(work_item__in=items, project=project)
    found = Contribution.objects.filter(pk__in=members.values("participation__contribution"))
    others = found.exclude(pk=contribution.pk).select_related("repository")
    return list(others.order_by("occurred_at", "pk"))


def _inputs(
    contribution: Contribution, project: Project | None, related: Sequence[Contribution]
) -> dict[int, ScoredInput]:
    """What scoring is given of the work item, by contribution."""
    if project is None:
        return {}
    keys = [contribution.pk, *(other.pk for other in related)]
    return {item.contribution: item for item in load_inputs(project, keys).items}


def _facts(
    contribution: Contribution,
    parts: Sequence[PartExplanation],
    inputs: Mapping[int, ScoredInput],
    *,
    now: datetime,
) -> tuple[Fact, ...]:
    """The facts that the rule set in force names, in the order of their table."""
    score = next((part.score for part in parts if part.score), None)
    if score is None or contribution.pk not in inputs:
        return ()
    facts = facts_of(inputs[contribution.pk], now=now)
    asked = {name for one in questions_of(score.rule_set.compiled) for name in one.fields}
    return tuple(
        Fact(name, Text(field.en, field.zh), getattr(facts, name))
        for name, field in FIELDS.items()
        if name in asked
    )


def _scores(participations: Sequence[Participation]) -> dict[int, list[Score]]:
    """All scores of each participation, the newest first."""
    scores = Score.objects.filter(participation__in=participations)
    scores = scores.select_related("project", "rule_set", "counts_with__repository")
    found: dict[int, list[Score]] = {}
    for score in scores.order_by("-scored_at", "-pk"):
        found.setdefault(score.participation_id, []).append(score)
    return found


def _explained(
    part: Participation,
    contribution: Contribution,
    scores: Sequence[Score],
    inputs: Mapping[int, ScoredInput],
    *,
    now: datetime,
) -> PartExplanation:
    score = next((one for one in scores if one.rule_set_id == one.project.scored_by_id), None)
    former = tuple(one for one in scores if one is not score)
    if score is None:
        is_earning = part.role in EARNING_ROLES.get(contribution.kind, ())
        because = NOT_YET if is_earning else NO_EARNING
        return PartExplanation(part, UNSCORED, because, former=former)
    lines = score.trace
    is_stale = score.facts_digest != contribution.digest
    can_change = not is_stale and contribution.pk in inputs
    return PartExplanation(
        participation=part,
        state=score.state,
        because=COUNTS if score.state == COUNTED else Text(lines[-1]["en"], lines[-1]["zh"]),
        score=score,
        lines=tuple(lines),
        changes=_changes(score, inputs, contribution, now=now) if can_change else (),
        depends_on=tuple(unchangeable(lines, score.rule_set.compiled)),
        former=former,
        is_stale=is_stale,
    )


def _changes(
    score: Score,
    inputs: Mapping[int, ScoredInput],
    contribution: Contribution,
    *,
    now: datetime,
) -> tuple[Change, ...]:
    """Facts that would change the score; what a decision or a limit took, no fact gives back."""
    rules = score.rule_set.compiled
    names = [reason["rule"] for reason in score.reasons]
    limits = {limit.id for limit in rules.limits}
    decided = (OWN_REASONS - CUTTING - {"no-rule"}).intersection(names)
    if decided or (score.state != COUNTED and limits.intersection(names)):
        return ()
    subject = subject_of(inputs[contribution.pk], list(inputs.values()), rules, now=now)
    is_cut = subject.is_cut or bool((CUTTING | limits).intersection(names))
    given = [part["points"] for part in score.reasons if part["rule"] not in CUTTING | limits]
    if outcome_of(subject, subject.facts, rules).points != sum(given):
        # What stands beside the work was read again since; scoring follows within minutes.
        return ()
    return what_would_change(replace(subject, is_cut=is_cut), rules)
