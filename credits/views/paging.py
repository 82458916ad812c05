"""Pages of long lists by keyset: the next page starts after a row, however the list grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """Some rows, and the addresses of the pages beside it; they keep the filters."""

    rows: Sequence[Row]
    older_url: str
    newest_url: str


def keyset_page(
    request: HttpRequest, rows: QuerySet[Row], *, moment: str, size: int = ROWS_A_PAGE
) -> KeysetPage[Row]:
    """The page of ``rows`` that the request asks for, newest ``moment`` first."""
    before = _read_cursor(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(
            Q(**{f"{moment}__lt": before[0]}) | Q(**{moment: before[0], "pk__lt": before[1]})
        )
    found = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    shown = found[:size]
    older = _write_cursor(shown[-1], moment) if len(found) > size else ""
    return KeysetPage(
        rows=shown,
        older_url=_address(request, older) if older else "",
        newest_url=_address(request, "") if before is not None else "",
    )


def _address(request: HttpRequest, before: str) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    if before:
        query["before"] = before
    return f"?{query.urlencode()}"


def _write_cursor(row: Model, moment: str) -> str:
    value: Any = reduce(getattr, moment.split("__"), row)
    return f"{(value - EPOCH) // MICROSECOND}-{row.pk}"


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    """Where a page starts; an unreadable cursor starts at the newest row."""
    microseconds, _, key = text.rpartition("-")
    try:
        return EPOCH + int(microseconds) * MICROSECOND, int(key)
    except (ValueError, OverflowError):
        return None
