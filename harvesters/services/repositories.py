"""Repositories under their names: followed when renamed, never taken for one another."""

from datetime import datetime

from harvesters.forge import ForgeError, RepositoryRecord
from harvesters.models import HarvestCursor, Repository, RepositoryPath
from harvesters.services.storing import clean_text

PATH_LENGTH = 500
URL_LENGTH = 2000


class AnotherRepositoryError(ForgeError):
    """The source shows another repository than before."""

    def __init__(self, source: str, had: Repository, found: RepositoryRecord) -> None:
        path, number = clean_text(found.path, 200), clean_text(found.external_id, 20)
        super().__init__(
            f"{source} shows another repository now: {path} ({found.host},"
            f" {number}) instead of {had.path} ({had.host},"
            f" {had.external_id:.20}). What was harvested stays and counts. If the new one is"
            " meant, harvest it with --replace, and add it to its project."
        )


def keep_repository(record: RepositoryRecord, *, now: datetime) -> Repository:
    """Store what ``record`` says; its path becomes the label, and the former ones stay known."""
    labels = _labels(record)
    stored, _ = Repository.objects.get_or_create(
        host=record.host, external_id=record.external_id, defaults=labels
    )
    _remember_path(stored, min(stored.created_at, now))
    if _is_called_otherwise(stored, record):
        Repository.objects.filter(pk=stored.pk).update(**labels)
        stored.refresh_from_db()
        _remember_path(stored, now)
    return stored


def _remember_path(repository: Repository, seen_at: datetime) -> None:
    RepositoryPath.objects.get_or_create(
        repository=repository, path=repository.path, defaults={"seen_at": seen_at}
    )


def _labels(record: RepositoryRecord) -> dict[str, str]:
    return {
        "path": clean_text(record.path, PATH_LENGTH),
        "url": clean_text(record.url, URL_LENGTH),
        "kind": str(record.kind),
    }


def _is_called_otherwise(repository: Repository, record: RepositoryRecord) -> bool:
    return any(getattr(repository, name) != told for name, told in _labels(record).items())


def is_another(cursor: HarvestCursor, found: RepositoryRecord) -> bool:
    """Whether ``cursor`` reads another repository than ``found``, by host and number."""
    had = cursor.repository
    return had is not None and (had.host, had.external_id) != (found.host, found.external_id)


def check_same(cursor: HarvestCursor, found: RepositoryRecord) -> None:
    """Raise `AnotherRepositoryError` unless ``found`` is the repository of ``cursor``."""
    if cursor.repository is not None and is_another(cursor, found):
        raise AnotherRepositoryError(cursor.source, cursor.repository, found)


def follow(cursor: HarvestCursor, found: RepositoryRecord, *, now: datetime) -> None:
    """Take over how the repository of ``cursor`` is called at present.

    Raises:
        AnotherRepositoryError: ``found`` is not that repository.
    """
    check_same(cursor, found)
    if cursor.repository is None or _is_called_otherwise(cursor.repository, found):
        cursor.repository = keep_repository(found, now=now)


def keep_source(
    source: str,
    repository: RepositoryRecord,
    now: datetime,
    since: datetime | None,
    *,
    replaces: bool,
) -> HarvestCursor:
    """The cursor of ``source``; `harvesters.services.harvesting.register_source` says more."""
    known = HarvestCursor.objects.filter(source=source).select_related("repository").first()
    if known is not None and not replaces:
        check_same(known, repository)
    stored = keep_repository(repository, now=now)
    cursor, created = HarvestCursor.objects.select_for_update().get_or_create(
        source=source, defaults={"repository": stored, "next_at": now, "since": since}
    )
    if not created and (cursor.repository_id != stored.pk or reaches_further_back(since, cursor)):
        cursor.repository, cursor.since, cursor.cursor = stored, since, {}
        cursor.done_count, cursor.total_count, cursor.next_at = 0, None, now
        cursor.reading_since, cursor.lease_until, cursor.fence = None, None, cursor.fence + 1
        cursor.error, cursor.gone_at = "", None
        cursor.save()
    return cursor


def reaches_further_back(since: datetime | None, cursor: HarvestCursor) -> bool:
    """Whether ``since`` asks for more of the history than ``cursor`` reads."""
    return cursor.since is not None and (since is None or since < cursor.since)
