"""Take what changed: each word once, in the transaction of what follows from it.

What a change concerns in other projects is passed on as an echo, which makes no further one.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from credits.models import Project, RuleSet
from credits.services.duplicates import OWNER
from credits.services.related import related_work
from credits.services.repository_standing import mark_where_standing_changed

AT_ONCE = 1_000
"""Changes that are taken in one transaction, with all that follows from them."""


def take_changed(project: Project) -> set[int]:
    """Changes that nobody has looked at yet, and what they concern in ``project``."""
    with connection.cursor() as sql:
        sql.execute(_TAKE, {"project": project.pk, "most": AT_ONCE})
        rows = sql.fetchall()
    taken = {key for key, _ in rows}
    told = sorted({key for key, is_echo in rows if not is_echo})
    if told:
        related = related_work(told)
        taken |= {key for key, owner in related if owner == project.pk}
        echo(project, related)
        mark_where_standing_changed(told)
    return taken


def take_all(project: Project) -> None:
    """Forget what changed so far: all of ``project`` is looked at."""
    with connection.cursor() as sql:
        sql.execute(_TAKE, {"project": project.pk, "most": None})


def take_due(project: Project, rule_sets: Sequence[RuleSet], *, now: datetime) -> set[int]:
    """What waited for its time, and that time has come."""
    scope: dict[str, Any] = {
        "project": project.pk,
        "now": now,
        "rule_sets": [rule_set.pk for rule_set in rule_sets],
        "most": AT_ONCE,
    }
    with connection.cursor() as sql:
        sql.execute(_DUE, scope)
        return {key for (key,) in sql.fetchall()}


def echo(project: Project, related: Iterable[tuple[int, int]]) -> None:
    """Have other projects look again at what they share; nobody answers an echo."""
    elsewhere = [key for key, owner in related if owner != project.pk]
    with connection.cursor() as sql:
        sql.execute(_ECHO, [elsewhere])


def echo_left(repositories: Collection[int]) -> None:
    """Have whoever shares work with ``repositories``, which count here no more, look again."""
    with connection.cursor() as sql:
        sql.execute(_ECHO_LEFT, [sorted(repositories)])


def projects_with_changes(*, now: datetime) -> list[int]:
    """Where something changed or is due; what belongs to no project is forgotten."""
    with connection.cursor() as sql:
        sql.execute(_UNOWNED)
        sql.execute(_WITH_CHANGES, {"now": now})
        return [key for (key,) in sql.fetchall()]


# Found by index, whatever the planner thinks: it knows nothing of rows that were just written.
_TAKE = f"""
WITH taken AS MATERIALIZED (
    SELECT changed.id FROM harvesters_changedcontribution changed
    CROSS JOIN LATERAL (
        SELECT repository_id FROM harvesters_contribution
        WHERE id = changed.contribution_id OFFSET 0) contribution
    JOIN ({OWNER}) owner USING (repository_id)
    WHERE owner.project_id = %(project)s
    ORDER BY changed.id LIMIT %(most)s
)
DELETE FROM harvesters_changedcontribution WHERE id = ANY(ARRAY(SELECT id FROM taken))
RETURNING contribution_id, is_echo
"""  # noqa: S608 - all of it is our own text

_ECHO = """
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT key, true FROM unnest(%s::bigint[]) asked (key)
"""

_ECHO_LEFT = """
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT DISTINCT part.contribution_id, true FROM harvesters_contribution left_behind
JOIN credits_score score ON score.counts_with_id = left_behind.id
JOIN harvesters_participation part ON part.id = score.participation_id
WHERE left_behind.repository_id = ANY(%s)
"""

# Nothing waits twice for the same moment.
_DUE = """
WITH due AS (
    SELECT id FROM credits_score
    WHERE waits_until <= %(now)s AND project_id = %(project)s AND rule_set_id = ANY(%(rule_sets)s)
    ORDER BY waits_until LIMIT %(most)s
), taken AS (
    UPDATE credits_score score SET waits_until = NULL FROM due WHERE score.id = due.id
    RETURNING score.participation_id
)
SELECT DISTINCT part.contribution_id FROM taken
JOIN harvesters_participation part ON part.id = taken.participation_id
"""

# What belongs to no project is scored when it comes to one, and then as a whole.
_UNOWNED = f"""
DELETE FROM harvesters_changedcontribution changed USING harvesters_contribution contribution
WHERE contribution.id = changed.contribution_id
    AND contribution.repository_id NOT IN (SELECT repository_id FROM ({OWNER}) owner)
"""  # noqa: S608 - all of it is our own text

# What waits under a former rule set stays as it was.
_WITH_CHANGES = f"""
SELECT owner.project_id FROM harvesters_changedcontribution changed
JOIN harvesters_contribution contribution ON contribution.id = changed.contribution_id
JOIN ({OWNER}) owner USING (repository_id)
UNION
SELECT score.project_id FROM credits_score score
JOIN credits_project project ON project.id = score.project_id
JOIN credits_ruleset rule_set ON rule_set.id = score.rule_set_id
WHERE score.waits_until <= %(now)s
    AND (rule_set.id = project.scored_by_id OR rule_set.state = 'shadow')
"""  # noqa: S608 - all of it is our own text
