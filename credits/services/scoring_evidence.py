"""What a certificate's points were computed from, gathered as it was scored."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from credits.core.certificate_facts import EvidenceItem, ScoringFacts
from credits.core.recompute import record_differences, withholds
from credits.models import Placement, Project, RuleSet, Score
from credits.services.cells import SizedCell, members_of
from credits.services.errors import CreditsError
from credits.services.loading import load_inputs

logger = logging.getLogger(__name__)


class ScoresAreStaleError(CreditsError):
    """The work has changed since it was scored; it is scored again soon, so try again later."""


def gather_scoring(scores: Iterable[Score]) -> list[ScoringFacts]:
    """The inputs of every month and work item that ``scores`` touch, by project.

    A project that was never scored as a whole has none.
    """
    by_project: dict[Project, list[Score]] = defaultdict(list)
    for score in scores:
        if score.project.scored_at is not None:
            by_project[score.project].append(score)
    found = (_scoring(project, mine) for project, mine in by_project.items())
    return [each for each in found if each is not None]


def _scoring(project: Project, scores: Sequence[Score]) -> ScoringFacts | None:
    keys = [score.participation_id for score in scores]
    placed = Placement.objects.filter(project=project, participation__in=keys)
    cells = [SizedCell(*row, len(keys)) for row in placed.values_list("month", "person").distinct()]
    if not cells or project.scored_at is None:
        return None
    members = members_of(project, cells)
    items = load_inputs(project, members.contributions).items
    own = (item for item in items for part in item.participants if part.key in members.cell_of)
    return ScoringFacts(
        project=project_url(project),
        now=project.scored_at,
        items=items,
        own=frozenset(item.contribution for item in own),
    )


def evidence_item(score: Score) -> EvidenceItem:
    """One certified contribution, as the evidence record lists it."""
    contribution = score.participation.contribution
    return EvidenceItem(
        url=contribution.url,
        title=contribution.title,
        category=score.category,
        points=score.points,
        occurred_at=contribution.occurred_at,
        repository=str(contribution.repository),
        external_id=contribution.external_id,
        kind=contribution.kind,
        role=score.participation.role,
        digest=contribution.digest,
        reasons=score.trace,
        ai_assistance=tuple(contribution.facts.get("ai_assistance") or ()),
        participation=score.participation_id,
        project=project_url(score.project),
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
    differences = record_differences(record, rule_set.compiled)
    if differences:
        logger.warning("the scores of %s are stale: %s", record["code"], differences[:3])
        raise ScoresAreStaleError(
            _("The work has changed since it was scored. It is scored again soon: try again later.")
        )
