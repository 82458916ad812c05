"""A transport that asks within a budget: on loopback, with real answers and limits."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters.budget import merge
from harvesters.forge import ForgeBusyError, RateLimitError, SourceNotFoundError
from harvesters.transports.budgeted import BudgetedTransport
from harvesters.transports.github import GitHubApi
from harvesters.transports.rest import RestApi
from tests.simulator import ForgeSimulator, Reply, graphql_error, status

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Notebook:
    """A budget book in memory."""

    name = "forge.example"

    def __init__(self):
        self.kept = {}
        self.notes = 0

    def read(self, kind):
        return self.kept.get(kind)

    def note(self, kind, told):
        self.notes += 1
        self.kept[kind] = merge(self.read(kind), told)


class Metered:
    """A forge that counts what it is asked, in a window that ends at ``ends``."""

    def __init__(self, limit, ends):
        self.limit, self.left, self.ends = limit, limit, ends

    def __call__(self, request):
        self.left -= 1
        return Reply.of(
            {"id": 7},
            **{
                "x-ratelimit-limit": str(self.limit),
                "x-ratelimit-remaining": str(self.left),
                "x-ratelimit-reset": str(int(self.ends.timestamp())),
            },
        )


class Now:
    """A clock that stands until it is set."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def simulator():
    with ForgeSimulator(Metered(100, NOW + HOUR)).serving() as started:
        yield started


@pytest.fixture
def book():
    return Notebook()


@pytest.fixture
def clock():
    return Now()


@pytest.fixture(params=[RestApi, GitHubApi])
def transport(request, simulator, book, clock):
    return BudgetedTransport(request.param(simulator.url, "secret", clock), book, clock)


def test_answers_pass_as_they_are(transport):
    answer = transport.request("GET", "/things", params={"page": 2}, headers={"accept": "*/*"})

    assert (answer.status, answer.body) == (200, {"id": 7})


def test_requests_and_what_they_cost_are_counted_also_where_they_fail(transport, simulator):
    transport.request("GET", "/things")
    simulator.faults = [status(404)]
    with pytest.raises(SourceNotFoundError):
        transport.request("GET", "/things")

    assert (transport.meter.requests, transport.meter.points) == (2, 1)
    assert transport.meter.seconds > 0


def test_the_reserve_is_left_and_the_wait_is_told_without_asking(transport, simulator, book):
    for _ in range(96):
        transport.request("GET", "/things")

    with pytest.raises(
        ForgeBusyError, match=r"forge\.example lets our account ask no more"
    ) as busy:
        transport.request("GET", "/things")

    assert busy.value.retry_at == NOW + HOUR
    assert simulator.world.left == 4
    assert len(simulator.requests) == 96


def test_when_the_window_ends_it_goes_on(transport, simulator, book, clock):
    simulator.world.left = 3
    transport.request("GET", "/things")
    with pytest.raises(ForgeBusyError):
        transport.request("GET", "/things")

    clock.now = NOW + HOUR
    simulator.world.left, simulator.world.ends = 100, NOW + 2 * HOUR

    assert transport.request("GET", "/things").status == 200
    assert book.read("rest").remaining == 99


def test_few_answers_are_written_down_until_little_is_left(transport, simulator, book):
    simulator.world.limit = simulator.world.left = 5_000
    for _ in range(100):
        transport.request("GET", "/things")
    assert book.notes == 5

    simulator.world.left = 90
    for _ in range(10):
        transport.request("GET", "/things")
    assert book.notes == 15


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (status(429, **{"retry-after": "90"}), timedelta(seconds=90)),
        (status(403, "You have exceeded a secondary rate limit."), timedelta(minutes=1)),
        (status(429, **{"retry-after": "9" * 30}), timedelta(minutes=65)),
    ],
    ids=["429", "a secondary limit", "absurd"],
)
def test_a_limit_that_one_worker_meets_is_kept_by_all(
    transport, simulator, book, clock, fault, wait
):
    simulator.faults = [None, fault]
    transport.request("GET", "/things")
    with pytest.raises(RateLimitError):
        transport.request("GET", "/things")
    asked = len(simulator.requests)

    with pytest.raises(ForgeBusyError) as busy:
        transport.request("GET", "/things")

    assert busy.value.retry_at == NOW + wait
    assert len(simulator.requests) == asked
    clock.now = NOW + wait
    assert transport.request("GET", "/things").status == 200


def test_a_limit_of_graphql_leaves_rest_alone(simulator, book, clock):
    transport = BudgetedTransport(GitHubApi(simulator.url, "secret", clock), book, clock)
    simulator.faults = [graphql_error("RATE_LIMITED", "API rate limit exceeded")]
    with pytest.raises(RateLimitError):
        transport.request("POST", "/graphql", body={"query": "{ viewer { login } }"})

    with pytest.raises(ForgeBusyError):
        transport.request("POST", "/graphql", body={"query": "{ viewer { login } }"})
    assert transport.request("GET", "/repositories/7").status == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [(status(404), SourceNotFoundError), (status(200), None)],
    ids=["404", "no headers"],
)
def test_what_is_no_limit_holds_nobody_up(transport, simulator, book, fault, error):
    simulator.faults = [fault]
    if error:
        with pytest.raises(error):
            transport.request("GET", "/things")
    else:
        transport.request("GET", "/things")

    assert book.notes == 0
    assert transport.request("GET", "/things").status == 200
