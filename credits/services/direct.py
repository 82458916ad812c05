"""Which commits were pushed straight to the default branch, past everybody else.

That can be told only where changes are told at all: a repository of which no source tells a
change (plain git; ModelScope) is taken to be looked at in some other way, such as by patches on a
mailing list. As soon as one change of it is known, a commit is direct if

1. no merged change of the same project holds it, by its hash; or by its number, where the forge
   does not tell which commit merged a change;
2. and no other account committed it, or is named in it as a reviewer. A bot is nobody, and so is
   an address without an account: who writes a commit writes these too. Accounts that one person
   proved to own are the same.

A commit that one project holds in several sources (a forge, and a clone by plain git) is judged
by all of them together: it must not matter which of them counts it.
"""

from collections.abc import Sequence

from django.db import connection

from credits.models import Project
from credits.services.arrays import as_array
from credits.services.duplicates import OWNER
from credits.services.placing import IS_BOT, VERDICT


def direct_among(project: Project, contributions: Sequence[int]) -> frozenset[int]:
    """Of ``contributions`` of ``project``, the commits that were pushed past everybody else."""
    with connection.cursor() as sql:
        sql.execute(_DIRECT, {"project": project.pk, "keys": as_array(contributions)})
        return frozenset(key for (key,) in sql.fetchall())


A_CHANGE = """
SELECT external_id FROM harvesters_contribution
WHERE repository_id = {} AND kind = 'change' ORDER BY external_id LIMIT 1
"""
"""One change of a repository; in this order it is found by index, however many commits it has."""

_IS_IN = "state IN ('merged', 'reverted')"

# What is found by index says so itself (LATERAL, OFFSET 0): the planner knows nothing of rows
# that were just written.
_DIRECT = f"""
WITH owner AS MATERIALIZED (
    SELECT repository_id, lower(place.url) AS url FROM ({OWNER}) owner
    JOIN harvesters_repository place ON place.id = repository_id
    WHERE project_id = %(project)s
),
telling AS MATERIALIZED (
    SELECT owner.* FROM owner CROSS JOIN LATERAL ({A_CHANGE.format("owner.repository_id")}) change
),
asked AS MATERIALIZED (
    SELECT id, external_id FROM harvesters_contribution
    WHERE id = ANY(%(keys)s) AND kind = 'commit' AND EXISTS (SELECT FROM telling)
),
known AS MATERIALIZED (
    SELECT asked.id, asked.external_id, same.id AS copy, same.repository_id, owner.url
    FROM asked CROSS JOIN LATERAL (
        SELECT id, repository_id FROM harvesters_contribution
        WHERE external_id = asked.external_id AND kind = 'commit' OFFSET 0) same
    JOIN owner USING (repository_id)
),
looked_at AS MATERIALIZED (
    SELECT * FROM known WHERE id IN (SELECT id FROM known JOIN telling USING (repository_id))
),
brought AS (
    SELECT looked_at.id FROM looked_at
    CROSS JOIN LATERAL (
        SELECT contribution_id FROM harvesters_workkey
        WHERE key = looked_at.external_id OFFSET 0) work
    CROSS JOIN LATERAL (
        SELECT repository_id FROM harvesters_contribution
        WHERE id = work.contribution_id AND kind = 'change' AND {_IS_IN} OFFSET 0) change
    JOIN owner ON owner.repository_id = change.repository_id
    UNION
    SELECT looked_at.id FROM looked_at
    JOIN telling ON telling.url = looked_at.url AND telling.url <> ''
    CROSS JOIN LATERAL (
        SELECT key FROM harvesters_workkey
        WHERE contribution_id = looked_at.copy AND key LIKE '#%%' OFFSET 0) named
    CROSS JOIN LATERAL (
        SELECT id FROM harvesters_contribution
        WHERE repository_id = telling.repository_id AND kind = 'change'
            AND external_id = substr(named.key, 2) AND {_IS_IN} OFFSET 0) change
    CROSS JOIN LATERAL (
        SELECT FROM harvesters_workkey
        WHERE contribution_id = change.id AND key = named.key OFFSET 0) numbered
),
vouched AS (
    SELECT looked_at.id FROM looked_at
    CROSS JOIN LATERAL (
        SELECT actor_id FROM harvesters_participation
        WHERE contribution_id = looked_at.copy AND weight > 0
            AND role IN ('committer', 'reviewer', 'merger') OFFSET 0) part
    JOIN harvesters_actor actor ON actor.id = part.actor_id AND actor.host <> 'git'
    {VERDICT}
    LEFT JOIN accounts_identity theirs
        ON theirs.actor_id = part.actor_id AND theirs.withdrawn_at IS NULL
    WHERE NOT {IS_BOT} AND NOT EXISTS (
        SELECT FROM harvesters_participation wrote
        LEFT JOIN accounts_identity mine
            ON mine.actor_id = wrote.actor_id AND mine.withdrawn_at IS NULL
        WHERE wrote.contribution_id = looked_at.copy AND wrote.role IN ('author', 'co_author')
            AND (wrote.actor_id = part.actor_id OR mine.user_id = theirs.user_id))
)
SELECT id FROM looked_at EXCEPT SELECT id FROM brought EXCEPT SELECT id FROM vouched
"""  # noqa: S608 - all of it is our own text
