"""What a project accepted lately, as the signals read it: a fixed number of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import Membership
from credits.core.signals import WINDOW_DAYS, AcceptedItem
from credits.core.signals.near_copies import LONGEST_SKETCH, MOST_IN_A_BUCKET
from credits.models import Project
from credits.services.duplicates import OWNER

Person = Callable[[int], int]
"""From an account to the number of the person behind it."""

APPROVED_BEFORE = timedelta(days=60)
"""A change may have been approved long before it was merged."""


@dataclass(frozen=True, slots=True)
class People:
    """A person's number is the first of the accounts that are proved theirs, else the account."""

    first: Mapping[int, int]
    users: Mapping[int, int]

    def of(self, account: int) -> int:
        return self.first.get(account, account)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The accepted contributions of a project, and what they are compared with.

    ``users`` are the users of whom we know, by their numbers here; they can be asked.
    """

    items: Sequence[AcceptedItem]
    elsewhere: Sequence[AcceptedItem]
    houses: Mapping[int, frozenset[int]]
    users: Mapping[int, int]


def accepted_items(project: Project, *, now: datetime) -> Accepted:
    """Merged changes of the last 180 days; commits, where a repository has no changes."""
    since = now - timedelta(days=WINDOW_DAYS)
    scope = {"project": project.pk, "since": since, "now": now}
    rows = _ask(f"WITH found AS ({_OF_PROJECT}) {_ITEMS}", scope)
    keys = [key for key, *_ in rows]
    approvals = _approvals({**scope, "since": since - APPROVED_BEFORE})
    writers = {key: (known, accounts) for key, known, accounts in _ask(_WRITERS, {"keys": keys})}
    sketched = [key for key, *_, sketch in rows if _sketch(sketch)]
    like = _ask(
        f"WITH found AS ({_ALIKE}) {_ITEMS}",
        {"keys": sketched, "now": now, "most": MOST_IN_A_BUCKET},
    )
    people = people_of(_accounts([rows, like], approvals, writers))
    return Accepted(
        items=[_item(row, approvals, writers, people.of) for row in rows if _authors(row)],
        elsewhere=[_item(row, {}, {}, people.of) for row in like if _authors(row)],
        houses=_houses(people.users),
        users=people.users,
    )


def people_of(accounts: Iterable[int]) -> People:
    """The people behind ``accounts``, by one query."""
    owners = dict(_ask(_USERS, {"accounts": list(accounts)}))
    first: dict[int, int] = {}
    for account in sorted(owners):
        first.setdefault(owners[account], account)
    return People(
        first={account: first[user] for account, user in owners.items()},
        users={account: user for user, account in first.items()},
    )


def _ask(query: str, scope: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as sql:
        sql.execute(query, scope)
        rows: list[tuple[Any, ...]] = sql.fetchall()
    return rows


def _approvals(scope: Mapping[str, Any]) -> dict[tuple[int, str], list[int]]:
    """Who approved which change, by repository and number."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for repository, number, account in _ask(_APPROVALS, scope):
        found[repository, number].append(account)
    return found


def _accounts(
    lists: Iterable[list[tuple[Any, ...]]],
    approvals: Mapping[Any, list[int]],
    writers: Mapping[int, tuple[bool, list[int]]],
) -> set[int]:
    accounts = {account for rows in lists for row in rows for _, account, _ in row[5]}
    accounts |= {account for approvers in approvals.values() for account in approvers}
    return accounts | {account for _, named in writers.values() for account in named}


def _houses(users: Mapping[int, int]) -> dict[int, frozenset[int]]:
    """At which institutions people are."""
    found: dict[int, set[int]] = defaultdict(set)
    held = Membership.objects.active().filter(user__in=set(users.values()))
    for user, institution in held.values_list("user_id", "institution_id"):
        found[user].add(institution)
    return {person: frozenset(found[user]) for person, user in users.items() if user in found}


def _authors(row: tuple[Any, ...]) -> list[int]:
    return [account for role, account, is_bot in row[5] if role == "author" and not is_bot]


def _item(
    row: tuple[Any, ...],
    approvals: Mapping[tuple[int, str], list[int]],
    writers: Mapping[int, tuple[bool, list[int]]],
    person: Person,
) -> AcceptedItem:
    key, project, repository, occurred_at, number, parts, sketch = row
    author, *more = map(person, _authors(row))
    passed_on = {person(who) for role, who, is_bot in parts if role in _ACCEPT and not is_bot}
    approved = set(map(person, approvals.get((repository, number), ())))
    helpers = {person(who) for role, who, is_bot in parts if role == "co_author" and not is_bot}
    is_known, named = writers.get(key, (False, []))
    return AcceptedItem(
        key=key,
        person=author,
        project=project,
        repository=repository,
        occurred_at=occurred_at,
        accepted_by=tuple(sorted((passed_on | approved) - {author})),
        co_authors=tuple(sorted((helpers | set(more)) - {author})),
        written_by=tuple(sorted(set(map(person, named)))) if is_known else (),
        sketch=_sketch(sketch),
    )


def _sketch(told: Any) -> tuple[int, ...]:
    """A sketch as it was stored; whatever else may stand there is none."""
    if not isinstance(told, list) or len(told) > LONGEST_SKETCH:
        return ()
    return tuple(told) if all(type(value) is int for value in told) else ()


_ACCEPT = frozenset({"merger", "committer"})

