"""What certificates count: the scores in force of some people, as plain data."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, F, QuerySet, Value

from accounts.models import User
from credits.models import Certificate, Project, RuleSet, Score


@dataclass(frozen=True, slots=True)
class Cover:
    """Which work is meant: from ``start`` until before ``end``, in ``project`` (None: in all).

    What takes the place of a ``former`` certificate counts nothing that this one did not, and by
    the same rules, whichever are in force.
    """

    start: datetime
    end: datetime
    project: Project | None = None
    former: Certificate | None = None


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
    if cover.former is not None:
        return _still_counted(cover.former)
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


def _still_counted(former: Certificate) -> QuerySet[Score]:
    """What ``former`` counts and its rules still count, whoever owns the accounts by now."""
    certified = former.items.values("participation")
    scores = Score.objects.counted().filter(rule_set=former.rule_set_id, points__gt=0)
    holder = Value(former.holder_id, output_field=BigIntegerField())
    return scores.filter(participation__in=certified).annotate(holder=holder)


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
