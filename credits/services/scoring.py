"""Score what changed: load facts, let the core decide, store points with their reasons."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from credits.core.facts import Counting, Participant, ScoredInput
from credits.core.scoring import (
    EARNING_ROLES,
    ScoreResult,
    score_contributions,
)
from credits.models import Project, RuleSet
from credits.services.duplicates import OWNER, duplicates_gathered, projects_that_share
from credits.services.rules import NoRuleSetError, compiled, rule_set_in_force
from harvesters.models import Contribution

logger = logging.getLogger(__name__)

CHUNK = 2_000
"""Contributions scored at once: bounds the memory of any project, however large."""

LATE_COMMIT = timedelta(minutes=10)
"""A page may be committed a while after its harvest time; look back that far."""

LOOKED_AT_EVERY = timedelta(days=1)
"""What waits for its age to grow is harvested no more; so every project is looked at daily."""


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """How many contributions were scored, and how many scores were written anew."""

    scored: int
    written: int


def score_project(project: Project, *, now: datetime) -> ScoreCounts:
    """Score the contributions of ``project`` that are new, changed or still waiting.

    So is what counts elsewhere since, or no longer; other projects that hold the same work are
    looked at again. A rule set that came into force makes everything new; the scores of the old
    one stay for the certificates that cite them.

    Raises:
        NoRuleSetError: nothing is in force at ``now``.
    """
    rule_set = rule_set_in_force(project, now=now)
    scored = written = 0
    looked_at = Project.objects.filter(pk=project.pk).values_list("scored_at", flat=True).get()
    for stale in _stale_chunks(project, rule_set):
        _look_again(projects_that_share(project, list(stale)))
        digests, items = _load(stale)
        results = score_contributions(items, compiled(rule_set), now=now)
        rows = [
            _as_row(result, digests[result.contribution], stale[result.contribution])
            for result in results
        ]
        written += _store(project, rule_set, rows, now)
        scored += len(stale)
    # Should another scoring have found shared work in the meantime, it is looked at again.
    Project.objects.filter(pk=project.pk, scored_at=looked_at).update(scored_at=now)
    logger.info("scored project %s: %d contributions, %d written", project.pk, scored, written)
    return ScoreCounts(scored, written)


def score_stale_projects(*, now: datetime) -> int:
    """Score every project where something may have changed since; returns scores written.

    A project for which no rule set counts is left for later; it does not hold up the others.
    """
    harvested = Contribution.objects.filter(
        repository__projects=OuterRef("pk"), harvested_at__gt=OuterRef("scored_at") - LATE_COMMIT
    )
    published = RuleSet.objects.in_force(now).filter(
        Q(active_from__gt=OuterRef("scored_at")) | Q(published_at__gt=OuterRef("scored_at")),
        Q(project=None) | Q(project=OuterRef("pk")),
    )
    unseen = Q(scored_at=None) | Q(scored_at__lte=now - LOOKED_AT_EVERY)
    stale = Project.objects.filter(unseen | Exists(harvested) | Exists(published))
    return sum(_written(project, now) for project in stale)


def _written(project: Project, now: datetime) -> int:
    try:
        return score_project(project, now=now).written
    except NoRuleSetError:
        logger.warning("project %s is not scored: no rule set is in force", project.pk)
        return 0


def _look_again(projects: Sequence[int]) -> None:
    seen = Project.objects.filter(pk__in=projects, scored_at__isnull=False)
    seen.update(scored_at=None)


def _stale_chunks(project: Project, rule_set: RuleSet) -> Iterator[dict[int, int | None]]:
    """What to score: contributions, and with which other one each counts, if with any."""
    scope: dict[str, Any] = {"project": project.pk, "rule_set": rule_set.pk}
    with duplicates_gathered(project), connection.cursor() as sql:
        sql.execute(_STALE, {**scope, "earning": _earning_pairs()})
        while rows := sql.fetchmany(CHUNK):
            yield dict(rows)


def _earning_pairs() -> list[str]:
    return [f"{kind}:{role}" for kind, roles in EARNING_ROLES.items() for role in roles]


def _load(stale: Mapping[int, int | None]) -> tuple[dict[int, str], list[ScoredInput]]:
    """The facts of contributions, and the digest of the facts that were read for each.

    A harvest may write others while these are being scored; the digest tells, and the
    contribution stays stale.
    """
    with connection.cursor() as sql:
        asked: dict[str, Any] = {"keys": list(stale), "counting": list(stale.values())}
        sql.execute(_FACTS, {**asked, "earning": _earning_pairs()})
        rows = sql.fetchall()
    return {key: digest for key, digest, *_ in rows}, [_as_input(*row) for row in rows]


def _as_input(*row: Any) -> ScoredInput:
    key, _digest, kind, state, title, occurred_at, facts, repository_kind, counting, parts = row
    return ScoredInput(
        contribution=key,
        kind=kind,
        state=state,
        title=title,
        occurred_at=occurred_at,
        facts=facts,
        repository_kind=repository_kind,
        participants=tuple(Participant(*part) for part in parts),
        counts_with=None if counting is None else Counting(*counting),
    )


@transaction.atomic
def _store(
    project: Project, rule_set: RuleSet, rows: Iterable[tuple[Any, ...]], now: datetime
) -> int:
    """Write staged ``rows``; an unchanged score is not written. One scorer writes at a time."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    scope: dict[str, Any] = {"project": project.pk, "rule_set": rule_set.pk, "now": now}
    with connection.cursor() as sql:
        sql.execute(_STAGE)
        with sql.copy("COPY staged_score FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        sql.execute(_RETIRE, scope)
        sql.execute(_MERGE, scope)
        written: int = sql.rowcount
        sql.execute("DROP TABLE staged_score")
    return written


def _as_row(result: ScoreResult, digest: str, counts_with: int | None) -> tuple[Any, ...]:
    reasons = [reason.as_json() for reason in result.reasons]
    return (
        result.participation,
        result.points,
        result.category,
        result.state,
        json.dumps(reasons, ensure_ascii=False),
        digest,
        counts_with,
    )


# An account that turned out to be a bot after it was scored makes the contribution stale, for
# those who share it.
_STALE = f"""
WITH owner AS ({OWNER})
SELECT contribution.id, duplicate.counts_with FROM harvesters_contribution contribution
JOIN owner USING (repository_id)
LEFT JOIN gathered_duplicate duplicate ON duplicate.id = contribution.id
WHERE owner.project_id = %(project)s
AND EXISTS (
    SELECT 1 FROM harvesters_participation part
    JOIN harvesters_actor actor ON actor.id = part.actor_id
    LEFT JOIN credits_score score ON score.participation_id = part.id
        AND score.project_id = %(project)s AND score.rule_set_id = %(rule_set)s
        AND score.is_current
    WHERE part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
    AND (score.facts_digest IS DISTINCT FROM contribution.digest OR score.state = 'waiting'
        OR score.counts_with_id IS DISTINCT FROM duplicate.counts_with
        OR actor.is_bot AND score.points <> 0))
ORDER BY contribution.id
"""  # noqa: S608 - all of it is our own text

# Django hands out jsonb as text, for its own fields to read; json comes parsed.
_FACTS = """
SELECT contribution.id, contribution.digest, contribution.kind, contribution.state,
    contribution.title, contribution.occurred_at, contribution.facts::json, repository.kind,
    CASE WHEN counting.id IS NOT NULL THEN json_build_array(counting.id, counting.kind,
        counting.title, counting.url, place.host || '/' || place.path) END,
    json_agg(json_build_array(part.id, part.role, part.weight, actor.is_bot) ORDER BY part.id)
FROM unnest(%(keys)s::bigint[], %(counting)s::bigint[]) asked (id, counts_with)
JOIN harvesters_contribution contribution ON contribution.id = asked.id
LEFT JOIN harvesters_contribution counting ON counting.id = asked.counts_with
LEFT JOIN harvesters_repository place ON place.id = counting.repository_id
JOIN harvesters_repository repository ON repository.id = contribution.repository_id
JOIN harvesters_participation part ON part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
JOIN harvesters_actor actor ON actor.id = part.actor_id
GROUP BY contribution.id, repository.id, counting.id, place.id ORDER BY contribution.id
"""

_STAGE = """
CREATE TEMPORARY TABLE staged_score (
    participation bigint, points bigint, category text, state text, reasons jsonb,
    digest text, counts_with bigint
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
    state, reasons, facts_digest, counts_with_id, is_current, scored_at)
SELECT staged.participation, %(project)s, %(rule_set)s, staged.points, staged.category,
    staged.state, staged.reasons, staged.digest, staged.counts_with, true, %(now)s
FROM staged_score staged
ORDER BY staged.participation
ON CONFLICT (participation_id, project_id, rule_set_id) DO UPDATE
SET points = excluded.points, category = excluded.category, state = excluded.state,
    reasons = excluded.reasons, facts_digest = excluded.facts_digest,
    counts_with_id = excluded.counts_with_id, is_current = true, scored_at = excluded.scored_at
WHERE (kept.points, kept.category, kept.state, kept.reasons, kept.facts_digest,
        kept.counts_with_id, kept.is_current)
    IS DISTINCT FROM (excluded.points, excluded.category, excluded.state, excluded.reasons,
        excluded.facts_digest, excluded.counts_with_id, true)
"""
