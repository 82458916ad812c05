"""Score what changed: load facts, let the core decide, store points with their reasons."""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from credits.core.facts import Participant, ScoredInput
from credits.core.scoring import (
    EARNING_ROLES,
    ScoreResult,
    score_contributions,
)
from credits.models import Project, RuleSet
from credits.services.rules import compiled, rule_set_in_force
from harvesters.models import Contribution

logger = logging.getLogger(__name__)

CHUNK = 2_000
"""Contributions scored at once: bounds the memory of any project, however large."""

LATE_COMMIT = timedelta(minutes=10)
"""A page may be committed a while after its harvest time; look back that far."""


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """How many contributions were scored, and how many scores were written anew."""

    scored: int
    written: int


def score_project(project: Project, *, now: datetime) -> ScoreCounts:
    """Score the contributions of ``project`` that are new, changed or still waiting.

    Cost follows what changed. A rule set that came into force makes everything new; the scores
    of the old one stay for the certificates that cite them.

    Raises:
        NoRuleSetError: nothing is in force at ``now``.
    """
    rule_set = rule_set_in_force(project, now=now)
    scored = written = 0
    for keys in _stale_chunks(project, rule_set):
        results = score_contributions(_load(keys), compiled(rule_set), now=now)
        written += _store(project, rule_set, results, now)
        scored += len(keys)
    Project.objects.filter(pk=project.pk).update(scored_at=now)
    logger.info("scored project %s: %d contributions, %d written", project.pk, scored, written)
    return ScoreCounts(scored, written)


def score_stale_projects(*, now: datetime) -> int:
    """Score every project in which something was harvested since; returns scores written."""
    harvested = Contribution.objects.filter(
        repository__projects=OuterRef("pk"), harvested_at__gt=OuterRef("scored_at") - LATE_COMMIT
    )
    published = RuleSet.objects.in_force(now).filter(
        Q(project=None) | Q(project=OuterRef("pk")), active_from__gt=OuterRef("scored_at")
    )
    stale = Project.objects.filter(Q(scored_at=None) | Exists(harvested) | Exists(published))
    return sum(score_project(project, now=now).written for project in stale)


def _stale_chunks(project: Project, rule_set: RuleSet) -> Iterator[list[int]]:
    after = 0
    while True:
        with connection.cursor() as sql:
            sql.execute(
                _STALE,
                {
                    "project": project.pk,
                    "rule_set": rule_set.pk,
                    "after": after,
                    "limit": CHUNK,
                    "earning": _earning_pairs(),
                },
            )
            keys = [key for (key,) in sql.fetchall()]
        if not keys:
            return
        yield keys
        after = keys[-1]


def _earning_pairs() -> list[str]:
    return [f"{kind}:{role}" for kind, roles in EARNING_ROLES.items() for role in roles]


def _load(keys: Sequence[int]) -> list[ScoredInput]:
    with connection.cursor() as sql:
        sql.execute(_FACTS, {"keys": list(keys), "earning": _earning_pairs()})
        return [_as_input(*row) for row in sql.fetchall()]


def _as_input(*row: Any) -> ScoredInput:
    key, kind, state, title, occurred_at, facts, repository_kind, parts = row
    return ScoredInput(
        contribution=key,
        kind=kind,
        state=state,
        title=title,
        occurred_at=occurred_at,
        facts=facts,
        repository_kind=repository_kind,
        participants=tuple(Participant(*part) for part in parts),
    )


@transaction.atomic
def _store(
    project: Project, rule_set: RuleSet, results: Iterable[ScoreResult], now: datetime
) -> int:
    """Write ``results``; an unchanged score is not written."""
    scope: dict[str, Any] = {"project": project.pk, "rule_set": rule_set.pk, "now": now}
    with connection.cursor() as sql:
        sql.execute(_STAGE)
        with sql.copy("COPY staged_score FROM STDIN") as stream:
            for result in results:
                stream.write_row(_as_row(result))
        sql.execute(_RETIRE, scope)
        sql.execute(_MERGE, scope)
        written: int = sql.rowcount
        sql.execute("DROP TABLE staged_score")
    return written


def _as_row(result: ScoreResult) -> tuple[Any, ...]:
    reasons = [reason.as_json() for reason in result.reasons]
    return (
        result.participation,
        result.points,
        result.category,
        result.state,
        json.dumps(reasons, ensure_ascii=False),
    )


# A repository in two projects counts in the one that was registered first.
_STALE = """
SELECT contribution.id FROM harvesters_contribution contribution
WHERE contribution.id > %(after)s
AND (SELECT min(link.project_id) FROM credits_project_repositories link
    WHERE link.repository_id = contribution.repository_id) = %(project)s
AND EXISTS (
    SELECT 1 FROM harvesters_participation part
    LEFT JOIN credits_score score ON score.participation_id = part.id
        AND score.project_id = %(project)s AND score.rule_set_id = %(rule_set)s
        AND score.is_current
    WHERE part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
    AND (score.facts_digest IS DISTINCT FROM contribution.digest OR score.state = 'waiting'))
ORDER BY contribution.id LIMIT %(limit)s
"""

# Django hands out jsonb as text, for its own fields to read; json comes parsed.
_FACTS = """
SELECT contribution.id, contribution.kind, contribution.state, contribution.title,
    contribution.occurred_at, contribution.facts::json, repository.kind,
    json_agg(json_build_array(part.id, part.role, part.weight, actor.is_bot) ORDER BY part.id)
FROM harvesters_contribution contribution
JOIN harvesters_repository repository ON repository.id = contribution.repository_id
JOIN harvesters_participation part ON part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
JOIN harvesters_actor actor ON actor.id = part.actor_id
WHERE contribution.id = ANY(%(keys)s)
GROUP BY contribution.id, repository.id ORDER BY contribution.id
"""

_STAGE = """
CREATE TEMPORARY TABLE staged_score (
    participation bigint, points bigint, category text, state text, reasons jsonb
) ON COMMIT DROP
"""

_RETIRE = """
UPDATE credits_score score SET is_current = false
FROM staged_score staged
WHERE score.participation_id = staged.participation AND score.is_current
    AND (score.project_id, score.rule_set_id) <> (%(project)s, %(rule_set)s)
"""

_MERGE = """
INSERT INTO credits_score AS kept (participation_id, project_id, rule_set_id, points, category,
    state, reasons, facts_digest, is_current, scored_at)
SELECT staged.participation, %(project)s, %(rule_set)s, staged.points, staged.category,
    staged.state, staged.reasons, contribution.digest, true, %(now)s
FROM staged_score staged
JOIN harvesters_participation part ON part.id = staged.participation
JOIN harvesters_contribution contribution ON contribution.id = part.contribution_id
ORDER BY staged.participation
ON CONFLICT (participation_id, project_id, rule_set_id) DO UPDATE
SET points = excluded.points, category = excluded.category, state = excluded.state,
    reasons = excluded.reasons, facts_digest = excluded.facts_digest, is_current = true,
    scored_at = excluded.scored_at
WHERE (kept.points, kept.category, kept.state, kept.reasons, kept.facts_digest, kept.is_current)
    IS DISTINCT FROM (excluded.points, excluded.category, excluded.state, excluded.reasons,
        excluded.facts_digest, true)
"""
