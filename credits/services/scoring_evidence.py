"""What a certificate's points were computed from, gathered as it was scored."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.conf import settings

from credits.core.certificate_facts import CertificateFacts, ScoringFacts
from credits.core.evidence import build_evidence_record
from credits.core.recompute import record_differences
from credits.models import Placement, Project, RuleSet, Score
from credits.services.cells import Cell, members_of, sized
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
    cells = {Cell(*row) for row in placed.values_list("month", "person")}
    whole = sized(project, cells)
    if not whole or project.scored_at is None:
        return None
    members = members_of(project, whole)
    items = load_inputs(project, members.contributions).items
    own = (
        item for item in items for part in item.participants if part.key in members.participations
    )
    return ScoringFacts(
        project=project_url(project),
        now=project.scored_at,
        items=items,
        own=frozenset(item.contribution for item in own),
    )


def project_url(project: Project) -> str:
    """The address of the project's page, by which certificates name it."""
    return f"{settings.BASE_URL}/projects/{project.slug}"


def refuse_stale(facts: CertificateFacts, rule_set: RuleSet) -> None:
    """See to it that every point that ``facts`` give follows from what they pin.

    Raises:
        ScoresAreStaleError: it does not, as after a harvest that nobody has scored yet.
    """
    if not facts.scoring:
        return
    differences = record_differences(build_evidence_record(facts), rule_set.compiled)
    if differences:
        logger.warning("the scores of %s are stale: %s", facts.code, differences[:3])
        raise ScoresAreStaleError
