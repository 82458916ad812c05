"""Answers that are not stored yet, in PostgreSQL, where the next worker finds them.

They are forgotten with the page that they belong to, and in any case within ten minutes.
"""

import json
import zlib
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.utils import timezone

from harvesters.forge import Answer, Forge
from harvesters.models import HarvestCursor, KeptAnswer
from harvesters.transports.budgeted import BudgetedTransport
from harvesters.transports.keeping import KeepingTransport, KeptAnswers

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KEPT_FOR = timedelta(minutes=10)
"""As much older as this may be what a harvest is told after it was stopped."""

LARGEST = 1 << 20
"""Bytes of an answer; larger ones are asked for again."""


class SharedAnswers:
    """The answers to the source of a leased ``cursor``."""

    def __init__(self, cursor: HarvestCursor) -> None:
        self._cursor = cursor

    def read(self) -> dict[str, Answer]:
        """What was told to the harvests that were stopped since the last page was stored."""
        since = timezone.now() - KEPT_FOR
        rows = KeptAnswer.objects.filter(cursor=self._cursor, kept_at__gte=since)
        return {key: _unpacked(told) for key, told in rows.values_list("key", "told")}

    def forget(self, key: str | None = None) -> None:
        """Keep the answer of ``key``, or any, no more."""
        forget_answers(self._cursor, *(() if key is None else (key,)))

    def keep(self, key: str, answer: Answer) -> None:
        """Keep ``answer``, as long as the lease is ours."""
        told = zlib.compress(json.dumps(asdict(answer)).encode(), 1)
        if len(told) <= LARGEST:
            with connection.cursor() as sql:
                ours = (self._cursor.pk, self._cursor.fence)
                sql.execute(_KEEP, (key, told, timezone.now(), *ours))


def _unpacked(told: Any) -> Answer:
    return Answer(**json.loads(zlib.decompress(told)))


def keeping_answers(forge: Forge, cursor: HarvestCursor) -> Forge:
    """``forge``, which asks for nothing again that ``cursor`` was told and has not stored yet."""
    kept, given = KeptAnswers(SharedAnswers(cursor)), cast("DataclassInstance", forge)
    parts = {
        name: KeepingTransport(part, kept)
        for name, part in _parts_of(forge).items()
        if isinstance(part, BudgetedTransport)
    }
    return cast("Forge", replace(given, **parts))


def doubt_answers(forge: Forge) -> None:
    """``forge`` ended with an error, which may be about an answer that was kept."""
    for part in _parts_of(forge).values():
        if isinstance(part, KeepingTransport):
            part.kept.doubt()


def _parts_of(forge: object) -> dict[str, object]:
    if not is_dataclass(forge):
        return {}
    return {field.name: getattr(forge, field.name) for field in fields(forge)}


def forget_answers(cursor: HarvestCursor, *keys: str) -> None:
    """What they told is stored, or of no use; those of ``keys`` alone, if any are given."""
    kept = KeptAnswer.objects.filter(cursor=cursor)
    (kept.filter(key__in=keys) if keys else kept).delete()


def forget_old_answers(*, now: datetime) -> int:
    """Delete what is too old to be told again; how many."""
    return KeptAnswer.objects.filter(kept_at__lt=now - KEPT_FOR).delete()[0]


_KEEP = """
INSERT INTO harvesters_keptanswer AS kept (cursor_id, key, told, kept_at)
SELECT source.id, given.key, given.told, given.kept_at
FROM harvesters_harvestcursor source,
    (VALUES (%s, %s::bytea, %s::timestamptz)) AS given (key, told, kept_at)
WHERE source.id = %s AND source.fence = %s
ON CONFLICT (cursor_id, key) DO UPDATE SET told = excluded.told, kept_at = excluded.kept_at
"""