# Of work that is found twice, what does not count is neither a second contribution nor a copy.
_COUNTS_ELSEWHERE = """
SELECT 1 FROM harvesters_participation part
JOIN credits_score score ON score.participation_id = part.id AND score.counts_with_id IS NOT NULL
JOIN credits_project scoring ON scoring.id = score.project_id
    AND scoring.scored_by_id = score.rule_set_id
WHERE part.contribution_id =
"""

_OF_PROJECT = f"""
WITH owner AS ({OWNER})
SELECT contribution.*, owner.project_id FROM owner CROSS JOIN LATERAL (
    SELECT id, repository_id, kind, occurred_at, facts FROM harvesters_contribution
    WHERE repository_id = owner.repository_id AND state = 'merged'
        AND occurred_at BETWEEN %(since)s AND %(now)s AND (kind = 'change' OR kind = 'commit'
            AND facts -> 'is_merge' IS DISTINCT FROM 'true'::jsonb AND NOT EXISTS (
                SELECT 1 FROM harvesters_contribution change
                WHERE change.repository_id = owner.repository_id AND change.kind = 'change'))
) contribution WHERE owner.project_id = %(project)s
    AND NOT EXISTS ({_COUNTS_ELSEWHERE} contribution.id)
"""  # noqa: S608 - all of it is our own text

# Each contribution with a sketch is looked up by index, whatever the planner thinks (OFFSET 0).
_ALIKE = f"""
WITH owner AS ({OWNER})
SELECT DISTINCT ON (other.id) other.*, owner.project_id FROM unnest(%(keys)s::bigint[]) mine (id)
CROSS JOIN LATERAL (
    SELECT candidate.id, candidate.repository_id, candidate.kind, candidate.occurred_at,
        candidate.facts
    FROM harvesters_contribution candidate
    WHERE candidate.facts -> 'sketch' IS NOT NULL AND candidate.occurred_at <= %(now)s
        AND candidate.state = 'merged' AND candidate.kind IN ('change', 'commit')
        AND credits_sketch_buckets(candidate.facts -> 'sketch') && (
            SELECT credits_sketch_buckets(facts -> 'sketch') FROM harvesters_contribution own
            WHERE own.id = mine.id)
        AND NOT EXISTS ({_COUNTS_ELSEWHERE} candidate.id)
    ORDER BY candidate.occurred_at, candidate.id LIMIT %(most)s OFFSET 0
) other
JOIN owner ON owner.repository_id = other.repository_id
WHERE NOT other.id = ANY(%(keys)s)
ORDER BY other.id
"""  # noqa: S608 - all of it is our own text

# Of a commit, who committed it passed it on; of a change, who merged it.
_ITEMS = """
SELECT found.id, found.project_id, found.repository_id, found.occurred_at,
    CASE WHEN found.kind = 'change' AND jsonb_typeof(found.facts -> 'pull_requests') = 'array'
        THEN found.facts -> 'pull_requests' ->> 0 END,
    (SELECT coalesce(json_agg(json_build_array(part.role, part.actor_id, actor.is_bot)
            ORDER BY part.id), '[]')
        FROM harvesters_participation part JOIN harvesters_actor actor ON actor.id = part.actor_id
        WHERE part.contribution_id = found.id AND (part.weight > 0 OR part.role <> 'author')
            AND (part.role <> 'committer' OR found.kind = 'commit')),
    (found.facts -> 'sketch')::json
FROM found ORDER BY found.id
"""

_APPROVALS = f"""
WITH owner AS ({OWNER})
SELECT review.repository_id, number, part.actor_id FROM owner
JOIN harvesters_contribution review ON review.repository_id = owner.repository_id
    AND review.kind = 'review' AND review.facts ->> 'review_state' = 'approved'
    AND review.occurred_at BETWEEN %(since)s AND %(now)s
CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE WHEN jsonb_typeof(review.facts -> 'pull_requests') = 'array'
    THEN review.facts -> 'pull_requests' ELSE '[]'::jsonb END) number
JOIN harvesters_participation part ON part.contribution_id = review.id AND part.role = 'reviewer'
JOIN harvesters_actor actor ON actor.id = part.actor_id AND NOT actor.is_bot
WHERE owner.project_id = %(project)s
"""  # noqa: S608 - all of it is our own text

# An address that belongs to no account tells nobody's name: then the writers are not known.
_WRITERS = """
SELECT work.contribution_id, bool_and(actor.host <> 'git' OR identity.id IS NOT NULL),
    json_agg(DISTINCT actor.id)
FROM harvesters_workkey work
JOIN harvesters_contribution written ON written.kind = 'commit' AND written.external_id = work.key
JOIN harvesters_participation part ON part.contribution_id = written.id
    AND part.role IN ('author', 'co_author') AND part.weight > 0
JOIN harvesters_actor actor ON actor.id = part.actor_id AND NOT actor.is_bot
LEFT JOIN accounts_identity identity ON identity.actor_id = actor.id
    AND identity.withdrawn_at IS NULL
WHERE work.contribution_id = ANY(%(keys)s::bigint[]) AND NOT work.is_merge
GROUP BY work.contribution_id
"""

_USERS = """
SELECT actor_id, user_id FROM accounts_identity WHERE withdrawn_at IS NULL AND user_id IN (
    SELECT user_id FROM accounts_identity
    WHERE withdrawn_at IS NULL AND actor_id = ANY(%(accounts)s::bigint[]))
"""
