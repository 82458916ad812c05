"""Answers that are not stored yet, in PostgreSQL, where the next worker finds them.

They are forgotten with the page that they belong to, and in any case within ten minutes. The
first answer of a harvest, what the repository is, belongs to all pages of a sweep.
"""

import json
import zlib
from collections.abc import Collection
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

    def read(self) -> dict[str, Answer | None]:
        """What was told to the harvests that were stopped since the last page was stored."""
        rows = KeptAnswer.objects.filter(cursor=self._cursor)
        kept: list[KeptAnswer] = []
        for part in (rows.filter(is_opening=True), rows.filter(is_opening=False)):
            found = list(part.order_by("pk"))
            if found and found[0].kept_at < timezone.now() - KEPT_FOR:
                part.delete()
            else:
                kept += found
        return {row.key: _unpacked(row.told) for row in kept}

    def keep(self, key: str, answer: Answer, *, is_opening: bool) -> None:
        """Keep ``answer``, as long as the lease is ours."""
        told = zlib.compress(json.dumps(asdict(answer)).encode(), 1)
        kept = told if len(told) <= LARGEST else b""
        with connection.cursor() as sql:
            ours = (self._cursor.pk, self._cursor.fence)
            sql.execute(_KEEP, (key, kept, timezone.now(), is_opening, *ours))

    def forget(self, keys: Collection[str]) -> None:
        """Keep the answers of ``keys`` no more, as long as the lease is ours."""
        if keys:
            ours = KeptAnswer.objects.filter(cursor=self._cursor, cursor__fence=self._cursor.fence)
            ours.filter(key__in=list(keys)).delete()


def _unpacked(told: Any) -> Answer | None:
    return Answer(**json.loads(zlib.decompress(told))) if told else None


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


def forget_answers(cursor: HarvestCursor) -> None:
    """The sweep is over."""
    KeptAnswer.objects.filter(cursor=cursor).delete()


def forget_parts(cursor: HarvestCursor) -> None:
    """What they told is stored; the sweep goes on."""
    KeptAnswer.objects.filter(cursor=cursor, is_opening=False).delete()


def forget_old_answers(*, now: datetime) -> int:
    """Delete what is too old to be told again; how many."""
    return KeptAnswer.objects.filter(kept_at__lt=now - KEPT_FOR).delete()[0]


_KEEP = """
INSERT INTO harvesters_keptanswer (cursor_id, key, told, kept_at, is_opening)
SELECT source.id, given.key, given.told, given.kept_at, given.is_opening
FROM harvesters_harvestcursor source,
    (VALUES (%s, %s::bytea, %s::timestamptz, %s)) AS given (key, told, kept_at, is_opening)
WHERE source.id = %s AND source.fence = %s
ON CONFLICT DO NOTHING
"""
