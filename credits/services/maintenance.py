"""Months of maintenance: merging, releasing and triage, as one contribution a person and month.

Who merged work of others into a project looks after it. A month in which such an account did at
least `LEAST_ACTS` of these acts is a contribution of its own.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from credits.models import Project
from credits.services.duplicates import OWNER
from credits.services.placing import IS_BOT, VERDICT
from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.services.told import TOLD_HOST, store_told

LEAST_ACTS = 8


class _Month(NamedTuple):
    """What one account did for one project in a month; ``month`` is its first moment."""

    project: int
    host: str
    external_id: str
    login: str
    month: datetime
    merges: int
    releases: int
    triage: int

    @property
    def acts(self) -> int:
        return self.merges + self.releases + self.triage


def record_maintenance(*, now: datetime) -> int:
    """Bring the months of maintenance up to date, those that are over; returns how many changed.

    A month that falls below the least, because something was found to be no act, names nobody any
    more, and so it earns nothing.
    """
    found: dict[int, list[ContributionRecord]] = defaultdict(list)
    with connection.cursor() as sql:
        sql.execute(_MONTHS, {"now": now.astimezone(UTC), "least": LEAST_ACTS})
        for row in sql.fetchall():
            month = _Month(*row)
            found[month.project].append(_record(month))
        sql.execute(_STORED)
        for project, external_id, occurred_at, title in sql.fetchall():
            known = {record.external_id for record in found[project]}
            if external_id not in known:
                found[project].append(_fallen(external_id, occurred_at, title))
    projects = Project.objects.in_bulk([key for key, records in found.items() if records])
    return sum(_store(project, found[key], now) for key, project in projects.items())


@transaction.atomic
def _store(project: Project, records: list[ContributionRecord], now: datetime) -> int:
    before = _digests(project)
    repository = store_told(project.slug, records, now=now)
    project.repositories.add(repository)
    return len(_digests(project) - before)


def _digests(project: Project) -> set[tuple[str, str]]:
    with connection.cursor() as sql:
        sql.execute(_DIGESTS, [TOLD_HOST, project.slug])
        return set(sql.fetchall())


def _record(month: _Month) -> ContributionRecord:
    actor = ActorRecord(month.host, month.external_id, month.login)
    return ContributionRecord(
        external_id=f"{month.host}:{month.external_id}:{month.month:%Y-%m}",
        kind=Kind.MAINTENANCE,
        occurred_at=_last_moment(month.month),
        state="done",
        title=f"Maintenance in {month.month:%Y-%m}",
        url="",
        participants=[Participant(actor, Role.AUTHOR)],
        facts={
            "acts": month.acts,
            "merges": month.merges,
            "releases": month.releases,
            "triage": month.triage,
        },
    )


def _fallen(external_id: str, occurred_at: datetime, title: str) -> ContributionRecord:
    """A month that is none any more; it keeps its day and title."""
    return ContributionRecord(
        external_id=external_id,
        kind=Kind.MAINTENANCE,
        occurred_at=occurred_at,
        state="withdrawn",
        title=title,
        url="",
        participants=[],
        facts={"acts": 0},
    )


def _last_moment(month: datetime) -> datetime:
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(microseconds=1)


# By persons: merging what one wrote oneself under a second account is no merging for others.
_MONTHS = f"""
WITH owner AS MATERIALIZED ({OWNER}),
done AS MATERIALIZED (
    SELECT owner.project_id, part.actor_id, contribution.id, contribution.kind, mine.user_id,
        date_trunc('month', contribution.occurred_at, 'UTC') AS month
    FROM owner
    JOIN harvesters_contribution contribution USING (repository_id)
    JOIN harvesters_participation part
        ON part.contribution_id = contribution.id AND part.weight > 0
    LEFT JOIN accounts_identity mine
        ON mine.actor_id = part.actor_id AND mine.withdrawn_at IS NULL
    WHERE contribution.kind = 'change' AND part.role = 'merger'
            AND contribution.state IN ('merged', 'reverted')
        OR contribution.kind = 'release' AND part.role = 'author'
        OR contribution.kind = 'triage' AND part.role = 'triager'
),
own AS (
    SELECT DISTINCT done.id, done.actor_id FROM done
    JOIN harvesters_participation theirs ON theirs.contribution_id = done.id
        AND theirs.role = 'author' AND theirs.weight > 0
    LEFT JOIN accounts_identity their
        ON their.actor_id = theirs.actor_id AND their.withdrawn_at IS NULL
    WHERE done.kind = 'change'
        AND (theirs.actor_id = done.actor_id OR their.user_id = done.user_id)
),
act AS MATERIALIZED (
    SELECT done.* FROM done LEFT JOIN own USING (id, actor_id) WHERE own.id IS NULL
),
merger AS (
    SELECT project_id, actor_id, min(month) AS since FROM act WHERE kind = 'change'
    GROUP BY project_id, actor_id
)
SELECT act.project_id, actor.host, actor.external_id, actor.login,
    act.month,
    count(*) FILTER (WHERE act.kind = 'change') AS merges,
    count(*) FILTER (WHERE act.kind = 'release') AS releases,
    count(*) FILTER (WHERE act.kind = 'triage') AS triage
FROM act
JOIN merger USING (project_id, actor_id)
JOIN harvesters_actor actor ON actor.id = act.actor_id
{VERDICT}
WHERE act.month >= merger.since AND NOT {IS_BOT}
    AND act.month < date_trunc('month', %(now)s::timestamptz, 'UTC')
GROUP BY act.project_id, actor.id, act.month
HAVING count(*) >= %(least)s
ORDER BY act.project_id, actor.id, act.month
"""  # noqa: S608 - all of it is our own text

_STORED = f"""
SELECT project.id, contribution.external_id, contribution.occurred_at, contribution.title
FROM harvesters_contribution contribution
JOIN harvesters_repository repository
    ON repository.id = contribution.repository_id AND repository.host = '{TOLD_HOST}'
JOIN credits_project project ON project.slug = repository.external_id
WHERE contribution.kind = 'maintenance' AND contribution.state <> 'withdrawn'
"""  # noqa: S608 - all of it is our own text

_DIGESTS = """
SELECT contribution.external_id, contribution.digest FROM harvesters_contribution contribution
JOIN harvesters_repository repository ON repository.id = contribution.repository_id
WHERE repository.host = %s AND repository.external_id = %s AND contribution.kind = 'maintenance'
"""
