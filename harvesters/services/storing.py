"""Store a page of a harvest: rows and cursor in one transaction, twice is once.

Rows are copied into temporary tables and merged from there; a row that did not change is not
written (design, decision 8: five times Django's own upsert, and no dead rows on a re-harvest).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from harvesters.forge import ContributionRecord, ForgeError, Gap, Page
from harvesters.models import HarvestCursor, HarvestGap
from harvesters.services.repository_files import store_files
from harvesters.services.sightings import store_sighting
from harvesters.services.work_keys import MERGE_KEYS, RETIRE_KEYS, STAGE_KEYS, work_keys
from harvesters.shared_answers import forget_answers, forget_parts

LEASE = timedelta(minutes=5)
TITLE_LENGTH = 1000
URL_LENGTH = 2000
NAME_LENGTH = 255
SUBJECT_LENGTH = 500

_WITH_EACH_PAGE = (
    *("cursor", "done_count", "total_count", "lease_until"),
    *("reading_since", "reading_from", "spent_requests", "spent_points"),
)


class LeaseLostError(ForgeError):
    """Another worker took this harvest over; nothing of this page was stored."""


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """What a page changed: contributions written for the first time, and written anew."""

    new: int
    changed: int


def clean_text(text: str, length: int) -> str:
    """Make ``text`` storable: PostgreSQL takes neither NUL nor lone surrogates."""
    whole = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return whole if len(whole) <= length else whole[: length - 1] + "…"


def clean_json(value: Any) -> Any:
    """Clean every string inside ``value``, keys as well."""
    if isinstance(value, str):
        return clean_text(value, URL_LENGTH)
    if isinstance(value, dict):
        return {clean_text(str(key), NAME_LENGTH): clean_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(part) for part in value]
    return value


def record_digest(record: ContributionRecord) -> str:
    """SHA-256 over everything the forge said about this contribution."""
    said = asdict(record)
    said["occurred_at"] = record.occurred_at.isoformat()
    text = json.dumps(clean_json(said), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def store_page(cursor: HarvestCursor, page: Page, *, now: datetime) -> StoredCounts:
    """Write ``page`` and the cursor behind it; ``cursor`` is brought up to date in place.

    Raises:
        LeaseLostError: the lease went to another worker in the meantime.
    """
    mine = HarvestCursor.objects.select_for_update().filter(pk=cursor.pk, fence=cursor.fence)
    if not mine.exists() or cursor.repository_id is None:
        raise LeaseLostError
    counts = merge_records(cursor.repository_id, store_sighting(cursor, page), now)
    _store_gaps(cursor, page, now)
    store_files(cursor.repository_id, page.files, now=now)
    advance(cursor, page)
    cursor.lease_until = now + LEASE
    cursor.save(update_fields=_WITH_EACH_PAGE)
    if page.is_last:
        forget_answers(cursor)
    elif not page.is_part:
        forget_parts(cursor)
    return counts


def advance(cursor: HarvestCursor, page: Page) -> None:
    """Move ``cursor`` behind ``page``, in memory; what is read again counts no second time."""
    cursor.cursor = dict(page.cursor)
    cursor.done_count += len(page.records) if page.items is None else page.items
    if page.total is not None:
        cursor.total_count = page.total
    if cursor.total_count is not None:
        cursor.done_count = min(cursor.done_count, cursor.total_count)


def _store_gaps(cursor: HarvestCursor, page: Page, now: datetime) -> None:
    # The newest word about a subject wins where one page names it twice.
    told = {clean_text(gap.subject, SUBJECT_LENGTH): gap for gap in page.gaps}
    rows = [
        (cursor.pk, subject, clean_text(gap.reason, URL_LENGTH), _names(gap), now)
        for subject, gap in sorted(told.items())
    ]
    with connection.cursor() as sql:
        if page.subjects:
            sql.execute(_CLOSE_GAPS, [cursor.pk, *2 * [_subjects(page)], list(told)])
        sql.executemany(_MERGE_GAPS, rows)


def _subjects(page: Page) -> list[str]:
    return [clean_text(subject, SUBJECT_LENGTH) for subject in page.subjects]


def _names(gap: Gap) -> list[str]:
    """Whom ``gap`` concerns, as the database names them."""
    return sorted(
        {
            HarvestGap.name_of(actor.host, clean_text(actor.external_id, NAME_LENGTH))
            for actor in gap.concerns
        }
    )


def merge_records(
    repository_id: int, records: Sequence[ContributionRecord], now: datetime
) -> StoredCounts:
    """Write ``records`` in the transaction that is open."""
    if not records:
        return StoredCounts(0, 0)
    # The newest word about a contribution wins where one page names it twice.
    unique = list({(record.kind, record.external_id): record for record in records}.values())
    with connection.cursor() as sql:
        sql.execute(_STAGE)
        sql.execute(STAGE_KEYS)
        _copy(sql, "staged_contribution", _contribution_rows(unique))
        _copy(sql, "staged_participation", _participation_rows(unique))
        _copy(sql, "staged_key", _key_rows(unique))
        sql.execute(_MARK_NEW_BOTS)
        sql.execute(_MERGE_ACTORS, {"now": now})
        sql.execute(_MERGE_CONTRIBUTIONS, {"repository": repository_id, "now": now})
        new, changed = sql.fetchone()
        sql.execute(_MERGE_PARTICIPATIONS, {"repository": repository_id})
        sql.execute(_RETIRE_PARTICIPATIONS, {"repository": repository_id})
        sql.execute(MERGE_KEYS, {"repository": repository_id})
        sql.execute(RETIRE_KEYS, {"repository": repository_id})
        sql.execute("DROP TABLE staged_contribution, staged_participation, staged_key")
    return StoredCounts(new, changed)


def _copy(sql: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with sql.copy(f"COPY {table} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def _contribution_rows(records: Iterable[ContributionRecord]) -> Iterable[tuple[Any, ...]]:
    for record in records:
        yield (
            record.kind,
            clean_text(record.external_id, NAME_LENGTH),
            record.occurred_at,
            record.state,
            clean_text(record.title, TITLE_LENGTH),
            clean_text(record.url, URL_LENGTH),
            json.dumps(clean_json(record.facts), allow_nan=False),
            record_digest(record),
        )


def _participation_rows(records: Iterable[ContributionRecord]) -> Iterable[tuple[Any, ...]]:
    for record in records:
        for part in record.participants:
            yield (
                record.kind,
                clean_text(record.external_id, NAME_LENGTH),
                part.actor.host,
                clean_text(part.actor.external_id, NAME_LENGTH),
                clean_text(part.actor.login, NAME_LENGTH),
                part.actor.is_bot,
                part.role,
                part.weight,
            )


def _key_rows(records: Iterable[ContributionRecord]) -> Iterable[tuple[Any, ...]]:
    for record in records:
        for key, is_merge in work_keys(record).items():
            yield record.kind, clean_text(record.external_id, NAME_LENGTH), key, is_merge


_STAGE = """
CREATE TEMPORARY TABLE staged_contribution (
    kind text, external_id text, occurred_at timestamptz, state text, title text, url text,
    facts jsonb, digest text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_participation (
    kind text, external_id text, host text, actor_id text, login text, is_bot boolean,
    role text, weight integer
) ON COMMIT DROP
"""

_CLOSE_GAPS = """
DELETE FROM harvesters_harvestgap
WHERE cursor_id = %s
    AND (subject = ANY(%s::text[]) OR substring(subject FROM ' of (.*)$') = ANY(%s::text[]))
    AND subject <> ALL(%s::text[])
"""

_MERGE_GAPS = """
INSERT INTO harvesters_harvestgap AS kept (cursor_id, subject, reason, concerns, found_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (cursor_id, subject) DO UPDATE
SET reason = excluded.reason, concerns = excluded.concerns, found_at = excluded.found_at
WHERE (kept.reason, kept.concerns) IS DISTINCT FROM (excluded.reason, excluded.concerns)
"""

# Who turns out to be a bot shares no more in what was scored before.
_MARK_NEW_BOTS = """
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT DISTINCT part.contribution_id, false
FROM (SELECT DISTINCT host, actor_id FROM staged_participation WHERE is_bot) staged
JOIN harvesters_actor actor ON (actor.host, actor.external_id) = (staged.host, staged.actor_id)
JOIN harvesters_participation part ON part.actor_id = actor.id
WHERE NOT actor.is_bot
"""

# Rows are taken in key order, so that two harvests that meet wait instead of deadlocking. Of the
# names that one page tells of an actor, the latest is shown.
_MERGE_ACTORS = """
INSERT INTO harvesters_actor AS kept (host, external_id, login, is_bot, created_at)
SELECT DISTINCT ON (host, actor_id) host, actor_id, login, is_bot, %(now)s
FROM staged_participation JOIN staged_contribution USING (kind, external_id)
ORDER BY host, actor_id, occurred_at DESC, login
ON CONFLICT (host, external_id) DO UPDATE
SET login = excluded.login, is_bot = kept.is_bot OR excluded.is_bot
WHERE (kept.login, kept.is_bot)
    IS DISTINCT FROM (excluded.login, kept.is_bot OR excluded.is_bot);
INSERT INTO harvesters_actorlogin (actor_id, login, seen_at)
SELECT DISTINCT actor.id, staged.login, %(now)s
FROM staged_participation staged
JOIN harvesters_actor actor ON (actor.host, actor.external_id) = (staged.host, staged.actor_id)
ON CONFLICT (actor_id, login) DO NOTHING
"""

_MERGE_CONTRIBUTIONS = """
WITH merged AS (
    INSERT INTO harvesters_contribution AS kept (repository_id, kind, external_id, occurred_at,
        state, title, url, facts, digest, harvested_at)
    SELECT %(repository)s, kind, external_id, occurred_at, state, title, url, facts, digest,
        %(now)s
    FROM staged_contribution ORDER BY kind, external_id
    ON CONFLICT (repository_id, kind, external_id) DO UPDATE
    SET occurred_at = excluded.occurred_at, state = excluded.state, title = excluded.title,
        url = excluded.url, facts = excluded.facts, digest = excluded.digest,
        harvested_at = excluded.harvested_at
    WHERE kept.digest IS DISTINCT FROM excluded.digest
    RETURNING id, (xmax = 0) AS is_new
), marked AS (
    INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
    SELECT id, false FROM merged
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""

_MERGE_PARTICIPATIONS = """
INSERT INTO harvesters_participation AS kept (contribution_id, actor_id, role, weight)
SELECT contribution.id, actor.id, staged.role, max(staged.weight)
FROM staged_participation staged
JOIN harvesters_contribution contribution ON contribution.repository_id = %(repository)s
    AND (contribution.kind, contribution.external_id) = (staged.kind, staged.external_id)
JOIN harvesters_actor actor ON (actor.host, actor.external_id) = (staged.host, staged.actor_id)
GROUP BY contribution.id, actor.id, staged.role
ORDER BY contribution.id, actor.id, staged.role
ON CONFLICT (contribution_id, actor_id, role) DO UPDATE SET weight = excluded.weight
WHERE kept.weight IS DISTINCT FROM excluded.weight
"""

# Somebody whom the forge no longer names keeps the row, for old certificates, but no share.
_RETIRE_PARTICIPATIONS = """
UPDATE harvesters_participation kept SET weight = 0
FROM harvesters_contribution contribution
JOIN staged_contribution mentioned
    ON (contribution.kind, contribution.external_id) = (mentioned.kind, mentioned.external_id)
WHERE contribution.repository_id = %(repository)s AND kept.contribution_id = contribution.id
    AND kept.weight <> 0 AND NOT EXISTS (
        SELECT 1 FROM staged_participation staged
        JOIN harvesters_actor actor
            ON (actor.host, actor.external_id) = (staged.host, staged.actor_id)
        WHERE (staged.kind, staged.external_id, staged.role)
            = (contribution.kind, contribution.external_id, kept.role)
            AND actor.id = kept.actor_id)
"""
