"""Store what people told here and no forge shows: as facts like any other.

They stand in a repository of their own, which no forge has: its host is `TOLD_HOST`.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from harvesters.forge import ActorRecord, ContributionRecord, RepositoryRecord
from harvesters.models import Actor, Repository
from harvesters.services.repositories import keep_repository
from harvesters.services.storing import NAME_LENGTH, clean_text, merge_records

TOLD_HOST = "claims"
"""The host of what was told here, and of the people who told it."""


@transaction.atomic
def store_told(name: str, records: Sequence[ContributionRecord], *, now: datetime) -> Repository:
    """Write ``records`` into the repository of what was told about ``name``; twice is once."""
    told = RepositoryRecord(TOLD_HOST, name, name)
    repository = keep_repository(told, now=now)
    merge_records(repository.pk, records, now)
    return repository


def keep_actor(record: ActorRecord) -> Actor:
    """The stored account of ``record``, made if it was never seen; its login is not touched."""
    kept, _ = Actor.objects.get_or_create(
        host=record.host,
        external_id=clean_text(record.external_id, NAME_LENGTH),
        defaults={"login": clean_text(record.login, NAME_LENGTH), "is_bot": record.is_bot},
    )
    return kept
