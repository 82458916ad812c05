"""Load what scoring is given: facts, people, decisions, and what else holds the same work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models.expressions import RawSQL

from credits.core.inputs import NO_RULING, Counting, Participant, Ruling, ScoredInput
from credits.models import Project
from credits.models import Ruling as StoredRuling
from credits.services.arrays import as_array
from credits.services.direct import direct_among
from credits.services.duplicates import OWNER, duplicates_among
from credits.services.placing import IS_BOT, PERSON, VERDICT, earning_pairs
from credits.services.sandboxes import sandboxes_among

STAMP_BYTES = 8


class Loaded(NamedTuple):
    """Contributions to score, and by their keys the digests of the facts that were read.

    ``stamps`` tell likewise, in eight bytes, all that scoring is given for each.
    """

    items: list[ScoredInput]
    digests: dict[int, str]
    stamps: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands beside the facts of contributions, by their keys."""

    counting: Mapping[int, Counting]
    reverted: Mapping[int, datetime]
    counterparts: Mapping[int, int]
    sandboxes: frozenset[int]
    direct: frozenset[int]
    rulings: Mapping[int, Ruling]


def load_inputs(project: Project, contributions: Sequence[int]) -> Loaded:
    """The facts of ``contributions`` of ``project``, with all that scoring looks at beside them."""
    keys = list(contributions)
    scope: dict[str, Any] = {"keys": as_array(keys), "project": project.pk}
    with connection.cursor() as sql:
        sql.execute(_FACTS, {**scope, "earning": earning_pairs()})
        rows = sql.fetchall()
        sql.execute(_REVERTED, scope)
        reverted = dict(sql.fetchall())
        sql.execute(_COUNTERPARTS, scope)
        counterparts = dict(sql.fetchall())
    context = _Context(
        counting=_countings(project, keys),
        reverted=reverted,
        counterparts=counterparts,
        sandboxes=sandboxes_among({row[3] for row in rows}),
        direct=direct_among(project, keys),
        rulings=rulings_on(keys),
    )
    items = [_as_input(row, context) for row in rows]
    stamps = {row[0]: _stamp(row, item) for row, item in zip(rows, items, strict=True)}
    return Loaded(items, {row[0]: row[1] for row in rows}, stamps)


def _as_input(row: tuple[Any, ...], context: _Context) -> ScoredInput:
    key, _digest, kind, repository, state, title, occurred_at, facts, place, work_item, parts = row
    return ScoredInput(
        contribution=key,
        kind=kind,
        state=state,
        title=title,
        occurred_at=occurred_at,
        facts=orjson.loads(facts),
        repository_kind=place,
        participants=tuple(Participant(*part) for part in orjson.loads(parts)),
        counts_with=context.counting.get(key),
        repository=repository,
        work_item=work_item,
        reverted_at=context.reverted.get(key),
        is_sandbox=repository in context.sandboxes,
        is_direct=key in context.direct,
        counterpart=context.counterparts.get(key, 0),
        ruling=context.rulings.get(key, NO_RULING),
    )


def _stamp(row: tuple[Any, ...], item: ScoredInput) -> int:
    """Eight bytes that change with anything that scoring is given for ``item``.

    They are stored for the months that were scored (`ScoredMonth`): what is told here otherwise
    than before can no more be compared with what was scored before. The digest of the facts
    stands for all that the forge said.
    """
    key, digest, _kind, _repository, _state, _title, _occurred_at, _facts, place, work, parts = row
    counting, reverted_at, ruling = item.counts_with, item.reverted_at, item.ruling
    said = (
        *(key, digest, place, work, parts),
        counting and (counting.contribution, counting.is_patch),
        reverted_at and reverted_at.timestamp(),
        *(item.is_sandbox, item.is_direct, item.counterpart),
        None if ruling is NO_RULING else _ruling_told(ruling),
    )
    told = blake2b(repr(said).encode(), digest_size=STAMP_BYTES).digest()
    return int.from_bytes(told, "big", signed=True)


