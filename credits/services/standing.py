"""How a version of a rule set stands: derived from dates, so that nothing is marked when they come.

Of the active versions of one project (or of the default ones), the newest whose day has come
counts. An older one is replaced since the day on which the next one came into force.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from credits.models import RuleSet


class Stand(StrEnum):
    """What a version of a rule set is at a moment."""

    DRAFT = "draft"
    SHADOW = "shadow"
    PLANNED = "planned"
    ACTIVE = "active"
    REPLACED = "replaced"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a version is, since when, and (in force or planned) until when, if that is known."""

    stand: Stand
    since: datetime | None
    until: datetime | None = None


def standings_of(rule_sets: Iterable[RuleSet], *, now: datetime) -> Mapping[int, Standing]:
    """The standing of each of ``rule_sets``, by its key; one query."""
    asked = list(rule_sets)
    owners = {rule_set.project_id for rule_set in asked}
    mine = Q(project__in=[owner for owner in owners if owner is not None])
    mine |= Q(project=None) if None in owners else Q()
    active = RuleSet.objects.filter(mine, state=RuleSet.State.ACTIVE)
    rows = active.values_list("project_id", "active_from", "pk").order_by("active_from", "pk")
    order = [(owner, since, pk) for owner, since, pk in rows if since]
    return {rule_set.pk: _standing(rule_set, order, now) for rule_set in asked}


def standing_of(rule_set: RuleSet, *, now: datetime) -> Standing:
    """The standing of one version."""
    return standings_of([rule_set], now=now)[rule_set.pk]


def _standing(
    rule_set: RuleSet, order: Sequence[tuple[int | None, datetime, int]], now: datetime
) -> Standing:
    if rule_set.state != RuleSet.State.ACTIVE or rule_set.active_from is None:
        since = {
            RuleSet.State.DRAFT: rule_set.written_at,
            RuleSet.State.SHADOW: rule_set.shadow_from,
        }.get(RuleSet.State(rule_set.state), rule_set.retired_at)
        return Standing(Stand(rule_set.state), since)
    own = (rule_set.active_from, rule_set.pk)
    later = [row[1] for row in order if row[0] == rule_set.project_id and row[1:] > own]
    until = later[0] if later else None
    if until is not None and until <= now:
        return Standing(Stand.REPLACED, until)
    if rule_set.active_from > now:
        return Standing(Stand.PLANNED, rule_set.active_from, until)
    return Standing(Stand.ACTIVE, rule_set.active_from, until)
