"""How a repository stands as a whole, and what of it is looked at again when that changes.

A repository may be one person's own sandbox, and its sources may tell changes or not. Each of
these decides about all of its work, so its last known state is kept: however long the history,
it is looked at again once, when the state changes, and not with each contribution.
"""

from collections.abc import Collection
from typing import Any

from django.db import connection

from credits.services.direct import A_CHANGE
from credits.services.duplicates import OWNER
from credits.services.sandboxes import OWNED_BY_NAME, sandboxes_among


def mark_where_standing_changed(contributions: Collection[int]) -> None:
    """Have that looked at again which follows from the standing of a repository, if it changed.

    ``contributions`` are those that were written since; only they can have changed it.
    """
    with connection.cursor() as sql:
        sql.execute(_CONCERNED, [list(contributions)] * 2)
        repositories = [key for (key,) in sql.fetchall()]
    if repositories:
        _keep(repositories, marks=True)


def note_standing(repositories: Collection[int]) -> None:
    """Keep how ``repositories`` stand; all of their work is about to be looked at anyway."""
    _keep(repositories, marks=False)


def _keep(repositories: Collection[int], *, marks: bool) -> None:
    scope: dict[str, Any] = {
        "keys": sorted(repositories),
        "sandboxes": sorted(sandboxes_among(repositories)),
        "marks": marks,
    }
    with connection.cursor() as sql:
        sql.execute(_KEEP, scope)


_CONCERNED = f"""
SELECT DISTINCT repository.id FROM harvesters_contribution contribution
JOIN harvesters_repository repository ON repository.id = contribution.repository_id
{OWNED_BY_NAME}
WHERE contribution.id = ANY(%s) AND repository.path LIKE '%%/%%'
UNION
SELECT repository_id FROM harvesters_contribution WHERE id = ANY(%s) AND kind = 'change'
"""  # noqa: S608 - all of it is our own text

# A commit that a project holds in several sources is judged by all of them: see `direct`.
_KEEP = f"""
WITH now AS MATERIALIZED (
    SELECT key AS repository_id, key = ANY(%(sandboxes)s) AS is_sandbox, EXISTS (
        {A_CHANGE.format("key")}) AS tells_changes
    FROM unnest(%(keys)s::bigint[]) asked (key)
),
before AS MATERIALIZED (
    SELECT kept.* FROM credits_repositorystanding kept JOIN now USING (repository_id)
),
changed AS (
    INSERT INTO credits_repositorystanding AS kept (repository_id, is_sandbox, tells_changes)
    SELECT repository_id, is_sandbox, tells_changes FROM now ORDER BY repository_id
    ON CONFLICT (repository_id) DO UPDATE
    SET is_sandbox = excluded.is_sandbox, tells_changes = excluded.tells_changes
    WHERE (kept.is_sandbox, kept.tells_changes)
        <> (excluded.is_sandbox, excluded.tells_changes)
    RETURNING repository_id, is_sandbox, tells_changes
),
turned AS MATERIALIZED (
    SELECT changed.repository_id,
        changed.is_sandbox <> coalesce(before.is_sandbox, false) AS is_whole,
        changed.tells_changes <> coalesce(before.tells_changes, false) AS by_changes
    FROM changed LEFT JOIN before USING (repository_id)
    WHERE %(marks)s
),
owner AS MATERIALIZED ({OWNER}),
copy AS (
    SELECT same.id FROM turned
    JOIN owner ON owner.repository_id = turned.repository_id
    JOIN harvesters_contribution mine
        ON mine.repository_id = turned.repository_id AND mine.kind = 'commit'
    CROSS JOIN LATERAL (
        SELECT id, repository_id FROM harvesters_contribution
        WHERE external_id = mine.external_id AND kind = 'commit' OFFSET 0) same
    JOIN owner place
        ON place.repository_id = same.repository_id AND place.project_id = owner.project_id
    WHERE turned.by_changes
)
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT contribution.id, true FROM harvesters_contribution contribution
WHERE contribution.repository_id IN (SELECT repository_id FROM turned WHERE is_whole)
UNION
SELECT id, true FROM copy
"""  # noqa: S608 - all of it is our own text