def _ruling_told(ruling: Ruling) -> tuple[Any, ...]:
    """The whole of ``ruling``, always in the same order."""
    return (
        *(ruling.is_endorsed, ruling.denied, ruling.category),
        sorted(ruling.weights.items()),
        *(sorted(ruling.withdrawn), sorted(ruling.pardoned)),
    )


def _countings(project: Project, keys: list[int]) -> dict[int, Counting]:
    """For each of ``keys`` that counts elsewhere, the contribution that counts."""
    by_commits = duplicates_among(project, keys)
    with connection.cursor() as sql:
        sql.execute(_PATCHES, {"keys": as_array(keys)})
        by_patch = dict(sql.fetchall())
        elsewhere = by_patch | by_commits
        sql.execute(_COUNTINGS, [list(set(elsewhere.values()))])
        known = {row[0]: row for row in sql.fetchall()}
    return {
        key: replace(Counting(*known[other]), is_patch=key not in by_commits)
        for key, other in elsewhere.items()
    }


def rulings_on(contributions: Sequence[int]) -> dict[int, Ruling]:
    """The decisions that stand on ``contributions``, those on one put together."""
    # A list of thousands of parameters takes Django longer than everything else here.
    any_of = RawSQL("SELECT unnest(%s::bigint[])", [as_array(contributions)])
    stored = StoredRuling.objects.standing().filter(contribution__in=any_of)
    found: dict[int, list[StoredRuling]] = defaultdict(list)
    for ruling in stored:
        found[ruling.contribution_id].append(ruling)
    return {key: _together(rulings) for key, rulings in found.items()}


def _together(rulings: Sequence[StoredRuling]) -> Ruling:
    values = {ruling.subject: ruling for ruling in rulings}
    acceptance = values.get(StoredRuling.Subject.ACCEPTANCE)
    said = acceptance.value["endorsed"] if acceptance else None
    shares = values.get(StoredRuling.Subject.SHARES)
    category = values.get(StoredRuling.Subject.CATEGORY)
    guards = values.get(StoredRuling.Subject.GUARDS)
    return Ruling(
        is_endorsed=said is True,
        denied=acceptance.reason if acceptance and said is False else "",
        category=category.value["category"] if category else "",
        weights={int(key): part for key, part in shares.value["weights"].items()} if shares else {},
        withdrawn=frozenset(
            ruling.participation_id
            for ruling in rulings
            if ruling.participation_id is not None and ruling.value["withdrawn"]
        ),
        pardoned=frozenset(guards.value["pardoned"]) if guards else frozenset(),
    )


# Django hands out jsonb as text; orjson reads it four times as fast as the standard library. Lists
# that no rule reads are left in the database: they are the larger part of the facts.
_FACTS = f"""
SELECT contribution.id, contribution.digest, contribution.kind, contribution.repository_id,
    contribution.state, contribution.title, contribution.occurred_at,
    contribution.facts - '{{files,sketch,commits,trailers}}'::text[], repository.kind,
    min(placement.work_item),
    json_agg(json_build_array(part.id, part.role, part.weight, {IS_BOT},
        coalesce(placement.person, part.actor_id)) ORDER BY part.id)::text
FROM harvesters_contribution contribution
JOIN harvesters_repository repository ON repository.id = contribution.repository_id
JOIN harvesters_participation part ON part.contribution_id = contribution.id
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
JOIN harvesters_actor actor ON actor.id = part.actor_id
LEFT JOIN credits_placement placement ON placement.participation_id = part.id
{VERDICT}
WHERE contribution.id = ANY(%(keys)s)
GROUP BY contribution.id, repository.id ORDER BY contribution.id
"""  # noqa: S608 - all of it is our own text

_COUNTINGS = """
SELECT counting.id, counting.kind, counting.title, counting.url, place.host || '/' || place.path
FROM harvesters_contribution counting
JOIN harvesters_repository place ON place.id = counting.repository_id
WHERE counting.id = ANY(%s)
"""

