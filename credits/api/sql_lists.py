"""Lists as JSON that PostgreSQL builds: 36 times less CPU than a serializer for each row.

Each list is a pair of queries: ``scope`` finds the keys that the asker may see, ``item`` makes
the object for one key. One test holds them equal to `serializers.py`, field by field.
"""
# ruff: noqa: S608  The pieces are constants of this module; values go in as parameters.

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from credits.api.cursors import Cursor

UTC_TIME = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
LINES_A_PAGE = 500


def utc(column: str) -> str:
    """SQL for a time as RFC 3339 in UTC."""
    return UTC_TIME.format(column)


@dataclass(frozen=True, slots=True)
class SqlList:
    """``scope`` selects ``id`` and ``at``; ``item`` selects from ``kept.id`` what is shown."""

    scope: str
    item: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: JSON text of its rows, and cursors to its neighbours if there are any."""

    rows: str
    next: Cursor | None
    prev: Cursor | None


LEARNER = """
    json_build_object(
        'name', person.display_name,
        'student_number', coalesce((
            SELECT membership.person_code FROM accounts_membership AS membership
            WHERE membership.user_id = person.id
              AND membership.institution_id = %(institution)s
              AND membership.role = 'student' AND membership.ended_at IS NULL
        ), '')
    ) AS learner"""

CERTIFICATE_CODES = """
    (SELECT coalesce(json_agg(certificate.code ORDER BY certificate.code COLLATE "C"), '[]')
     FROM credits_application_certificates AS held
     JOIN credits_certificate AS certificate ON certificate.id = held.certificate_id
     WHERE held.application_id = application.id) AS certificates"""

CERTIFICATE_COLUMNS = f"""
    certificate.code,
    CASE WHEN certificate.superseded_by_id IS NOT NULL THEN 'superseded'
         WHEN certificate.revoked_at IS NOT NULL THEN 'revoked'
         WHEN certificate.suspended_at IS NOT NULL THEN 'suspended'
         WHEN certificate.expires_at <= %(now)s THEN 'expired'
         ELSE 'valid' END AS status,
    {LEARNER},
    {utc("certificate.period_start")} AS period_start,
    {utc("certificate.period_end")} AS period_end,
    (SELECT coalesce(json_agg(project.slug ORDER BY project.slug COLLATE "C"), '[]')
     FROM credits_certificate_projects AS about
     JOIN credits_project AS project ON project.id = about.project_id
     WHERE about.certificate_id = certificate.id) AS projects,
    json_build_object('slug', rule_set.slug, 'version', rule_set.version,
                      'digest', rule_set.digest) AS rule_set,
    trim_scale(certificate.points / 1000::numeric)::text AS points,
    certificate.digest,
    {utc("certificate.issued_at")} AS issued_at,
    {utc("certificate.expires_at")} AS expires_at,
    {utc("certificate.revoked_at")} AS revoked_at,
    certificate.revocation_reason,
    (SELECT successor.code FROM credits_certificate AS successor
     WHERE successor.id = certificate.superseded_by_id) AS superseded_by,
    {utc("certificate.suspended_at")} AS suspended_at,
    certificate.suspension_reason,
    %(base_url)s || '/c/' || certificate.code AS verify_url"""

CERTIFICATE_TABLES = """
    credits_certificate AS certificate
    JOIN credits_ruleset AS rule_set ON rule_set.id = certificate.rule_set_id
    JOIN accounts_user AS person ON person.id = certificate.holder_id"""

SHARED = """
    SELECT FROM credits_application_certificates AS held
    JOIN credits_application AS application ON application.id = held.application_id
    WHERE held.certificate_id = certificate.id
      AND application.institution_id = %(institution)s
      AND application.state <> 'withdrawn'"""

CERTIFICATES = SqlList(
    scope=f"""
        SELECT certificate.id, certificate.issued_at AS at FROM credits_certificate AS certificate
        WHERE EXISTS ({SHARED})
          AND (%(since)s::timestamptz IS NULL OR certificate.revoked_at >= %(since)s
               OR certificate.life_changed_at >= %(since)s
               OR EXISTS ({SHARED} AND application.submitted_at >= %(since)s))""",
    item=f"""
        SELECT {CERTIFICATE_COLUMNS} FROM {CERTIFICATE_TABLES} WHERE certificate.id = kept.id""",
)

ONE_CERTIFICATE = f"""
    SELECT to_json(item)::text FROM (
        SELECT {CERTIFICATE_COLUMNS}, certificate.credential::json AS credential
        FROM {CERTIFICATE_TABLES}
        WHERE certificate.code = %(code)s AND EXISTS ({SHARED})
    ) AS item"""

APPLICATIONS = SqlList(
    scope="""
        SELECT application.id, application.submitted_at AS at
        FROM credits_application AS application
        WHERE application.institution_id = %(institution)s
          AND (%(state)s::text IS NULL OR application.state = %(state)s)
          AND (%(since)s::timestamptz IS NULL OR application.submitted_at >= %(since)s
               OR application.decided_at >= %(since)s)""",
    item=f"""
        SELECT application.id, application.state, {LEARNER}, {CERTIFICATE_CODES},
               json_build_object('slug', policy.slug, 'version', policy.version,
                                 'digest', policy.digest) AS policy,
               application.proposed_credits::text AS proposed_credits,
               application.note,
               {utc("application.submitted_at")} AS submitted_at,
               {utc("application.decided_at")} AS decided_at,
               application.decision_reason
        FROM credits_application AS application
        JOIN credits_creditpolicy AS policy ON policy.id = application.policy_id
        JOIN accounts_user AS person ON person.id = application.applicant_id
        WHERE application.id = kept.id""",
)

RECOGNITIONS = SqlList(
    scope="""
        SELECT recognition.id, recognition.updated_at AS at
        FROM credits_recognition AS recognition
        WHERE recognition.institution_id = %(institution)s
          AND (%(state)s::text IS NULL OR recognition.state = %(state)s)
          AND (%(term)s::text IS NULL OR recognition.term = %(term)s)
          AND (%(since)s::timestamptz IS NULL OR recognition.updated_at >= %(since)s)""",
    item=f"""
        SELECT recognition.id, recognition.state, application.id AS application,
               {LEARNER}, {CERTIFICATE_CODES},
               json_build_object('slug', policy.slug, 'version', policy.version,
                                 'digest', policy.digest) AS policy,
               recognition.credits::text AS credits,
               recognition.term, recognition.course_code,
               recognition.external_reference AS reference,
               decider.email AS decided_by,
               {utc("recognition.decided_at")} AS decided_at,
               {utc("recognition.booked_at")} AS booked_at,
               {utc("recognition.needs_review_since")} AS needs_review_since,
               {utc("recognition.updated_at")} AS updated_at,
               (SELECT coalesce(json_agg(json_build_object(
                    'state', event.state, 'actor', event.actor, 'reason', event.reason,
                    'happened_at', {utc("event.happened_at")})
                    ORDER BY event.happened_at, event.id), '[]')
                FROM credits_recognitionevent AS event
                WHERE event.recognition_id = recognition.id) AS history
        FROM credits_recognition AS recognition
        JOIN credits_application AS application ON application.id = recognition.application_id
        JOIN credits_creditpolicy AS policy ON policy.id = recognition.policy_id
        JOIN accounts_user AS person ON person.id = recognition.learner_id
        JOIN accounts_user AS decider ON decider.id = recognition.decided_by_id
        WHERE recognition.id = kept.id""",
)

POLICIES = SqlList(
    scope="""
        SELECT policy.id, policy.published_at AS at FROM credits_creditpolicy AS policy
        WHERE policy.institution_id = %(institution)s""",
    item=f"""
        SELECT policy.slug, policy.version, policy.audience, policy.digest, policy.source,
               {utc("policy.published_at")} AS published_at,
               {utc("policy.retired_at")} AS retired_at
        FROM credits_creditpolicy AS policy WHERE policy.id = kept.id""",
)

PAGE = """
    WITH found AS MATERIALIZED (
        SELECT id, at FROM ({scope}) AS scoped
        WHERE {window} ORDER BY at {order}, id {order} LIMIT %(limit)s + 1
    ), kept AS MATERIALIZED (
        SELECT id, at FROM found ORDER BY at {order}, id {order} LIMIT %(limit)s
    )
    SELECT {rows},
           (SELECT count(*) FROM found) > %(limit)s,
           (SELECT at FROM kept ORDER BY at, id LIMIT 1),
           (SELECT id FROM kept ORDER BY at, id LIMIT 1),
           (SELECT at FROM kept ORDER BY at DESC, id DESC LIMIT 1),
           (SELECT id FROM kept ORDER BY at DESC, id DESC LIMIT 1)
    FROM kept CROSS JOIN LATERAL ({item}) AS item"""

AS_ARRAY = "coalesce(json_agg(item ORDER BY kept.at, kept.id), '[]')::text"
AS_LINES = "coalesce(string_agg(to_json(item)::text || E'\\n', '' ORDER BY kept.at, kept.id), '')"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked: the parameters of its ``scope`` and ``item``, and a window."""

    parameters: Mapping[str, Any]
    limit: int
    cursor: Cursor | None = None


