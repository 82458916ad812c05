"""Git knows addresses; GitHub tells the accounts behind them, once for each address."""

from datetime import timedelta

import pytest

from harvesters.forges.github import accounts
from harvesters.models import Contribution, HarvestCursor, Participation
from tests.github_git import *  # noqa: F403
from tests.github_nodes import account
from tests.github_played import LI, NOW, WU
from tests.simulator import graphql_error, status

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
EMAIL = b"Li Ming <li@example.org>"
TRAILER = b"\n\nCo-authored-by: Wu Fang <wu@example.org>"


@pytest.fixture
def people(hosted):
    hosted.world.people |= {"li@example.org": LI, "wu@example.org": WU}
    return hosted.world.people


def parts(sha):
    """Who took part in a commit, how, and at which host."""
    found = Participation.objects.filter(contribution__external_id=sha)
    return set(found.values_list("role", "actor__host", "actor__external_id", "actor__login"))


LI_WROTE = ("author", "github.com", "101", "liming")
WU_HELPED = ("co_author", "github.com", "102", "wu")


def lookups(simulator):
    return [one for one in simulator.requests if (one.body or {}).get("operationName") == "Writers"]


def test_authors_and_co_authors_are_the_accounts_behind_their_addresses(
    harvest, simulator, repository, people
):
    sha = repository.commit(b"Add LoRA" + TRAILER)

    harvest()

    assert parts(sha) == {LI_WROTE, WU_HELPED}
    assert len(lookups(simulator)) == 1


def test_an_address_is_asked_for_once_whatever_it_writes_later(
    harvest, simulator, hosted, repository, people
):
    repository.commit(b"One" + TRAILER)
    repository.commit(b"Two", author=b"Nobody <nobody@example.org>")
    harvest()
    last = repository.commit(b"Three", author=b"Li <LI@example.org>")
    repository.commit(b"Four", author=b"Nobody <nobody@example.org>")
    hosted.world.pushed = LATER.isoformat()

    harvest(LATER)

    assert len(lookups(simulator)) == 1
    assert parts(last) == {LI_WROTE}


def test_a_hundred_addresses_are_one_request_of_one_point(harvest, simulator, hosted, repository):
    for number in range(100):
        repository.commit(b"Change", author=b"P%d <p%d@example.org>" % (number, number))
    hosted.world.people |= {
        f"p{number}@example.org": account(1000 + number, f"p{number}") for number in range(100)
    }
    before = hosted.world.points

    harvest()

    assert len(lookups(simulator)) == 1
    assert hosted.world.points - before == 3, "its name, what is new, and this"
    assert Participation.objects.filter(actor__host="github.com").count() == 100


def test_whom_github_does_not_know_stays_known_to_git_alone(harvest, repository, people):
    sha = repository.commit(author=b"Nobody <nobody@example.org>", committer=EMAIL)

    harvest()

    ((role, host, _, login), committer) = sorted(parts(sha))
    assert (role, host, login) == ("author", "git", "Nobody")
    assert committer == ("committer", "github.com", "101", "liming")


@pytest.mark.parametrize(
    ("email", "told"),
    [
        (b"102+wu@users.noreply.github.com", ("author", "github.com", "102", "wu")),
        (b"wu@users.noreply.github.com", None),
    ],
    ids=["with its number", "with a login only"],
)
def test_a_noreply_address_is_not_taken_from_an_answer(
    harvest, simulator, hosted, repository, email, told
):
    hosted.world.people[email.decode()] = LI
    sha = repository.commit(author=b"Wu <" + email + b">")

    harvest()

    ((role, host, number, login),) = parts(sha)
    assert ((role, host, number, login) == told) if told else (host == "git")
    assert len(lookups(simulator)) == (0 if told else 1)


def test_two_addresses_of_one_account_are_one_person(harvest, repository, people):
    people["li@home.example"] = LI
    sha = repository.commit(b"Add LoRA\n\nCo-authored-by: Li <li@home.example>")

    harvest()

    assert parts(sha) == {LI_WROTE}


def test_a_reviewer_whom_only_a_trailer_names_may_write_later(
    harvest, simulator, hosted, repository, people
):
    repository.commit(b"One\n\nReviewed-by: Wu Fang <wu@example.org>")
    harvest()
    sha = repository.commit(b"Two", author=b"Wu Fang <wu@example.org>")
    hosted.world.pushed = LATER.isoformat()

    harvest(LATER)

    assert parts(sha) == {("author", "github.com", "102", "wu")}


OVERLOADED = {
    "502": status(502),
    "resource limits": graphql_error("RESOURCE_LIMITS_EXCEEDED", "Resource limits exceeded."),
}


@pytest.mark.parametrize("fault", OVERLOADED.values(), ids=OVERLOADED)
def test_a_question_that_github_gives_up_on_is_asked_in_smaller_parts(
    harvest, simulator, hosted, people, fault
):
    really, repository = hosted.world, hosted.world.history

    def spoilt(request):
        many = str(request.body).count("...writers") > 30
        return fault(really(request)) if many else really(request)

    for number in range(40):
        repository.commit(b"Change", author=b"P <p%d@example.org>" % number)
    sha = repository.commit(b"Mine")
    hosted.world = Spoken(really, spoilt)

    assert harvest().is_complete
    assert parts(sha) == {LI_WROTE}
    assert max(str(one.body).count("object(oid: ") for one in lookups(simulator)[-2:]) <= 25


class Spoken:
    """A world that answers by ``answer``."""

    def __init__(self, world, answer):
        self.path, self.answer = world.path, answer

    def __call__(self, request):
        return self.answer(request)


def test_no_more_addresses_are_remembered_than_there_is_room_for(harvest, repository, monkeypatch):
    monkeypatch.setattr(accounts, "MOST_KNOWN", 3)
    for number in range(5):
        repository.commit(author=b"P <p%d@example.org>" % number)

    harvest()

    assert len(HarvestCursor.objects.get().cursor["accounts"]) == 3
    assert Contribution.objects.count() == 5
