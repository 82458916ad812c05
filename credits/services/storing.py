"""Store scores: those that did not change are not written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from credits.core.scoring import ScoreResult
from credits.models import Project, RuleSet
from credits.services.duplicates import OWNER


def store_scores(
    project: Project,
    rule_set: RuleSet,
    results: Iterable[ScoreResult],
    digests: Mapping[int, str],
    *,
    now: datetime,
) -> int:
    """Write what changed of ``results``; returns how many scores that were."""
    scope: dict[str, Any] = {"project": project.pk, "rule_set": rule_set.pk, "now": now}
    with connection.cursor() as sql:
        sql.execute(_STAGE)
        with sql.copy("COPY staged_score FROM STDIN") as stream:
            for result in results:
                stream.write_row(_as_row(result, digests[result.contribution]))
        sql.execute(_MERGE, scope)
        written: int = sql.rowcount
        sql.execute("DROP TABLE staged_score")
    return written


def _as_row(result: ScoreResult, digest: str) -> tuple[Any, ...]:
    reasons = [reason.as_json() for reason in result.reasons]
    first = result.reasons[0]
    return (
        result.participation,
        result.points,
        result.category,
        result.state,
        orjson.dumps(reasons).decode(),
        digest,
        first.inputs["contribution"] if first.rule == "counts-elsewhere" else None,
        result.waits_until,
    )


def forget_scores_of_others(project: Project) -> None:
    """Delete scores of ``project`` in what counts in another project now, and the other way.

    They can be computed again from the facts; certificates keep what they cite themselves.
    """
    with connection.cursor() as sql:
        sql.execute(_FORGET, {"project": project.pk})


_STAGE = """
CREATE TEMPORARY TABLE staged_score (
    participation bigint, points bigint, category text, state text, reasons jsonb,
    digest text, counts_with bigint, waits_until timestamptz
) ON COMMIT DROP
"""

_MERGE = """
INSERT INTO credits_score AS kept (participation_id, project_id, rule_set_id, points, category,
    state, reasons, facts_digest, counts_with_id, waits_until, scored_at)
SELECT staged.participation, %(project)s, %(rule_set)s, staged.points, staged.category,
    staged.state, staged.reasons, staged.digest, staged.counts_with, staged.waits_until, %(now)s
FROM staged_score staged
ORDER BY staged.participation
ON CONFLICT (participation_id, rule_set_id) DO UPDATE
SET project_id = excluded.project_id, points = excluded.points, category = excluded.category,
    state = excluded.state, reasons = excluded.reasons, facts_digest = excluded.facts_digest,
    counts_with_id = excluded.counts_with_id, waits_until = excluded.waits_until,
    scored_at = excluded.scored_at
WHERE (kept.project_id, kept.points, kept.category, kept.state, kept.reasons, kept.facts_digest,
        kept.counts_with_id, kept.waits_until)
    IS DISTINCT FROM (excluded.project_id, excluded.points, excluded.category, excluded.state,
        excluded.reasons, excluded.facts_digest, excluded.counts_with_id, excluded.waits_until)
"""

_FORGET = f"""
WITH owner AS ({OWNER})
DELETE FROM credits_score score
USING harvesters_participation part, harvesters_contribution contribution
LEFT JOIN owner USING (repository_id)
WHERE part.id = score.participation_id AND contribution.id = part.contribution_id
    AND (score.project_id = %(project)s OR owner.project_id = %(project)s)
    AND score.project_id IS DISTINCT FROM owner.project_id
"""  # noqa: S608 - all of it is our own text
