"""What a certificate's points were computed from, gathered as it was scored."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from credits.core.certificate_facts import EvidenceItem, ScoringFacts
from credits.core.inputs import ScoredInput
from credits.core.recompute import record_differences, withholds
from credits.core.traces import trace
from credits.models import Placement, Project, RuleSet
from credits.services.cells import Cell, Members, members_of_each
from credits.services.counted import Counted
from credits.services.errors import CreditsError
from credits.services.loading import load_inputs

logger = logging.getLogger(__name__)


class ScoresAreStaleError(CreditsError):
    """The work has changed since it was scored; it is scored again soon, so try again later."""


def gather_scoring(
    counted: Mapping[int, Sequence[Counted]],
) -> Mapping[int, list[ScoringFacts]]:
    """For each holder, the inputs of every month and work item that ``counted`` touches.

    They come by project, in the order of their first contributions. A project that was never
    scored as a whole has none. The number of queries is that of the projects.
    """
    by_project: dict[Project, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for holder, mine in counted.items():
        for each in mine:
            if each.project.scored_at is not None:
                by_project[each.project][holder].append(each.participation)
    found: dict[int, list[ScoringFacts]] = {holder: [] for holder in counted}
    for project, participations in by_project.items():
        for holder, scoring in _scoring(project, participations).items():
            found[holder].append(scoring)
    return found


def _scoring(
    project: Project, participations: Mapping[int, Collection[int]]
) -> Mapping[int, ScoringFacts]:
    """The inputs in ``project`` by holder, those left out whose work was not placed yet."""
    cells = _cells(project, participations)
    if not cells or project.scored_at is None:
        return {}
    members = members_of_each(project, cells)
    needed = {key for each in members.values() for key in each.contributions}
    items = {item.contribution: item for item in load_inputs(project, sorted(needed)).items}
    return {
        holder: _facts(project, project.scored_at, each, items) for holder, each in members.items()
    }


def _cells(
    project: Project, participations: Mapping[int, Collection[int]]
) -> Mapping[int, set[Cell]]:
    """Which months of whom the participations of each holder lie in."""
    holders = {key: holder for holder, mine in participations.items() for key in mine}
    placed = Placement.objects.filter(project=project, participation__in=list(holders))
    cells: dict[int, set[Cell]] = defaultdict(set)
    for key, month, person in placed.values_list("participation", "month", "person"):
        cells[holders[key]].add(Cell(month, person))
    return cells


def _facts(
    project: Project, now: datetime, members: Members, items: Mapping[int, ScoredInput]
) -> ScoringFacts:
    mine = [items[key] for key in members.contributions if key in items]
    own = {
        item.contribution
        for item in mine
        if any(part.key in members.cell_of for part in item.participants)
    }
    return ScoringFacts(project=project_url(project), now=now, items=mine, own=frozenset(own))


def evidence_item(counted: Counted) -> EvidenceItem:
    """One certified contribution, as the evidence record lists it."""
    return EvidenceItem(
        url=counted.url,
        title=counted.title,
        category=counted.category,
        points=counted.points,
        occurred_at=counted.occurred_at,
        repository=counted.repository,
        external_id=counted.external_id,
        kind=counted.kind,
        role=counted.role,
        digest=counted.digest,
        reasons=trace(counted.reasons, counted.rule_set.compiled),
        ai_assistance=counted.ai_assistance,
        participation=counted.participation,
        project=project_url(counted.project),
    )


def project_url(project: Project) -> str:
    """The address of the project's page, by which certificates name it."""
    return f"{settings.BASE_URL}/projects/{project.slug}"


def refuse_stale(record: Mapping[str, Any], rule_set: RuleSet) -> None:
    """See to it that every point in an evidence ``record`` follows from what it holds.

    Where the rules may read titles of other people's work, which it withholds, nobody can.

    Raises:
        ScoresAreStaleError: it does not, as after a harvest that nobody has scored yet.
    """
    if not record["scoring"] or withholds(record):
        return
    differences = record_differences(record, rule_set.compiled, is_new=True)
    if differences:
        logger.warning("the scores of %s are stale: %s", record["code"], differences[:3])
        raise ScoresAreStaleError(
            _("The work has changed since it was scored. It is scored again soon: try again later.")
        )
