"""The history that a preview looks at: read once, for as many rule sets as are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from credits.core.facts import Participant, ScoredInput
from credits.core.scoring import EARNING_ROLES
from credits.models import Project
from credits.services.duplicates import OWNER, duplicates_gathered


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a project since a day, and by whom.

    ``actors`` tells the account of each participation, ``logins`` how each is called, ``urls``
    where each contribution is; ``newcomers`` are accounts that did nothing here before.
    """

    items: tuple[ScoredInput, ...]
    actors: Mapping[int, int]
    logins: Mapping[int, str]
    urls: Mapping[int, str]
    newcomers: frozenset[int]


def read_history(project: Project, *, start: datetime, now: datetime) -> History:
    """What counts in ``project`` and happened from ``start`` until ``now``; in a few queries."""
    scope: dict[str, Any] = {
        "project": project.pk,
        "start": start,
        "now": now,
        "earning": [f"{kind}:{role}" for kind, roles in EARNING_ROLES.items() for role in roles],
    }
    with duplicates_gathered(project), connection.cursor() as sql:
        sql.execute(_ROWS, scope)
        rows = sql.fetchall()
    items, actors, logins, urls = [], {}, {}, {}
    for row in rows:
        items.append(_as_input(row))
        urls[row[0]] = row[-2]
        for part, _role, _weight, _is_bot, actor, login in row[-1]:
            actors[part], logins[actor] = actor, login
    return History(tuple(items), actors, logins, urls, _newcomers(project, list(logins), start))


def _as_input(row: tuple[Any, ...]) -> ScoredInput:
    key, kind, state, title, occurred_at, facts, repository_kind, _url, parts = row
    return ScoredInput(
        contribution=key,
        kind=kind,
        state=state,
        title=title,
        occurred_at=occurred_at,
        facts=facts,
        repository_kind=repository_kind,
        participants=tuple(Participant(*part[:4]) for part in parts),
    )


def _newcomers(project: Project, actors: list[int], start: datetime) -> frozenset[int]:
    """Which of ``actors`` did nothing in ``project`` before ``start``."""
    with connection.cursor() as sql:
        sql.execute(_KNOWN_BEFORE, {"project": project.pk, "actors": actors, "start": start})
        known = {actor for (actor,) in sql.fetchall()}
    return frozenset(actors) - known


# Django hands out jsonb as text, for its own fields to read; json comes parsed.
_ROWS = f"""
WITH owner AS ({OWNER})
SELECT contribution.id, contribution.kind, contribution.state, contribution.title,
    contribution.occurred_at, contribution.facts::json, repository.kind, contribution.url,
    json_agg(json_build_array(part.id, part.role, part.weight, actor.is_bot, actor.id,
        actor.login) ORDER BY part.id)
FROM owner
JOIN harvesters_repository repository ON repository.id = owner.repository_id
JOIN harvesters_contribution contribution ON contribution.repository_id = repository.id
JOIN harvesters_participation part ON part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
JOIN harvesters_actor actor ON actor.id = part.actor_id
WHERE owner.project_id = %(project)s
    AND contribution.occurred_at >= %(start)s AND contribution.occurred_at <= %(now)s
    AND NOT EXISTS (SELECT FROM gathered_duplicate WHERE gathered_duplicate.id = contribution.id)
GROUP BY contribution.id, repository.id ORDER BY contribution.id
"""  # noqa: S608 - all of it is our own text

_KNOWN_BEFORE = """
SELECT asked.id FROM unnest(%(actors)s::bigint[]) asked (id)
WHERE EXISTS (
    SELECT FROM harvesters_participation part
    JOIN harvesters_contribution contribution ON contribution.id = part.contribution_id
    JOIN credits_project_repositories place
        ON place.repository_id = contribution.repository_id AND place.project_id = %(project)s
    WHERE part.actor_id = asked.id AND contribution.occurred_at < %(start)s)
"""
