"""A harvest that was stopped asks for nothing again of what was answered well."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from harvesters.forge import Answer, ForgeBusyError, ForgeError, SourceNotFoundError
from harvesters.models import Contribution, HarvestCursor, KeptAnswer, RateBudget
from harvesters.services.harvesting import harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.shared_answers import KEPT_FOR, SharedAnswers, forget_old_answers
from harvesters.sources import open_forge
from harvesters.transports.keeping import KeepingTransport, KeptAnswers
from tests.gitee_world import GiteeWorld, Pull, accepting, account, comment
from tests.simulator import ForgeSimulator, Reply, status

pytestmark = pytest.mark.django_db

LI, WU, LEAD = (account(number, f"person-{number}") for number in (101, 102, 103))
PULLS = 6
LIMIT = status(429, **{"retry-after": "1"})


def no_list(_):
    return Reply.of({"message": "?"})


@pytest.fixture
def simulator(settings):
    pulls = [
        Pull(number, LI, LEAD, assignees=[accepting(WU)], comments=[comment(number, WU, "a.py")])
        for number in range(1, PULLS + 1)
    ]
    with ForgeSimulator(GiteeWorld(pulls)).serving() as serving:
        settings.GITEE_URL = serving.url
        yield serving


@pytest.fixture
def harvest(simulator):
    """Harvest once, however long the forge asked us to wait."""
    now = timezone.now()
    forge, path = open_forge("gitee:lab/vision", now=now)
    cursor = register_source("gitee:lab/vision", forge.find_repository(path), now=now)
    simulator.requests.clear()

    def once(later=timedelta(hours=2)):
        nonlocal now
        now += later
        leased = lease_source(HarvestCursor.objects.get(pk=cursor.pk), now=now)
        return harvest_source(leased, clock=lambda: now)

    return once


def test_what_is_stored_is_forgotten(harvest):
    assert harvest().is_complete

    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("place", range(1, 4 + 4 * PULLS))
def test_who_is_stopped_anywhere_asks_for_nothing_twice(harvest, simulator, place):
    simulator.faults = [None] * place + [LIMIT]

    report = harvest()
    RateBudget.objects.all().delete()
    assert not report.is_complete
    assert harvest().is_complete

    asked = [request.path for request in simulator.requests]
    stopped = asked.pop(place)
    assert stopped in asked
    assert len(set(asked)) == len(asked)
    assert Contribution.objects.filter(kind="change").count() == PULLS


@pytest.mark.parametrize("place", range(1, 2 + 4 * PULLS))
def test_an_answer_that_stops_a_harvest_is_asked_for_again(harvest, simulator, place):
    simulator.faults = [None] * place + [no_list]

    with suppress(ForgeError):
        harvest()
    report = harvest()

    assert report.is_complete
    assert Contribution.objects.filter(kind="change").count() == PULLS


def test_what_the_repository_is_was_true_until_it_is_not_found(harvest, simulator):
    simulator.faults = [None] * (2 + 4 * PULLS) + [LIMIT]
    harvest()
    assert KeptAnswer.objects.filter(is_opening=True).exists()
    RateBudget.objects.all().delete()
    simulator.faults = [status(404)] * 4

    with pytest.raises(SourceNotFoundError):
        harvest()

    assert not KeptAnswer.objects.exists()


def test_what_was_asked_is_counted(harvest):
    report = harvest()

    assert report.requests == HarvestCursor.objects.get().spent_requests > PULLS


class Counting:
    """A transport that tells what it was asked for, and how often."""

    def __init__(self):
        self.asked = []

    def request(self, method, path, **_):
        self.asked.append(path)
        return Answer(200, {}, len(self.asked))


class Refusing:
    def request(self, *_, **__):
        raise ForgeBusyError("Later.")


@pytest.fixture
def book(harvest):
    return SharedAnswers(HarvestCursor.objects.get())


def asked(book, *paths):
    """What the forge is asked for by a harvest that asks for ``paths``, and is stopped."""
    transport = Counting()
    keeping = KeepingTransport(transport, KeptAnswers(book))
    for path in paths:
        keeping.request("GET", path)
    return transport.asked


def asked_in_vain(book, *paths, transport=None):
    """The same, and the harvest ends with an error."""
    kept = KeptAnswers(book)
    keeping = KeepingTransport(transport or Counting(), kept)
    with suppress(ForgeError):
        for path in paths:
            keeping.request("GET", path)
    kept.doubt()


def test_an_answer_is_told_once_more_and_then_asked_for(book):
    asked(book, "/list", "/a", "/b")

    assert asked(book, "/list", "/a", "/list", "/b") == ["/list", "/b"]


def test_the_repository_may_be_asked_for_before(book):
    asked(book, "/list", "/a", "/b")

    assert asked(book, "/repository", "/settings", "/list", "/a") == ["/repository", "/settings"]
    assert asked(book, "/list", "/a") == []


def test_the_last_answer_is_not_kept_as_it_may_be_what_stopped_the_harvest(book):
    asked(book, "/list", "/a")

    assert len(book.read()) == 1


def test_an_answer_that_is_asked_for_again_at_once_was_not_believed(book):
    asked(book, "/list", "/a", "/b")

    assert asked(book, "/list", "/a", "/a") == ["/a"]
    assert len(book.read()) == 1


def test_no_part_is_told_of_a_list_that_is_new(book):
    asked(book, "/list?size=50", "/a", "/b", "/c")

    again = ["/repository", "/list?size=25", "/a", "/b", "/c"]

    assert asked(book, *again) == again
    assert asked(book, *again) == again[-1:]


def test_what_comes_behind_something_new_is_asked_for_anew(book):
    asked(book, "/list", "/a", "/b", "/c", "/d")

    assert asked(book, "/list", "/a", "/new", "/c", "/d") == ["/new", "/c", "/d"]
    assert asked(book, "/list", "/a", "/new", "/c", "/d") == ["/d"]


def test_a_list_that_is_too_large_to_keep_is_asked_for_with_all_its_parts(book, monkeypatch):
    monkeypatch.setattr("harvesters.shared_answers.LARGEST", 0)
    asked(book, "/list", "/a")
    monkeypatch.undo()
    asked(book, "/list", "/a", "/b")

    assert asked(book, "/list", "/a", "/b") == ["/b"]


def test_a_harvest_that_comes_no_further_asks_for_everything_anew(book):
    asked_in_vain(book, "/list", "/a", "/b")
    assert len(book.read()) == 2

    asked_in_vain(book, "/list", "/a", "/b")

    assert book.read() == {}


def test_a_harvest_that_is_not_answered_doubts_nothing(book):
    asked_in_vain(book, "/list", "/a", "/b")

    asked_in_vain(book, "/list", "/a", "/b", transport=Refusing())

    assert len(book.read()) == 2


def test_who_lost_the_lease_keeps_and_forgets_nothing(book):
    book.keep("a" * 64, Answer(200, {}, []), is_opening=False)
    HarvestCursor.objects.update(fence=99)

    book.keep("b" * 64, Answer(200, {}, []), is_opening=False)
    book.forget(["a" * 64])

    assert list(book.read()) == ["a" * 64]


def test_an_answer_is_told_as_it_came(book):
    answer = Answer(
        200, {"x-total-count": "3"}, [{"title": "\ud800 \0 \U0001f600", "id": 2**70}], 0.5
    )

    book.keep("a" * 64, answer, is_opening=False)

    assert book.read() == {"a" * 64: answer}


def test_answers_are_not_told_for_long(book):
    book.keep("a" * 64, Answer(200, {}, []), is_opening=False)
    KeptAnswer.objects.update(kept_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))

    assert forget_old_answers(now=timezone.now()) == 1


def test_answers_of_which_the_first_is_old_are_forgotten(book):
    book.keep("a" * 64, Answer(200, {}, []), is_opening=False)
    KeptAnswer.objects.update(kept_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    book.keep("b" * 64, Answer(200, {}, []), is_opening=False)

    assert book.read() == {}
    assert not KeptAnswer.objects.exists()


def test_what_opens_a_sweep_and_is_old_is_asked_for_anew_and_the_rest_is_told(book):
    asked(book, "/repository", "/list", "/a", "/b")
    old = timezone.now() - KEPT_FOR - timedelta(seconds=1)
    assert KeptAnswer.objects.filter(is_opening=True).update(kept_at=old) == 1

    assert asked(book, "/repository", "/list", "/a", "/b") == ["/repository", "/b"]