# Only the project's own reverts count, and a revert that was itself taken back does not.
_REVERTED = f"""
WITH owner AS MATERIALIZED ({OWNER}),
named AS MATERIALIZED (
    SELECT id, repository_id, '!' || external_id AS key FROM harvesters_contribution
    WHERE id = ANY(%(keys)s) AND kind = 'commit'
    UNION ALL
    SELECT id, repository_id, '!#' || external_id FROM harvesters_contribution
    WHERE id = ANY(%(keys)s) AND kind = 'change'
    UNION ALL
    SELECT mine.id, mine.repository_id, '!' || work.key FROM harvesters_contribution mine
    JOIN harvesters_workkey work ON work.contribution_id = mine.id AND work.is_merge
    WHERE mine.id = ANY(%(keys)s) AND mine.kind = 'change'
)
SELECT named.id, min(back.occurred_at) FROM named CROSS JOIN LATERAL (
    SELECT revert.* FROM harvesters_workkey work
    JOIN harvesters_contribution revert ON revert.id = work.contribution_id
    WHERE work.key = named.key AND revert.state = 'merged' OFFSET 0) back
JOIN owner ON owner.repository_id = back.repository_id AND owner.project_id = %(project)s
WHERE (back.repository_id = named.repository_id OR named.key NOT LIKE '!#%%')
    AND NOT EXISTS (
        SELECT 1 FROM harvesters_workkey work
        JOIN harvesters_contribution again ON again.id = work.contribution_id
        WHERE again.state = 'merged' AND again.repository_id = back.repository_id
            AND work.key IN ('!' || back.external_id, '!#' || back.external_id))
GROUP BY named.id
"""  # noqa: S608 - all of it is our own text

_COUNTERPARTS = f"""
SELECT review.id, coalesce(owner_of.person, part.actor_id)
FROM harvesters_contribution review
JOIN harvesters_contribution reviewed ON reviewed.repository_id = review.repository_id
    AND reviewed.kind = 'change'
    AND reviewed.external_id = review.facts #>> '{{pull_requests,0}}'
CROSS JOIN LATERAL (
    SELECT actor_id FROM harvesters_participation
    WHERE contribution_id = reviewed.id AND role = 'author' ORDER BY id LIMIT 1) part
{PERSON}
WHERE review.id = ANY(%(keys)s) AND review.kind = 'review'
"""  # noqa: S608 - all of it is our own text

# What shares commits is not looked at here: of that, commits tell what counts.
_PATCHES = f"""
WITH owner AS MATERIALIZED ({OWNER})
SELECT mine.id, first.id FROM harvesters_contribution mine
JOIN harvesters_workkey patch ON patch.contribution_id = mine.id AND patch.key LIKE '~%%'
CROSS JOIN LATERAL (
    SELECT other.id FROM harvesters_workkey same
    JOIN harvesters_contribution other ON other.id = same.contribution_id
    JOIN owner ON owner.repository_id = other.repository_id
    WHERE same.key = patch.key AND other.id <> mine.id AND other.state = 'merged'
        AND (other.occurred_at, other.id) < (mine.occurred_at, mine.id)
        AND NOT EXISTS (
            SELECT 1 FROM harvesters_workkey work
            WHERE work.contribution_id = mine.id AND work.key = other.external_id
                OR work.contribution_id = other.id AND work.key = mine.external_id)
        AND NOT EXISTS (
            SELECT 1 FROM harvesters_workkey my JOIN harvesters_workkey their USING (key)
            WHERE my.contribution_id = mine.id AND their.contribution_id = other.id
                AND my.key !~ '^[#~!@]')
        AND NOT EXISTS (
            SELECT 1 FROM harvesters_workkey back
            JOIN harvesters_contribution revert ON revert.id = back.contribution_id
            WHERE revert.repository_id = other.repository_id AND revert.state = 'merged'
                AND back.key IN ('!' || other.external_id, '!#' || other.external_id))
    ORDER BY other.occurred_at, other.id LIMIT 1) first
WHERE mine.id = ANY(%(keys)s)
"""  # noqa: S608 - all of it is our own text
