"""What a changed contribution concerns: those of the same work, its reverts, its reviews."""

from collections.abc import Sequence

from django.db import connection

from credits.services.arrays import as_array
from credits.services.duplicates import OWNER


def related_work(contributions: Sequence[int]) -> list[tuple[int, int]]:
    """The other contributions, with their projects, whose scores may follow ``contributions``.

    They hold the same commit or patch, are named by the same number at the same web address, were
    taken back by one of these, or review one of them. Only direct relations are given, as what
    counts is decided from all that hold a key, and one that is not: who takes a revert back lets
    count again what that took back.
    """
    found = _related(contributions)
    if found and _reverts_among(contributions):
        taken_back = _reverts_among([key for key, _project in found])
        found |= _related(taken_back) if taken_back else set()
    asked = set(contributions)
    return sorted((key, project) for key, project in found if key not in asked)


def _related(contributions: Sequence[int]) -> set[tuple[int, int]]:
    with connection.cursor() as sql:
        sql.execute(_RELATED, {"keys": as_array(contributions)})
        return {(key, project) for key, project in sql.fetchall()}


def _reverts_among(contributions: Sequence[int]) -> list[int]:
    """Those of ``contributions`` that take something back."""
    with connection.cursor() as sql:
        sql.execute(_REVERTS, [as_array(contributions)])
        return [key for (key,) in sql.fetchall()]


_REVERTS = """
SELECT DISTINCT contribution_id FROM harvesters_workkey
WHERE contribution_id = ANY(%s) AND key LIKE '!%%' ORDER BY contribution_id
"""


# Whatever the planner thinks: few keys are asked for, and each is found by index. A revert names
# a hash or a number, so both ways are asked: whom these took back, and who took these back.
_RELATED = f"""
WITH owner AS MATERIALIZED ({OWNER}),
own AS MATERIALIZED (
    SELECT id, kind, external_id, repository_id FROM harvesters_contribution
    WHERE id = ANY(%(keys)s)
),
own_key AS MATERIALIZED (
    SELECT own.id, own.repository_id, work.key FROM own CROSS JOIN LATERAL (
        SELECT key FROM harvesters_workkey WHERE contribution_id = own.id OFFSET 0) work
),
hash AS (
    SELECT external_id AS key FROM own WHERE kind = 'commit'
    UNION SELECT key FROM own_key WHERE key !~ '^[#~!@]'
    UNION SELECT substr(key, 2) FROM own_key WHERE key ~ '^![^#]'
),
anywhere AS (
    SELECT key FROM hash
    UNION SELECT '!' || key FROM hash
    UNION SELECT key FROM own_key WHERE key LIKE '~%%'
),
here AS (
    SELECT repository_id, '!#' || external_id AS key FROM own WHERE kind = 'change'
    UNION SELECT repository_id, '@' || external_id FROM own WHERE kind = 'change'
),
found AS (
    SELECT other.id, other.repository_id FROM hash CROSS JOIN LATERAL (
        SELECT id, repository_id FROM harvesters_contribution
        WHERE external_id = hash.key AND kind = 'commit' OFFSET 0) other
    UNION
    SELECT other.id, other.repository_id FROM anywhere CROSS JOIN LATERAL (
        SELECT contribution.id, contribution.repository_id FROM harvesters_workkey work
        JOIN harvesters_contribution contribution ON contribution.id = work.contribution_id
        WHERE work.key = anywhere.key OFFSET 0) other
    UNION
    SELECT other.id, here.repository_id FROM here CROSS JOIN LATERAL (
        SELECT contribution.id FROM harvesters_workkey work
        JOIN harvesters_contribution contribution ON contribution.id = work.contribution_id
        WHERE work.key = here.key AND contribution.repository_id = here.repository_id
        OFFSET 0) other
    UNION
    SELECT other.id, own_key.repository_id FROM own_key CROSS JOIN LATERAL (
        SELECT id FROM harvesters_contribution
        WHERE repository_id = own_key.repository_id AND kind = 'change'
            AND external_id = substr(own_key.key, 3) OFFSET 0) other
    WHERE own_key.key LIKE '!#%%'
    UNION
    SELECT other.id, other.repository_id FROM (
        SELECT DISTINCT lower(place.url) AS url, own_key.key FROM own_key
        JOIN harvesters_repository place ON place.id = own_key.repository_id
        WHERE own_key.key LIKE '#%%' AND place.url <> ''
    ) named CROSS JOIN LATERAL (
        SELECT contribution.id, contribution.repository_id FROM harvesters_workkey work
        JOIN harvesters_contribution contribution ON contribution.id = work.contribution_id
        JOIN harvesters_repository place ON place.id = contribution.repository_id
        WHERE work.key = named.key AND lower(place.url) = named.url OFFSET 0) other
)
SELECT DISTINCT found.id, owner.project_id FROM found JOIN owner USING (repository_id)
WHERE found.id <> ALL(%(keys)s)
"""  # noqa: S608 - all of it is our own text