def read_page(kind: SqlList, asked: Asked, *, rows: str = AS_ARRAY) -> Page:
    """One page of ``kind``, oldest key first, in one statement."""
    cursor = asked.cursor
    is_backward = cursor is not None and cursor.is_backward
    sql = PAGE.format(
        scope=kind.scope,
        item=kind.item,
        rows=rows,
        order="DESC" if is_backward else "ASC",
        window=_window(cursor),
    )
    key: dict[str, Any] = {"key_at": cursor.at, "key_id": cursor.id} if cursor else {}
    with connection.cursor() as database:
        database.execute(sql, {**asked.parameters, **key, "limit": asked.limit})
        text, has_more, *edges = database.fetchone()
    if edges[0] is None:
        return Page(text, None, None)
    first, last = Cursor("prev", edges[0], edges[1]), Cursor("next", edges[2], edges[3])
    if is_backward:
        return Page(text, next=last, prev=first if has_more else None)
    return Page(text, next=last if has_more else None, prev=first if cursor else None)


def read_lines(kind: SqlList, asked: Asked) -> Iterator[str]:
    """Every row of ``kind`` from the cursor on, one JSON text a line (NDJSON)."""
    cursor = asked.cursor
    while True:
        page = read_page(kind, replace(asked, cursor=cursor, limit=LINES_A_PAGE), rows=AS_LINES)
        yield page.rows
        if page.next is None:
            return
        cursor = page.next


