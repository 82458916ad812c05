"""Which contributions in certificates count no more, by the rules that the certificates name.

Only what happened to the work counts here: it was taken back, not accepted after all, denied, the
work of a bot, or somebody else's. What a limit leaves, what waits, another rule set, and what we
measure otherwise than on the day of issue take nothing from a certificate.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from credits.core.rules import NOT_COUNTED
from credits.core.traces import sentence
from credits.models import Certificate, CertificateItem, Notice, Placement, Project, RuleSet, Score
from credits.services.cells import Cell, in_chunks, sized
from credits.services.notices import holders_notice, keep_notices
from credits.services.scoring import score_chunk

SETTLES_AFTER = timedelta(days=1)
"""A revert is often reverted itself: so long it must stay before a certificate is superseded."""

OWN_REASONS = ("withdrawn", "denied", "bot", "no-human", "no-share")
"""Reasons that every rule set has and that take work from a certificate; work that counts
elsewhere does too, unless its holder took part in it there."""

TELLING_FACTS = frozenset(
    {"is_reverted", "reverted_after_days", "state", "confirmed", "humans", "review_state"}
)
"""Facts that say what became of the work: a guard that looks at none of them does not count."""

WORD = re.compile(r"[a-z_]+")


class _Found(NamedTuple):
    """An item whose state changed: void since now if it has a reason, else counting again."""

    item: int
    reason: str


def mark_void_items(*, now: datetime) -> int:
    """Note which items of certificates in force count no more; returns how many changed.

    Their holders are told which, and why.
    """
    score_by_former_rules(now=now)
    with transaction.atomic():
        found = _mark(now)
        _tell([one.item for one in found if one.reason], now)
    return len(found)


def _mark(now: datetime) -> list[_Found]:
    guards = _telling_guards(now)
    scope: dict[str, Any] = {
        "now": now,
        "own": list(OWN_REASONS),
        "rule_sets": [rule_set for rule_set, _rule in guards],
        "rules": [rule for _rule_set, rule in guards],
    }
    with connection.cursor() as sql:
        sql.execute(_MARK, scope)
        return [_Found(*row) for row in sql.fetchall()]


def _telling_guards(now: datetime) -> list[tuple[int, str]]:
    """The guards, by rule set, that stop work for good because of what became of it."""
    in_use = RuleSet.objects.filter(certificates__in=Certificate.objects.in_force(now)).distinct()
    return [
        (rule_set.pk, guard.id)
        for rule_set in in_use
        for guard in rule_set.compiled.guards
        if guard.state == NOT_COUNTED and TELLING_FACTS.intersection(WORD.findall(guard.when))
    ]


def _tell(items: Sequence[int], now: datetime) -> None:
    found = CertificateItem.objects.filter(pk__in=items)
    rows = list(found.select_related("certificate__rule_set", "participation__contribution"))
    why = _reasons(rows)
    keep_notices(
        holders_notice(
            item.certificate,
            Notice.Kind.AT_RISK,
            about=f"{item.participation_id}:{now.isoformat()}",
            now=now,
            contribution=item.participation.contribution_id,
            contributions=[item.participation.contribution.title],
            why=why.get(item.pk, {}),
            until=(now + SETTLES_AFTER).isoformat(),
        )
        for item in rows
    )


def _reasons(items: Sequence[CertificateItem]) -> Mapping[int, dict[str, str]]:
    """Why each item counts no more, in both languages, as the rules say it."""
    scores = Score.objects.filter(
        participation__in=[item.participation_id for item in items],
        rule_set__in={item.certificate.rule_set_id for item in items},
    )
    stored = {(one.participation_id, one.rule_set_id): one.reasons for one in scores}
    found = {}
    for item in items:
        rule_set = item.certificate.rule_set
        reasons = stored.get((item.participation_id, rule_set.pk))
        if reasons:
            said = sentence(reasons[-1], rule_set.compiled)
            found[item.pk] = {"en": said.en, "zh": said.zh}
    return found


def score_by_former_rules(*, now: datetime) -> None:
    """Score anew, by the rules of its certificate, what may be void under those of today.

    Scores by former rule sets are not kept up with the facts; each change is looked at once.
    """
    with connection.cursor() as sql:
        sql.execute(_FORMER, {"now": now})
        rows = sql.fetchall()
    todo: dict[tuple[int, int], set[int]] = {}
    for project, rule_set, participation, _item in rows:
        todo.setdefault((project, rule_set), set()).add(participation)
    for (project, rule_set), participations in todo.items():
        score_again(project, rule_set, participations)
    items = [item for *_others, item in rows]
    CertificateItem.objects.filter(pk__in=items).update(looked_at=now)


def score_again(project_key: int, rule_set: int, participations: set[int]) -> None:
    """Score the months of ``participations`` by ``rule_set``, as of the project's last scoring."""
    project = Project.objects.get(pk=project_key)
    if project.scored_at is None:
        return
    placed = Placement.objects.filter(project=project, participation__in=participations)
    cells = [Cell(*row) for row in placed.values_list("month", "person").distinct()]
    for chunk in in_chunks(sized(project, cells)):
        score_chunk(project.pk, [rule_set], project.scored_at, chunk)


