"""Which contributions hold work that counts already elsewhere, and where it counts.

Work is known by its commits' hashes. Of everything that holds a commit counts, in this order,

1. what belongs to the project that was registered first;
2. in one project a merged change, before the commits it is made of;
3. the change that was merged first; the commit in the repository that was registered first.

So a later project takes nothing from an earlier one, and neither the order of harvests nor that of
scoring makes a difference. A change counts unless others, by this order, count the commit that
merged it or each of its commits. Where a forge does not tell which commit merged a change, its
number stands for it, as a commit's message names it ("Fix the loader (#12)"): in repositories with
the very same web address, on forges that number changes and issues together.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from credits.models import Project
from credits.services.arrays import as_array

OWNER = """
SELECT repository_id, min(project_id) AS project_id
FROM credits_project_repositories GROUP BY repository_id
"""
"""A repository in two projects counts in the one that was registered first."""

# In GitLab and Gitee, "#12" in a commit's message is issue 12 and not change 12.
_ONE_NUMBERING = r"^https://(github\.com|codeberg\.org)/"
_IS_IN = "contribution.state IN ('merged', 'reverted')"
_IS_HASH = "key !~ '^[#~!@]'"
"""Other work keys are numbers (#), patches (~), what is taken back (!) and what is reviewed (@)."""
_CONTRIBUTION = """
contribution.id, owner.project_id, contribution.kind = 'commit' AS is_commit,
ROW(owner.project_id, contribution.kind = 'commit',
    CASE WHEN contribution.kind = 'change' THEN contribution.occurred_at END,
    contribution.repository_id, contribution.external_id) AS standing
"""

DUPLICATE = f"""
owner AS MATERIALIZED ({OWNER}),
own AS MATERIALIZED (
    SELECT found.*, owner.project_id FROM unnest(%(keys)s::bigint[]) asked (id)
    CROSS JOIN LATERAL (
        SELECT contribution.id, contribution.kind, contribution.external_id,
            contribution.repository_id
        FROM harvesters_contribution contribution
        WHERE contribution.id = asked.id
            AND (contribution.kind = 'commit' OR contribution.kind = 'change' AND {_IS_IN})
        OFFSET 0) found
    JOIN owner USING (repository_id)
    WHERE owner.project_id = %(project)s
),
asked AS MATERIALIZED (
    SELECT external_id AS key FROM own WHERE kind = 'commit'
    UNION
    SELECT work.key FROM own CROSS JOIN LATERAL (
        SELECT key FROM harvesters_workkey
        WHERE contribution_id = own.id AND {_IS_HASH} OFFSET 0) work
    WHERE own.kind = 'change'
),
claim AS MATERIALIZED (
    SELECT asked.key, false AS is_merge, {_CONTRIBUTION}
    FROM asked
    CROSS JOIN LATERAL (
        SELECT * FROM harvesters_contribution
        WHERE external_id = asked.key AND kind = 'commit' OFFSET 0) contribution
    JOIN owner USING (repository_id)
    UNION ALL
    SELECT asked.key, work.is_merge, {_CONTRIBUTION}
    FROM asked
    CROSS JOIN LATERAL (
        SELECT contribution_id, is_merge FROM harvesters_workkey
        WHERE key = asked.key OFFSET 0) work
    CROSS JOIN LATERAL (
        SELECT * FROM harvesters_contribution contribution
        WHERE id = work.contribution_id AND kind = 'change' AND {_IS_IN} OFFSET 0) contribution
    JOIN owner USING (repository_id)
),
counting AS MATERIALIZED (
    SELECT DISTINCT ON (key) claim.* FROM claim
    JOIN (SELECT key FROM claim GROUP BY key HAVING count(*) > 1) contested USING (key)
    ORDER BY key, standing
),
lost AS MATERIALIZED (
    SELECT claim.id, claim.is_commit, claim.is_merge, counting.id AS counts_with,
        counting.standing, counting.is_commit OR NOT counting.is_merge AS holds_all
    FROM claim JOIN counting USING (key)
    WHERE claim.id <> counting.id AND claim.id IN (SELECT id FROM own)
),
taken AS MATERIALIZED (
    SELECT id FROM lost WHERE NOT is_commit GROUP BY id
    HAVING bool_or(is_merge AND holds_all) OR count(*) FILTER (WHERE NOT is_merge) = (
        SELECT greatest(count(*), 1) FROM harvesters_workkey work
        WHERE work.contribution_id = lost.id AND NOT work.is_merge AND work.{_IS_HASH})
),
numbered AS MATERIALIZED (
    SELECT DISTINCT lower(place.url) AS url, work.key
    FROM own CROSS JOIN LATERAL (
        SELECT key FROM harvesters_workkey
        WHERE contribution_id = own.id AND key LIKE '#%%' OFFSET 0) work
    JOIN harvesters_repository place ON place.id = own.repository_id
    WHERE lower(place.url) ~ '{_ONE_NUMBERING}'
),
same_address AS MATERIALIZED (
    SELECT place.id AS repository_id, lower(place.url) AS url FROM harvesters_repository place
    WHERE lower(place.url) IN (SELECT url FROM numbered)
),
named AS MATERIALIZED (
    SELECT numbered.url || numbered.key AS name, {_CONTRIBUTION}
    FROM numbered
    CROSS JOIN LATERAL (
        SELECT contribution_id FROM harvesters_workkey WHERE key = numbered.key OFFSET 0) work
    CROSS JOIN LATERAL (
        SELECT * FROM harvesters_contribution contribution
        WHERE id = work.contribution_id
            AND (kind = 'commit' OR kind = 'change' AND {_IS_IN}) OFFSET 0) contribution
    JOIN same_address ON same_address.repository_id = contribution.repository_id
        AND same_address.url = numbered.url
    JOIN owner ON owner.repository_id = contribution.repository_id
),
duplicate AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, counts_with FROM (
        SELECT id, counts_with, standing FROM lost
        WHERE is_commit OR id IN (SELECT id FROM taken)
        UNION ALL
        SELECT mine.id, other.id, other.standing FROM named mine
        JOIN named other ON other.name = mine.name AND other.is_commit <> mine.is_commit
        WHERE mine.id IN (SELECT id FROM own) AND other.standing < mine.standing
    ) found
    ORDER BY id, standing
)
"""  # noqa: S608 - all of it is our own text
"""Common table expressions that end in ``duplicate (id, counts_with)``, for some of a project."""

HOW_TO_COMPARE = "SET LOCAL work_mem = '64MB'; SET LOCAL enable_nestloop = off"
"""Keys of 100,000 commits are compared in memory: a third faster than by way of the disk.

The planner knows nothing of rows that were just written, and would compare each with each other:
that took minutes. What is found by index says so itself (LATERAL, OFFSET 0).
"""

FIND = f"""
WITH {DUPLICATE} SELECT id, counts_with FROM duplicate
"""  # noqa: S608 - all of it is our own text
_AS_USUAL = "SET LOCAL work_mem TO DEFAULT; SET LOCAL enable_nestloop TO DEFAULT"


def duplicates_among(project: Project, contributions: Sequence[int]) -> dict[int, int]:
    """For each of ``contributions`` of ``project`` that counts elsewhere, the one that counts."""
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute(HOW_TO_COMPARE)
        sql.execute(FIND, {"project": project.pk, "keys": as_array(contributions)})
        found = dict(sql.fetchall())
        sql.execute(_AS_USUAL)
    return found


def owned_repositories(project: Project) -> list[int]:
    """The repositories that count in ``project``."""
    with connection.cursor() as sql:
        sql.execute(_OWNED, [project.pk])
        return [key for (key,) in sql.fetchall()]


_OWNED = f"""
SELECT repository_id FROM ({OWNER}) owner WHERE project_id = %s ORDER BY repository_id
"""  # noqa: S608 - all of it is our own text
