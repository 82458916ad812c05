"""Which repositories are one person's own, with nobody else's merged work in them."""

from collections.abc import Collection

from django.db import connection


def sandboxes_among(repositories: Collection[int]) -> frozenset[int]:
    """Of ``repositories``, those below the name of their only contributor."""
    with connection.cursor() as sql:
        sql.execute(_SANDBOXES, {"keys": list(repositories)})
        return frozenset(key for (key,) in sql.fetchall())


def mark_where_standing_changed(contributions: Collection[int]) -> None:
    """Have the whole of a repository looked at again that is a sandbox no more, or is one now."""
    with connection.cursor() as sql:
        sql.execute(_PERSONAL, [list(contributions)])
        personal = [key for (key,) in sql.fetchall()]
        if not personal:
            return
        sandboxes = list(sandboxes_among(personal))
        sql.execute(_KEEP, {"keys": personal, "sandboxes": sandboxes})


# Before the name of its owner, the path of a data set or demo says what it is, as its address does.
_OWNER = """
JOIN harvesters_actor owner ON owner.host = repository.host
    AND lower(owner.login) = lower(split_part(repository.path, '/', CASE
        WHEN repository.kind IN ('dataset', 'space') AND repository.path ~ '^(datasets|spaces)/'
        THEN 2 ELSE 1 END))
"""

_PERSONAL = f"""
SELECT DISTINCT repository.id FROM harvesters_contribution contribution
JOIN harvesters_repository repository ON repository.id = contribution.repository_id
{_OWNER}
WHERE contribution.id = ANY(%s) AND repository.path LIKE '%%/%%'
"""  # noqa: S608 - all of it is our own text

# Accounts that one person proved are one contributor.
_SANDBOXES = f"""
SELECT DISTINCT repository.id FROM harvesters_repository repository
{_OWNER}
LEFT JOIN accounts_identity mine ON mine.actor_id = owner.id AND mine.withdrawn_at IS NULL
WHERE repository.id = ANY(%(keys)s) AND repository.path LIKE '%%/%%' AND NOT EXISTS (
    SELECT 1 FROM harvesters_contribution contribution
    JOIN harvesters_participation part ON part.contribution_id = contribution.id
        AND part.role IN ('author', 'co_author') AND part.weight > 0
    JOIN harvesters_actor actor ON actor.id = part.actor_id
    LEFT JOIN accounts_identity theirs
        ON theirs.actor_id = actor.id AND theirs.withdrawn_at IS NULL
    LEFT JOIN credits_botverdict verdict
        ON verdict.actor_id = actor.id AND verdict.replaced_at IS NULL
    WHERE contribution.repository_id = repository.id AND contribution.state = 'merged'
        AND contribution.kind IN ('commit', 'change')
        AND NOT coalesce(verdict.is_bot, actor.is_bot)
        AND actor.id <> owner.id
        AND (mine.user_id IS NULL OR theirs.user_id IS DISTINCT FROM mine.user_id))
"""  # noqa: S608 - all of it is our own text

_KEEP = """
WITH now AS (
    SELECT key AS repository_id, key = ANY(%(sandboxes)s) AS is_sandbox
    FROM unnest(%(keys)s::bigint[]) asked (key)
), changed AS (
    INSERT INTO credits_repositorystanding AS kept (repository_id, is_sandbox)
    SELECT repository_id, is_sandbox FROM now ORDER BY repository_id
    ON CONFLICT (repository_id) DO UPDATE SET is_sandbox = excluded.is_sandbox
    WHERE kept.is_sandbox <> excluded.is_sandbox
    RETURNING repository_id
)
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT contribution.id, true FROM harvesters_contribution contribution
WHERE contribution.repository_id IN (SELECT repository_id FROM changed)
"""