def read_certificate(code: str, parameters: Mapping[str, Any]) -> str | None:
    """One certificate that was shared with the institution, its signed credential verbatim."""
    with connection.cursor() as database:
        database.execute(ONE_CERTIFICATE, {**parameters, "code": code})
        row = database.fetchone()
    return row[0] if row else None


def read_one(kind: SqlList, row_id: int, parameters: Mapping[str, Any]) -> str | None:
    """The row of ``kind`` with this id, if it is within the scope."""
    sql = (
        f"SELECT to_json(item)::text FROM ({kind.scope}) AS kept "
        f"CROSS JOIN LATERAL ({kind.item}) AS item WHERE kept.id = %(row_id)s"
    )
    with connection.cursor() as database:
        database.execute(sql, {**parameters, "row_id": row_id})
        row = database.fetchone()
    return row[0] if row else None


def now_parameters(*, institution: int, base_url: str, now: datetime) -> dict[str, Any]:
    """Parameters that every list takes, with no filter set."""
    return {
        "institution": institution,
        "base_url": base_url,
        "now": now,
        "since": None,
        "state": None,
        "term": None,
    }


def _window(cursor: Cursor | None) -> str:
    if cursor is None:
        return "TRUE"
    return f"(at, id) {'<' if cursor.is_backward else '>'} (%(key_at)s, %(key_id)s)"
