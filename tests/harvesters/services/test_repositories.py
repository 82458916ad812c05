"""A repository is its number at its host: followed when renamed, never taken for another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Cursor,
    ForgeBusyError,
    ForgeError,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
    SourceNotFoundError,
)
from harvesters.forges.jsonl import dump_lines
from harvesters.models import Contribution, HarvestCursor, Repository, RepositoryPath
from harvesters.services.harvesting import harvest_repository, harvest_source, register_source
from harvesters.services.leasing import LOOKED_FOR_EVERY, SWEEP_EVERY, lease_source
from harvesters.services.previewing import preview_source
from harvesters.services.repositories import AnotherRepositoryError
from tests.repositories import GitRepository

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SOURCE = "github:lab/vision"
VISION = RepositoryRecord("github.com", "7", "lab/vision", "https://github.com/lab/vision")
SIGHT = replace(VISION, path="lab/sight", url="https://github.com/lab/sight")
STRANGERS = replace(VISION, external_id="8")
LI = Participant(ActorRecord("github.com", "101", "li"), Role.AUTHOR)


def commit(number: int) -> ContributionRecord:
    return ContributionRecord(
        str(number), Kind.COMMIT, NOW, "merged", f"Commit {number}", "", [LI], {}
    )


@dataclass
class Shelf:
    """A forge that tells how it calls the repository of each page; an error is raised."""

    pages: Sequence[tuple[int, RepositoryRecord | None] | ForgeError]
    name: ClassVar[str] = "shelf"

    def find_repository(self, path: str) -> RepositoryRecord:
        return VISION

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        for page in self.pages:
            if isinstance(page, ForgeError):
                raise page
            number, called = page
            yield Page([commit(number)], {"page": number}, repository=called)


@pytest.fixture
def cursor():
    return register_source(SOURCE, VISION, now=NOW)


def harvest(*pages, now=NOW):
    leased = lease_source(HarvestCursor.objects.get(source=SOURCE), now=now)
    return harvest_repository(leased, Shelf(pages), clock=lambda: now)


def paths() -> list[tuple[str, datetime]]:
    return list(RepositoryPath.objects.values_list("path", "seen_at"))


# Renamed and transferred


def test_a_renamed_repository_stays_the_same_and_keeps_its_names(cursor):
    register_source(SOURCE, SIGHT, now=LATER)

    repository = Repository.objects.get()
    assert (repository.path, repository.url) == ("lab/sight", "https://github.com/lab/sight")
    assert [path for path, _ in paths()] == ["lab/vision", "lab/sight"]
    assert paths()[1][1] == LATER


def test_a_repository_that_is_named_as_before_again_is_remembered_once(cursor):
    for record in (SIGHT, VISION, SIGHT, VISION):
        register_source(SOURCE, record, now=LATER)

    assert sorted(path for path, _ in paths()) == ["lab/sight", "lab/vision"]
    assert Repository.objects.get().path == "lab/vision"


def test_a_harvest_that_meets_a_new_name_takes_it_over(cursor):
    harvest((1, None), (2, SIGHT), now=LATER)

    assert Repository.objects.get().path == "lab/sight"
    assert [path for path, _ in paths()] == ["lab/vision", "lab/sight"]
    assert Contribution.objects.count() == 2


def test_a_name_that_stays_costs_no_query(cursor):
    counts = []
    for called in (None, VISION):
        with CaptureQueriesContext(connection) as queries:
            harvest((1, called), (2, called))
        counts.append(len(queries))

    assert counts[1] <= counts[0]
    assert len(paths()) == 1


# Another repository under the same name


def test_a_name_that_another_repository_bears_now_is_refused_and_says_what_to_do(cursor):
    harvest((1, None))

    with pytest.raises(AnotherRepositoryError, match="--replace") as refused:
        register_source(SOURCE, STRANGERS, now=LATER)

    cursor.refresh_from_db()
    assert str(refused.value) == cursor.error
    assert "github:lab/vision shows another repository now" in cursor.error
    assert "What was harvested stays and counts." in cursor.error
    assert (cursor.gone_at, cursor.cursor) == (LATER, {"page": 1})
    assert cursor.repository.external_id == "7"
    assert Repository.objects.count() == 1


def test_a_hostile_name_of_another_repository_is_told_clean(cursor):
    with pytest.raises(AnotherRepositoryError):
        register_source(SOURCE, replace(STRANGERS, path="a\0b\ud800" + "x" * 10**6), now=LATER)

    assert "now: ab?xxx" in HarvestCursor.objects.get().error


def test_a_page_of_another_repository_is_not_stored(cursor):
    harvest((1, None))

    with pytest.raises(AnotherRepositoryError):
        harvest((2, VISION), (3, STRANGERS), now=LATER)

    cursor.refresh_from_db()
    titles = Contribution.objects.order_by("title").values_list("title", flat=True)
    assert list(titles) == ["Commit 1", "Commit 2"]
    assert (cursor.gone_at, cursor.lease_until) == (LATER, None)


def test_the_same_number_on_another_host_is_another_repository(cursor):
    with pytest.raises(AnotherRepositoryError):
        register_source(SOURCE, replace(VISION, host="git.lab.example"), now=LATER)


def test_who_means_the_other_repository_replaces_the_first_and_mixes_nothing(cursor):
    harvest((1, None), (2, None))

    another = register_source(SOURCE, STRANGERS, now=LATER, replaces=True)

    assert (another.cursor, another.done_count, another.error) == ({}, 0, "")
    assert harvest((1, None), now=LATER).new == 1
    by_repository = Contribution.objects.values_list("repository__external_id", "external_id")
    assert sorted(by_repository) == [("7", "1"), ("7", "2"), ("8", "1")]


def test_replacing_what_is_the_same_changes_nothing(cursor):
    harvest((1, None))

    again = register_source(SOURCE, VISION, now=LATER, replaces=True)

    assert again.cursor == {"page": 1}


def test_a_preview_refuses_and_replaces_as_a_harvest_would(cursor):
    harvest((1, None))
    forge = Shelf([(1, None), (2, None)])

    with pytest.raises(AnotherRepositoryError):
        preview_source(SOURCE, forge, STRANGERS)

    report = preview_source(SOURCE, forge, STRANGERS, replaces=True)
    cursor.refresh_from_db()
    assert report.by_kind == {"commit": 2}
    assert (cursor.gone_at, cursor.repository.external_id) == (None, "7")


def test_a_worker_looks_whether_a_file_is_still_of_the_same_repository(tmp_path):
    file = tmp_path / "history.jsonl"
    file.write_text("\n".join(dump_lines(VISION, [commit(1)])), "utf-8")
    source = f"jsonl:{file}"
    harvest_source(lease_source(register_source(source, VISION, now=NOW), now=NOW))
    file.write_text("\n".join(dump_lines(STRANGERS, [commit(2)])), "utf-8")

    with pytest.raises(AnotherRepositoryError):
        harvest_source(lease_source(HarvestCursor.objects.get(), now=LATER), clock=lambda: LATER)

    assert [one.external_id for one in Contribution.objects.all()] == ["1"]
    assert HarvestCursor.objects.get().gone_at == LATER


def test_a_worker_looks_whether_a_folder_is_still_of_the_same_remote(tmp_path):
    repository = GitRepository.at(tmp_path / "vision")
    repository.commit()
    source = f"git:{repository.folder}"
    cursor = register_source(source, replace(VISION, host="git"), now=NOW)

    with pytest.raises(AnotherRepositoryError):
        harvest_source(lease_source(cursor, now=NOW), clock=lambda: NOW)

    assert not Contribution.objects.exists()


# Deleted, private, blocked


def test_what_the_forge_shows_no_more_keeps_what_was_harvested_and_is_gone_since_then(cursor):
    harvest((1, None))

    for hours in (1, 2):
        with pytest.raises(SourceNotFoundError):
            harvest(SourceNotFoundError("Gone."), now=NOW + timedelta(hours=hours))

    cursor.refresh_from_db()
    assert (cursor.gone_at, cursor.error) == (LATER, "Gone.")
    assert cursor.next_at == NOW + timedelta(hours=2) + SWEEP_EVERY
    assert Contribution.objects.count() == 1


def test_what_was_gone_for_a_day_is_looked_for_once_a_day(cursor):
    for moment in (NOW, NOW + LOOKED_FOR_EVERY):
        with pytest.raises(SourceNotFoundError):
            harvest(SourceNotFoundError("Gone."), now=moment)

    cursor.refresh_from_db()
    assert cursor.next_at == NOW + 2 * LOOKED_FOR_EVERY


def test_what_comes_back_is_gone_no_more(cursor):
    with pytest.raises(SourceNotFoundError):
        harvest(SourceNotFoundError("Gone."))

    harvest((1, None), now=LATER)

    cursor.refresh_from_db()
    assert (cursor.gone_at, cursor.error, cursor.swept_at) == (None, "", LATER)


def test_a_forge_that_fails_otherwise_neither_loses_nor_finds_a_repository(cursor):
    with pytest.raises(SourceNotFoundError):
        harvest(SourceNotFoundError("Gone."))

    with pytest.raises(ForgeError):
        harvest(ForgeError("Broken."), now=LATER)
    report = harvest(ForgeBusyError("Wait.", retry_at=LATER), now=LATER)

    assert not report.is_complete
    assert HarvestCursor.objects.get().gone_at == NOW


def test_a_source_that_cannot_be_opened_is_gone(tmp_path):
    cursor = register_source(f"git:{tmp_path / 'gone'}", VISION, now=NOW)

    with pytest.raises(SourceNotFoundError):
        harvest_source(lease_source(cursor, now=NOW), clock=lambda: NOW)

    cursor.refresh_from_db()
    assert cursor.gone_at == NOW
