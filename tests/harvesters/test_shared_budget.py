"""One budget for all workers, in PostgreSQL: measured by a forge that counts what it is asked."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from harvesters.budget import Budget, merge
from harvesters.forge import ForgeBusyError, RepositoryRecord
from harvesters.models import Contribution, HarvestCursor, RateBudget
from harvesters.services.harvesting import harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.shared_budget import ANONYMOUS, SharedBudget, account_of, forget_budgets
from harvesters.sources import open_forge
from harvesters.transports.budgeted import BudgetedTransport
from harvesters.transports.rest import RestApi
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.deliveries import NOW
from tests.github_world import NUMBER, Change, GitHubWorld, account
from tests.simulator import ForgeSimulator, Reply

pytestmark = pytest.mark.django_db

TOKEN = "ghp_0123456789"
HOUR = timedelta(hours=1)


def told(remaining, number=0):
    return Budget(NOW + timedelta(seconds=number), 5_000, remaining, NOW + HOUR)


@pytest.fixture
def book():
    return SharedBudget("api.github.com", TOKEN)


def test_what_is_noted_is_read_by_whoever_uses_the_same_account(book):
    assert book.read("rest") is None
    book.note("rest", told(4_000))

    assert SharedBudget("api.github.com", TOKEN).read("rest") == told(4_000)
    assert SharedBudget("api.github.com", TOKEN).read("graphql") is None
    assert SharedBudget("api.github.com", "another").read("rest") is None
    assert SharedBudget("github.example", TOKEN).read("rest") is None


def test_notes_are_merged_in_any_order(book):
    words = [told(3_000, 3), told(4_000, 1), Budget(NOW, wait_until=NOW + HOUR), told(3_500, 2)]
    kept = None
    for word in words:
        book.note("rest", word)
        kept = merge(kept, word)

    assert book.read("rest") == kept
    assert kept.remaining == 3_000


def test_the_token_is_nowhere_in_the_row(book):
    book.note("rest", told(4_000))

    assert TOKEN not in str(RateBudget.objects.values().get())
    assert account_of("a.example", TOKEN) != account_of("b.example", TOKEN)
    assert account_of("a.example", "") == ANONYMOUS


def test_asking_takes_one_query_and_most_answers_no_write(book):
    book.note("rest", told(4_000))

    with CaptureQueriesContext(connection) as queries:
        book.read("rest")
    assert len(queries) == 1


def test_what_nobody_used_for_a_day_is_forgotten(book):
    book.note("rest", told(4_000))

    assert forget_budgets(now=NOW + timedelta(days=1)) == 0
    assert forget_budgets(now=NOW + timedelta(days=1, seconds=1)) == 1


class Metered:
    """A forge that counts, and refuses where nothing is left."""

    def __init__(self, limit, ends):
        self.limit, self.left, self.ends = limit, limit, ends
        self.refused = 0
        self._lock = threading.Lock()

    def __call__(self, request):
        with self._lock:
            if self.left == 0:
                self.refused += 1
                return Reply.of({"message": "rate limit"}, 429, **{"retry-after": "60"})
            self.left -= 1
            left = self.left
        return Reply.of(
            {},
            **{
                "ratelimit-limit": str(self.limit),
                "ratelimit-remaining": str(left),
                "ratelimit-reset": str(int(self.ends.timestamp())),
            },
        )


def test_eight_workers_together_stop_at_the_reserve_and_are_never_refused(committed_db):
    limit, workers = 300, 8
    ends = (timezone.now() + HOUR).replace(microsecond=0)

    def work():
        api = RestApi(simulator.url, TOKEN, timezone.now)
        book = SharedBudget("forge.example", TOKEN)
        transport = BudgetedTransport(api, book, timezone.now)
        for asked in range(limit):
            try:
                transport.request("GET", "/things")
            except ForgeBusyError as busy:
                return asked, busy.retry_at
        return limit, None

    with ForgeSimulator(Metered(limit, ends)).serving() as simulator:
        done = at_once(*[work] * workers)

    world, reserve = simulator.world, limit // 20
    assert {until for _, until in done} == {ends}
    assert world.refused == 0
    assert reserve - workers <= world.left < reserve
    assert sum(asked for asked, _ in done) == limit - world.left
    assert RateBudget.objects.get().remaining == world.left


def test_notes_at_the_same_moment_lose_nothing(committed_db):
    book = SharedBudget("api.github.com", TOKEN)

    at_once(*[lambda left=left: book.note("rest", told(left)) for left in range(4_000, 4_016)])

    assert book.read("rest").remaining == 4_000
    assert RateBudget.objects.count() == 1


class MeteredGitHub(GitHubWorld):
    """GitHub with a few points left."""

    left = 300

    def __call__(self, request):
        self.left -= 1
        reply = super().__call__(request)
        reply.headers.update(
            {
                "x-ratelimit-limit": "5000",
                "x-ratelimit-remaining": str(self.left),
                "x-ratelimit-reset": str(int((timezone.now() + HOUR).timestamp())),
            }
        )
        return reply


@pytest.fixture
def github(settings):
    changes = [Change(number, account(101, "liming")) for number in range(1, 61)]
    with ForgeSimulator(MeteredGitHub(changes)).serving() as simulator:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = simulator.url, TOKEN
        yield simulator


def leased(source):
    now = timezone.now()
    record = RepositoryRecord("github.com", str(NUMBER), "lab/vision")
    return lease_source(register_source(source, record, now=now), now=now)


def test_a_harvest_waits_until_its_budget_is_filled_again_and_keeps_what_came(github):
    github.world.left = 53

    report = harvest_source(leased("github:lab/vision"))

    cursor = HarvestCursor.objects.get()
    assert not report.is_complete
    assert Contribution.objects.count() == 55, "two pages"
    assert cursor.is_waiting
    assert cursor.lease_until is None
    assert cursor.next_at == report.retry_at == RateBudget.objects.get(kind="graphql").resets_at
    assert "lets our account ask no more before" in cursor.error


def test_no_other_source_of_the_account_asks_in_the_meantime(github, settings):
    github.world.left = 20
    harvest_source(leased("github:lab/vision"))
    asked = len(github.requests)

    report = harvest_source(leased("github:lab/eyes"))
    assert len(github.requests) == asked
    assert report.retry_at == RateBudget.objects.get(kind="graphql").resets_at

    settings.GITHUB_TOKEN = "ghp_another"
    github.world.left = 4_000
    forge, path = open_forge("github:lab/vision", now=timezone.now())
    assert forge.find_repository(path).external_id == str(NUMBER)


def test_when_the_wait_is_over_the_harvest_goes_on_and_waits_no_more(github):
    github.world.left = 51
    harvest_source(leased("github:lab/vision"))
    over = timezone.now() - timedelta(seconds=1)
    RateBudget.objects.update(resets_at=over)
    github.world.left = 5_000

    report = harvest_source(leased("github:lab/vision"))

    cursor = HarvestCursor.objects.get()
    assert report.is_complete
    assert not cursor.is_waiting
    assert Contribution.objects.count() == 60


def test_a_sweep_keeps_what_it_took_over_a_wait_and_the_next_one_counts_anew(github):
    github.world.left = 53
    stopped = harvest_source(leased("github:lab/vision"))
    cursor = HarvestCursor.objects.get()
    assert (cursor.spent_requests, cursor.spent_points) == (stopped.requests, stopped.points)
    assert stopped.points > stopped.requests, "GitHub counts points"
    assert cursor.reading_since is not None

    github.world.left = 5000
    RateBudget.objects.all().delete()
    ended = harvest_source(leased("github:lab/vision"))
    cursor.refresh_from_db()
    assert cursor.spent_requests == stopped.requests + ended.requests
    assert cursor.spent_points == stopped.points + ended.points
    assert cursor.reading_since is None

    harvest_source(leased("github:lab/vision"))
    cursor.refresh_from_db()
    assert (cursor.spent_requests, cursor.spent_points) == (1, 1)
