"""What certificates count: the scores in force of some people, as plain data."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from accounts.models import User
from credits.models import Project, RuleSet, Score


@dataclass(frozen=True, slots=True)
class Cover:
    """Which work is meant: from ``start`` until before ``end``, in ``project`` (None: in all)."""

    start: datetime
    end: datetime
    project: Project | None = None


WORK = "participation__contribution__"


class Counted(NamedTuple):
    """A contribution that counts for its holder; points in thousandths."""

    holder: int
    participation: int
    role: str
    points: int
    category: str
    reasons: list[dict[str, Any]]
    project: Project
    rule_set: RuleSet
    repository: str
    external_id: str
    kind: str
    title: str
    url: str
    occurred_at: datetime
    digest: str
    ai_assistance: tuple[str, ...]


def scores_in(cover: Cover, holders: Collection[User]) -> QuerySet[Score]:
    """The counted scores of ``holders`` that ``cover`` covers, each with its ``holder``."""
    scores = (
        Score.objects.in_force()
        .counted()
        .filter(
            participation__actor__identities__user__in=holders,
            participation__actor__identities__withdrawn_at=None,
            **{f"{WORK}occurred_at__gte": cover.start, f"{WORK}occurred_at__lt": cover.end},
            points__gt=0,
        )
        .annotate(holder=F("participation__actor__identities__user"))
    )
    return scores.filter(project=cover.project) if cover.project else scores


def counted_by(cover: Cover, holders: Collection[User]) -> Mapping[int, list[Counted]]:
    """What ``cover`` covers of each of ``holders``, in the order of time; three queries."""
    scores = scores_in(cover, holders).order_by(f"{WORK}occurred_at", "pk")
    rows: list[dict[str, Any]] = [dict(row) for row in scores.values(*COLUMNS, **BESIDE)]
    projects = Project.objects.in_bulk({row["project_id"] for row in rows})
    rule_sets = RuleSet.objects.in_bulk({row["rule_set_id"] for row in rows})
    found: dict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        row["project"] = projects[row.pop("project_id")]
        row["rule_set"] = rule_sets[row.pop("rule_set_id")]
        row["repository"] = f"{row.pop('host')}/{row.pop('path')}"
        row["ai_assistance"] = tuple(row["ai_assistance"] or ())
        found[row["holder"]].append(Counted(**row))
    return found


def _of_contribution(name: str) -> F:
    return F(f"{WORK}{name}")


COLUMNS = ("holder", "participation", "points", "category", "reasons", "project_id", "rule_set_id")
BESIDE: Mapping[str, F] = {
    "role": F("participation__role"),
    "host": _of_contribution("repository__host"),
    "path": _of_contribution("repository__path"),
    "ai_assistance": _of_contribution("facts__ai_assistance"),
    **{
        name: _of_contribution(name)
        for name in ("external_id", "kind", "title", "url", "occurred_at", "digest")
    },
}
