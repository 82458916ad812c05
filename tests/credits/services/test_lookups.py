"""A person who misses a contribution is told where it stands."""

import pytest

from credits.services.lookups import Finding, look_up
from harvesters.models import Contribution, Repository, RepositoryPath
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, change, harvest
from tests.pages import HOSTILE
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db

PAGE = "https://forge.example/lab/vision/pull/"


@pytest.mark.parametrize(
    "address",
    [
        f"{PAGE}3",
        f"  {PAGE}3/  ",
        "http://www.forge.example/lab/vision/pull/3?diff=split#discussion",
        "forge.example/lab/vision/pull/3/files",
    ],
)
def test_own_work_is_found_however_the_address_was_copied(worked, student, address):
    found = look_up(address, student)

    assert found.finding == Finding.YOURS
    assert [part.actor.login for part in found.own] == ["li"]
    assert found.project == worked


def test_a_commit_is_found_by_the_beginning_of_its_hash(worked, student):
    contribution = Contribution.objects.get(external_id="3")
    Contribution.objects.filter(pk=contribution.pk).update(
        kind=Contribution.Kind.COMMIT, external_id="abc123def4567890"
    )

    found = look_up("https://forge.example/lab/vision/commit/ABC123DEF", student)

    assert found.contribution == contribution


def test_work_under_another_account_names_the_account(worked, student, registrar):
    found = look_up(f"{PAGE}3", registrar)

    assert found.finding == Finding.NOT_YOURS
    assert [account.login for account in found.accounts] == ["li", "wu"]


def test_what_was_not_read_says_so_and_when_its_repository_was(worked, student):
    found = look_up(f"{PAGE}99", student)

    assert found.finding == Finding.NOT_READ
    assert found.cursor.repository == found.repository


def test_a_repository_of_no_project_says_so(worked, student):
    worked.repositories.clear()

    assert look_up(f"{PAGE}99", student).finding == Finding.NO_PROJECT


def test_an_unknown_repository_says_so(worked, student):
    found = look_up("https://forge.example/lab/other/pull/3", student)

    assert found.finding == Finding.UNKNOWN_REPOSITORY


def test_a_repository_is_known_by_its_former_name(worked, student):
    repository = Repository.objects.get()
    RepositoryPath.objects.create(repository=repository, path="old/name", seen_at=SCORED)

    assert look_up("https://forge.example/old/name/pull/3", student).repository == repository


def test_the_nearest_of_nested_repositories_is_asked(worked, student):
    harvest(worked, change(700), now=SCORED, path="lab/vision/inner")

    found = look_up("https://forge.example/lab/vision/inner/pull/1", student)

    assert found.repository.path == "lab/vision/inner"


@pytest.mark.parametrize("address", ["", "hello", "ftp://forge.example/a/b", *HOSTILE])
def test_nonsense_is_no_address(worked, student, address):
    assert look_up(address, student).finding in {
        Finding.NO_ADDRESS,
        Finding.UNKNOWN_REPOSITORY,
    }


def test_a_look_takes_few_queries(worked, student, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        look_up(f"{PAGE}3", student)
