"""A forge that hands out the pages it was given, and a source that is read from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Cursor,
    Gap,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import harvest_repository, register_source

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SOURCE = "git:/lab/vision"
REPOSITORY = RepositoryRecord("forge.example", "7", "lab/vision")
LI = Participant(ActorRecord("forge.example", "101", "li"), Role.AUTHOR)


def commit(number: int) -> ContributionRecord:
    """The ``number``-th commit, on the ``number``-th day of October."""
    day = datetime(2026, 10, number, tzinfo=UTC)
    return ContributionRecord(
        str(number), Kind.COMMIT, day, "merged", f"Change {number}", "", [LI], {}
    )


@dataclass
class Shelf:
    """A forge with one page after another; where a page is an error, it is raised."""

    pages: Sequence[Sequence[ContributionRecord] | BaseException]
    gaps: Sequence[Gap] = ()
    asked: list[Cursor] = field(default_factory=list)
    name: ClassVar[str] = "shelf"

    def find_repository(self, path: str) -> RepositoryRecord:
        return REPOSITORY

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        self.asked.append(dict(cursor))
        total = sum(len(page) for page in self.pages if not isinstance(page, BaseException))
        for number in range(cursor.get("page", 0), len(self.pages)):
            page = self.pages[number]
            if isinstance(page, BaseException):
                raise page
            yield Page(page, {"page": number + 1}, self.gaps, total)


THREE_PAGES = [[commit(1), commit(2)], [commit(3), commit(4)], [commit(5)]]


def registered(source: str = SOURCE, since: datetime | None = None) -> HarvestCursor:
    return register_source(source, REPOSITORY, now=NOW, since=since)


def harvest(cursor: HarvestCursor, forge: Shelf, **options):
    return harvest_repository(cursor, forge, clock=lambda: NOW, **options)
