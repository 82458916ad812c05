"""What a harvest would bring, told without storing anything."""

from datetime import datetime

from harvesters.forge import Forge, RepositoryRecord
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import HarvestReport, OnPage, after
from harvesters.services.repositories import check_same, is_another, reaches_further_back
from harvesters.services.storing import advance


def preview_source(
    source: str,
    forge: Forge,
    repository: RepositoryRecord,
    *,
    since: datetime | None = None,
    replaces: bool = False,
    on_page: OnPage | None = None,
) -> HarvestReport:
    """Read what a harvest of ``source`` would read now, and store nothing.

    Raises:
        AnotherRepositoryError: as `register_source` would.
    """
    cursor = _cursor_of(source, repository, since, replaces=replaces)
    report = HarvestReport(source)
    for page in forge.harvest(repository, cursor.cursor):
        report.count(after(page, cursor.since))
        advance(cursor, page)
        if on_page is not None:
            on_page(cursor, report)
    report.is_complete = True
    return report


def _cursor_of(
    source: str, repository: RepositoryRecord, since: datetime | None, *, replaces: bool
) -> HarvestCursor:
    """Where a harvest of ``source`` would begin."""
    cursor = HarvestCursor.objects.filter(source=source).select_related("repository").first()
    if cursor is not None and not replaces:
        check_same(cursor, repository)
    if cursor is None or is_another(cursor, repository) or reaches_further_back(since, cursor):
        return HarvestCursor(source=source, since=since)
    return cursor
