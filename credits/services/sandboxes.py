"""Which repositories are one person's own, with nobody else's merged work in them."""

from collections.abc import Collection

from django.db import connection


def sandboxes_among(repositories: Collection[int]) -> frozenset[int]:
    """Of ``repositories``, those below the name of their only contributor."""
    with connection.cursor() as sql:
        sql.execute(_SANDBOXES, {"keys": list(repositories)})
        return frozenset(key for (key,) in sql.fetchall())


# Before the name of its owner, the path of a data set or demo says what it is, as its address does.
OWNED_BY_NAME = """
JOIN harvesters_actor owner ON owner.host = repository.host
    AND lower(owner.login) = lower(split_part(repository.path, '/', CASE
        WHEN repository.kind IN ('dataset', 'space') AND repository.path ~ '^(datasets|spaces)/'
        THEN 2 ELSE 1 END))
"""
"""Of a ``repository``, its ``owner``: the account below whose name it lies."""

# Accounts that one person proved are one contributor.
_SANDBOXES = f"""
SELECT DISTINCT repository.id FROM harvesters_repository repository
{OWNED_BY_NAME}
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
