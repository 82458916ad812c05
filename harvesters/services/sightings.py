"""Keep on which days a demo was seen live, and tell it with the facts of its release."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.db import connection

from harvesters.forge import ContributionRecord, Kind, Page, Sighting
from harvesters.live_days import live_days
from harvesters.models import DemoSighting, HarvestCursor, Repository


def store_sighting(cursor: HarvestCursor, page: Page) -> Sequence[ContributionRecord]:
    """Keep what ``page`` saw, in the transaction of the page; its records, with the live days.

    They are counted from all that was ever seen of the repository, whoever saw it and in what
    order. So they are facts like any other, which a harvest from the beginning tells again.
    """
    repository = cursor.repository
    if repository is None or repository.kind != Repository.Kind.SPACE:
        return page.records
    if page.sighting is not None:
        _keep(repository, page.sighting)
    if not any(record.kind == Kind.RELEASE for record in page.records):
        return page.records
    # Two sources of one demo take turns, so that neither counts without what the other one saw.
    Repository.objects.select_for_update(no_key=True).get(pk=repository.pk)
    rows = DemoSighting.objects.filter(repository=repository).values_list("day", "is_live")
    seen = [Sighting(*row) for row in rows]
    if not seen:
        return page.records
    told = {"live_days": live_days(seen)}
    return [
        replace(record, facts={**record.facts, **told}) if record.kind == Kind.RELEASE else record
        for record in page.records
    ]


def see_gone(repository: Repository | None, *, now: datetime) -> None:
    """Keep that nobody can visit a demo today: its forge shows it to us no more."""
    if repository is not None and repository.kind == Repository.Kind.SPACE:
        _keep(repository, Sighting(now.astimezone(UTC).date(), is_live=False))


def _keep(repository: Repository, sighting: Sighting) -> None:
    """Twice a day is once, and live at any time of it is live, in any order."""
    with connection.cursor() as sql:
        sql.execute(_KEEP, [repository.pk, sighting.day, sighting.is_live])


_KEEP = """
INSERT INTO harvesters_demosighting AS kept (repository_id, day, is_live) VALUES (%s, %s, %s)
ON CONFLICT (repository_id, day) DO UPDATE SET is_live = true
WHERE excluded.is_live AND NOT kept.is_live
"""