_MARK = """
WITH telling AS (
    SELECT * FROM unnest(%(rule_sets)s::bigint[], %(rules)s::text[]) guard (rule_set_id, rule)
), seen AS MATERIALIZED (
    SELECT item.id, score.reasons -> -1 ->> 'rule' AS rule, score.state, score.rule_set_id,
        score.counts_with_id, certificate.holder_id, score.id AS score_id
    FROM credits_certificate certificate
    JOIN credits_certificateitem item ON item.certificate_id = certificate.id
    JOIN credits_score score ON score.participation_id = item.participation_id
        AND score.rule_set_id = certificate.rule_set_id
    WHERE certificate.revoked_at IS NULL
        AND (certificate.expires_at IS NULL OR certificate.expires_at > %(now)s)
        AND (score.state IN ('withdrawn', 'not_counted') OR item.void_since IS NOT NULL)
), void AS MATERIALIZED (
    SELECT seen.id, CASE WHEN seen.state IN ('withdrawn', 'not_counted') AND (
        seen.rule = ANY(%(own)s)
        OR EXISTS (SELECT FROM telling WHERE telling.rule_set_id = seen.rule_set_id
            AND telling.rule = seen.rule)
        OR seen.rule = 'counts-elsewhere' AND NOT EXISTS (
            SELECT FROM harvesters_participation part
            JOIN accounts_identity mine ON mine.actor_id = part.actor_id
                AND mine.withdrawn_at IS NULL AND mine.user_id = seen.holder_id
            WHERE part.contribution_id = seen.counts_with_id)
        ) THEN seen.rule ELSE '' END AS reason
    FROM seen
)
UPDATE credits_certificateitem item
SET void_since = CASE WHEN void.reason <> '' THEN %(now)s::timestamptz END,
    void_reason = void.reason
FROM void WHERE void.id = item.id AND (item.void_since IS NULL) = (void.reason <> '')
RETURNING item.id, item.void_reason
"""

_FORMER = """
SELECT score.project_id, certificate.rule_set_id, item.participation_id, item.id
FROM credits_certificate certificate
JOIN credits_certificateitem item ON item.certificate_id = certificate.id
JOIN credits_score score ON score.participation_id = item.participation_id
    AND score.rule_set_id <> certificate.rule_set_id
JOIN credits_project project ON project.id = score.project_id
    AND project.scored_by_id = score.rule_set_id
WHERE certificate.revoked_at IS NULL
    AND (certificate.expires_at IS NULL OR certificate.expires_at > %(now)s)
    AND (score.state IN ('withdrawn', 'not_counted') OR item.void_since IS NOT NULL)
    AND score.scored_at > coalesce(item.looked_at, certificate.issued_at)
"""
