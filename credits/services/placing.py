"""Place contributions: whose they are, in which month and which work item.

Everything that is computed anew after a change is found by places, so that the cost follows what
changed and not the length of history.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from credits.core.inputs import Participant, ScoredInput
from credits.core.scoring import EARNING_ROLES
from credits.core.work_items import GROUPED_KINDS, work_item_of
from credits.models import Project
from credits.services.arrays import as_array
from credits.services.cells import Cell


def place_contributions(project: Project, contributions: Sequence[int]) -> set[Cell]:
    """Place ``contributions`` of ``project``; returns the cells whose scores may have changed.

    These are where they stood and where they stand now, and those of everybody who shares a work
    item with them.
    """
    with connection.cursor() as sql:
        sql.execute(_ROWS, {"keys": as_array(contributions), "earning": earning_pairs()})
        rows = sql.fetchall()
        sql.execute(_STAGE)
        with sql.copy("COPY staged_placement FROM STDIN") as stream:
            for row in _placements(rows):
                stream.write_row(row)
        sql.execute("ANALYZE staged_placement")
        sql.execute(_TOUCHED)
        sql.execute("ANALYZE touched_item")
        sql.execute(_CELLS_BEFORE)
        cells = {Cell(*row) for row in sql.fetchall()}
        sql.execute(_MERGE, {"project": project.pk})
        sql.execute(_ANCHOR)
        sql.execute(_CELLS_AFTER)
        cells |= {Cell(*row) for row in sql.fetchall()}
        sql.execute("DROP TABLE staged_placement, touched_item")
    return cells


def earning_pairs() -> list[str]:
    """Kinds with the roles that earn by them, as the queries take them."""
    return [f"{kind}:{role}" for kind, roles in EARNING_ROLES.items() for role in sorted(roles)]


def _placements(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    for key, kind, occurred_at, repository, closes, path, told in rows:
        parts = orjson.loads(told)
        work_item = None
        if kind in GROUPED_KINDS:
            people = tuple(Participant(*part) for part in parts)
            work_item = _work_item(kind, occurred_at, repository, closes, path, people)
        for participation, *_, person in parts:
            yield participation, key, person, work_item


def _work_item(
    kind: str,
    occurred_at: datetime,
    repository: int,
    closes: str | None,
    path: str | None,
    people: Sequence[Participant],
) -> int | None:
    item = ScoredInput(
        contribution=0,
        kind=kind,
        state="",
        title="",
        occurred_at=occurred_at,
        facts={"closes": orjson.loads(closes)} if closes else {},
        repository_kind="",
        participants=people,
        repository=repository,
    )
    return work_item_of(item, path or "")


PERSON = """
LEFT JOIN LATERAL (
    SELECT min(theirs.actor_id) AS person FROM accounts_identity mine
    JOIN accounts_identity theirs ON theirs.user_id = mine.user_id AND theirs.withdrawn_at IS NULL
    WHERE mine.actor_id = part.actor_id AND mine.withdrawn_at IS NULL
) owner_of ON true
"""
"""Of a ``part``, ``owner_of.person``: the smallest account that its owner proved; null if none."""

IS_BOT = "coalesce(verdict.is_bot, actor.is_bot)"
VERDICT = """
LEFT JOIN credits_botverdict verdict
    ON verdict.actor_id = actor.id AND verdict.replaced_at IS NULL
"""

_ROWS = f"""
SELECT contribution.id, contribution.kind, contribution.occurred_at, contribution.repository_id,
    contribution.facts ->> 'closes', contribution.facts #>> '{{files,0,0}}',
    json_agg(json_build_array(part.id, part.role, part.weight, {IS_BOT},
        coalesce(owner_of.person, part.actor_id)) ORDER BY part.id)::text
FROM harvesters_contribution contribution
JOIN harvesters_participation part ON part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
JOIN harvesters_actor actor ON actor.id = part.actor_id
{VERDICT} {PERSON}
WHERE contribution.id = ANY(%(keys)s)
GROUP BY contribution.id
"""  # noqa: S608 - all of it is our own text

_STAGE = """
CREATE TEMPORARY TABLE staged_placement (
    participation bigint PRIMARY KEY, contribution bigint, person bigint, work_item bigint
) ON COMMIT DROP
"""

# The month of the Thursday of the week, as in credits.core.periods.
_MONTH = """
(extract(year FROM {thursday}) * 12 + extract(month FROM {thursday}) - 1)::integer
""".format(
    thursday="(date_trunc('week', contribution.occurred_at AT TIME ZONE 'UTC') + interval '3 days')"
)

_TOUCHED = """
CREATE TEMPORARY TABLE touched_item ON COMMIT DROP AS
SELECT work_item FROM staged_placement WHERE work_item IS NOT NULL
UNION
SELECT kept.work_item FROM credits_placement kept
JOIN staged_placement staged ON staged.participation = kept.participation_id
WHERE kept.work_item IS NOT NULL
"""

_CELLS_BEFORE = """
SELECT kept.month, kept.person FROM credits_placement kept
JOIN staged_placement staged ON staged.participation = kept.participation_id
UNION
SELECT kept.month, kept.person FROM touched_item
JOIN credits_placement kept ON kept.work_item = touched_item.work_item
"""

_MERGE = f"""
INSERT INTO credits_placement AS kept
    (participation_id, contribution_id, project_id, person, month, work_item)
SELECT staged.participation, staged.contribution, %(project)s, staged.person, {_MONTH},
    staged.work_item
FROM staged_placement staged
JOIN harvesters_contribution contribution ON contribution.id = staged.contribution
ORDER BY staged.participation
ON CONFLICT (participation_id) DO UPDATE
SET project_id = excluded.project_id, person = excluded.person, month = excluded.month,
    work_item = excluded.work_item
WHERE (kept.project_id, kept.person, kept.month, kept.work_item)
    IS DISTINCT FROM (excluded.project_id, excluded.person, excluded.month, excluded.work_item)
"""  # noqa: S608 - all of it is our own text

# A work item is of the month in which its first contribution happened.
_ANCHOR = f"""
WITH member AS (
    SELECT kept.participation_id, kept.work_item, kept.month, {_MONTH} AS own_month
    FROM touched_item
    JOIN credits_placement kept ON kept.work_item = touched_item.work_item
    JOIN harvesters_contribution contribution ON contribution.id = kept.contribution_id
), anchor AS (
    SELECT work_item, min(own_month) AS month FROM member GROUP BY work_item
    HAVING min(own_month) <> max(own_month) OR min(month) <> max(month)
)
UPDATE credits_placement kept SET month = anchor.month
FROM member JOIN anchor USING (work_item)
WHERE kept.participation_id = member.participation_id AND kept.month <> anchor.month
"""  # noqa: S608 - all of it is our own text

_CELLS_AFTER = """
SELECT kept.month, kept.person FROM credits_placement kept
JOIN staged_placement staged ON staged.participation = kept.participation_id
UNION
SELECT kept.month, kept.person FROM touched_item
JOIN credits_placement kept ON kept.work_item = touched_item.work_item
"""
