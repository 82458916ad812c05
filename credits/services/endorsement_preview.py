"""What decisions on acceptance would change in points, before they are made. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count

from credits.core.inputs import ScoredInput
from credits.core.scoring import ScoreResult, score_contributions
from credits.models import Placement, Project
from credits.services.cells import SizedCell, members_of
from credits.services.endorsements import Acceptance
from credits.services.loading import load_inputs
from credits.services.rules import rule_set_in_force


@dataclass(frozen=True, slots=True)
class Difference:
    """Points (thousandths) before and after, of everything that the decisions touch."""

    before: int
    after: int

    @property
    def gain(self) -> int:
        return self.after - self.before


def preview_acceptance(
    project: Project, asked: Sequence[Acceptance], *, now: datetime
) -> Difference:
    """What ``asked`` would change in the months of those whose work it is.

    Raises:
        NoRuleSetError: nothing is in force at ``now``.
    """
    rules = rule_set_in_force(project, now=now).compiled
    cells = _cells(project, [one.contribution for one in asked])
    if not cells:
        return Difference(0, 0)
    members = members_of(project, cells)
    items = load_inputs(project, members.contributions).items
    wanted = {one.contribution: one for one in asked}
    decided = [_decided(item, wanted.get(item.contribution)) for item in items]
    before = score_contributions(items, rules, now=now)
    after = score_contributions(decided, rules, now=now)
    return Difference(*(_sum(results, members.participations) for results in (before, after)))


def _cells(project: Project, contributions: Sequence[int]) -> list[SizedCell]:
    """Whose months the contributions stand in; scores depend on nothing beyond."""
    placed = Placement.objects.filter(
        project=project, participation__contribution__in=contributions
    )
    rows = placed.values("month", "person").annotate(size=Count("pk")).order_by("month", "person")
    return [SizedCell(row["month"], row["person"], row["size"]) for row in rows]


def _decided(item: ScoredInput, asked: Acceptance | None) -> ScoredInput:
    if asked is None:
        return item
    denied = asked.reason if asked.endorsed is False else ""
    ruling = replace(item.ruling, is_endorsed=asked.endorsed is True, denied=denied)
    return replace(item, ruling=ruling)


def _sum(results: Sequence[ScoreResult], inside: frozenset[int]) -> int:
    return sum(one.points for one in results if one.participation in inside)
