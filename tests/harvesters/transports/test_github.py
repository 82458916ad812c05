import logging
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import (
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
    SourceNotFoundError,
)
from harvesters.transports.addresses import AddressRefusedError
from harvesters.transports.door import ATTEMPTS
from harvesters.transports.github import GitHubApi
from tests.github_world import recorded
from tests.simulator import (
    ForgeSimulator,
    Reply,
    bomb,
    closed,
    cut_off,
    dripping,
    graphql_error,
    half_json,
    hanging,
    stalling,
    status,
    web_page,
    without_end_of_headers,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOKEN = "ghp_neverShown"


def world(request):
    """What GitHub answered when these requests were recorded."""
    for exchange in recorded("recorded"):
        if (exchange["method"], exchange["path"]) == (request.method, request.path):
            headers = dict(exchange["headers"])
            if "location" in headers:
                headers["location"] = headers["location"].replace(
                    "https://api.github.com", f"http://{request.headers['host']}"
                )
            return Reply.of(exchange["body"], exchange["status"], **headers)
    return Reply.of({"message": "Not Found"}, 404)


@pytest.fixture
def simulator():
    with ForgeSimulator(world).serving() as started:
        yield started


@pytest.fixture
def api(simulator):
    return GitHubApi(simulator.url, TOKEN, lambda: NOW, timeout=1)


def test_a_renamed_repository_is_followed_as_github_once_redirected(api, simulator):
    old, new = (exchange["path"] for exchange in recorded("recorded"))

    answer = api.request("GET", old)

    assert answer.body["id"] == 515436299
    assert answer.headers["x-ratelimit-remaining"] == "4874"
    assert [request.path for request in simulator.requests] == [old, new]


def test_the_token_goes_to_github_and_parameters_into_the_address(api, simulator):
    with pytest.raises(SourceNotFoundError):
        api.request("GET", "/repos/a/b/issues", params={"since": "2026-01-01T00:00:00Z"})

    asked = simulator.requests[0]
    assert asked.headers["authorization"] == f"token {TOKEN}"
    assert asked.path == "/repos/a/b/issues?since=2026-01-01T00%3A00%3A00Z"


@pytest.mark.parametrize("fault", [closed, cut_off, half_json, web_page])
def test_an_answer_that_broke_off_is_asked_for_again(api, simulator, fault):
    simulator.faults = [fault] * (ATTEMPTS - 1)

    assert api.request("GET", "/repositories/515436299").body["id"] == 515436299
    assert len(simulator.requests) == ATTEMPTS


@pytest.mark.parametrize("fault", [closed, cut_off, half_json, web_page])
def test_a_forge_that_keeps_breaking_off_is_left_alone_for_a_while(api, simulator, fault):
    simulator.faults = [fault] * 10

    with pytest.raises(ForgeBusyError, match="asked again soon") as busy:
        api.request("GET", "/repositories/515436299")

    assert busy.value.retry_at == NOW + timedelta(minutes=1)
    assert len(simulator.requests) == ATTEMPTS


def test_a_forge_that_never_answers_is_overloaded(simulator):
    impatient = GitHubApi(simulator.url, TOKEN, lambda: NOW, timeout=0.05)
    simulator.faults = [hanging]

    with pytest.raises(ForgeOverloadedError, match=r"more than 0\.05 seconds"):
        impatient.request("GET", "/repositories/515436299")

    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (status(429, **{"retry-after": "90"}), ForgeBusyError),
        (status(403, "API rate limit exceeded"), ForgeBusyError),
        (status(403, "Resource not accessible"), ForgeRefusedError),
        (status(401, "Bad credentials"), ForgeRefusedError),
        (status(502), ForgeOverloadedError),
        (status(422, "Validation Failed"), ForgeAnswerError),
        (status(451), SourceNotFoundError),
        (status(301, location="http://elsewhere.example/"), ForgeAnswerError),
        (status(200, **{"x-ratelimit-reset": "a while"}), ForgeAnswerError),
    ],
)
def test_every_refusal_has_its_name_and_shows_no_token(api, simulator, fault, error):
    simulator.faults = [fault] * ATTEMPTS

    with pytest.raises(error) as raised:
        api.request("GET", "/repositories/515436299")

    assert TOKEN not in str(raised.value)


def test_a_rate_limit_says_when_it_ends(api, simulator):
    simulator.faults = [status(429, **{"retry-after": "90"})]

    with pytest.raises(ForgeBusyError) as busy:
        api.request("GET", "/repositories/515436299")

    assert busy.value.retry_at == NOW + timedelta(seconds=90)


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
def test_graphql_tells_its_limit_with_http_200(api, simulator, kind):
    def limited(_: Reply) -> Reply:
        spoilt = graphql_error(kind, "API rate limit exceeded")(Reply())
        headers = {
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": f"{NOW.timestamp() + 1800:.0f}",
        }
        return Reply(200, headers, spoilt.body)

    simulator.faults = [limited]

    with pytest.raises(ForgeBusyError) as busy:
        api.request("POST", "/graphql", body={"query": "{ viewer { login } }"})

    assert busy.value.retry_at == NOW + timedelta(minutes=30)


def test_a_secondary_limit_may_come_with_http_200_too(api, simulator):
    told = {"message": "You have exceeded a secondary rate limit."}
    simulator.faults = [lambda _: Reply.of(told, **{"retry-after": "60"})]

    with pytest.raises(ForgeBusyError) as busy:
        api.request("POST", "/graphql", body={"query": "{ viewer { login } }"})

    assert busy.value.retry_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("base", "path"), [("", "/graphql"), ("/", "/graphql"), ("/api/v3", "/api/graphql")]
)
def test_graphql_is_found_on_github_and_on_a_server_of_ones_own(simulator, base, path):
    simulator.world = lambda _: Reply.of({"data": {}})

    GitHubApi(simulator.url + base, "", lambda: NOW).request("POST", "/graphql", body={})

    assert simulator.requests[0].path == path
    assert "authorization" not in simulator.requests[0].headers


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:9/repositories/1",
        "//10.0.0.1/x",
        "http://[",
    ],
)
def test_github_sends_us_to_no_other_host(api, simulator, code, target):
    simulator.faults = [status(code, location=target)] * ATTEMPTS

    with pytest.raises(ForgeAnswerError, match="another host"):
        api.request("GET", "/repositories/515436299")
    assert len(simulator.requests) == ATTEMPTS


def test_redirects_in_a_circle_end(api, simulator):
    simulator.world = lambda request: Reply(301, {"location": request.path + "/"})

    with pytest.raises(ForgeAnswerError, match="from one address to the next"):
        api.request("GET", "/repositories/1")
    assert len(simulator.requests) == 4


def test_an_answer_that_is_still_being_made_is_waited_for_by_the_schedule(api, simulator):
    simulator.world = lambda _: Reply.of({}, 202)

    with pytest.raises(ForgeBusyError, match="still being made"):
        api.request("GET", "/repos/a/b/stats/contributors")
    assert len(simulator.requests) == ATTEMPTS


@pytest.mark.parametrize("fault", [dripping, stalling, without_end_of_headers])
def test_an_answer_that_drips_is_given_up_in_time(api, simulator, fault):
    simulator.faults = [fault]

    with pytest.raises(ForgeOverloadedError, match="more than 1 seconds"):
        api.request("GET", "/repositories/515436299")


def test_a_bomb_of_gzip_is_refused_by_its_size(simulator):
    simulator.faults = [bomb]

    with pytest.raises(ForgeAnswerError, match="more than 32 MB"):
        GitHubApi(simulator.url, TOKEN, lambda: NOW).request("GET", "/repositories/515436299")


def test_one_connection_serves_many_requests(api, simulator):
    ports = set()
    simulator.world = lambda request: Reply.of({"port": request.headers["host"]})
    handle = simulator._server.process_request

    def counted(request, client):
        ports.add(client[1])
        handle(request, client)

    simulator._server.process_request = counted
    for _ in range(3):
        api.request("GET", "/repositories/1")

    assert len(ports) == 1


@pytest.mark.parametrize("path", ["http://169.254.169.254/", "//host.example/x", "repos/a/b"])
def test_what_is_no_path_is_not_asked(api, simulator, path):
    with pytest.raises(ForgeAnswerError, match="no path below"):
        api.request("GET", path)
    assert simulator.requests == []


def test_an_address_that_is_none_is_refused():
    with pytest.raises(AddressRefusedError, match="Set OPENCREDITS_GITHUB_URL"):
        GitHubApi("api.github.com", TOKEN, lambda: NOW)


def test_a_token_is_read_without_the_line_feed_of_its_file(simulator):
    GitHubApi(simulator.url, f"{TOKEN}\n", lambda: NOW).request("GET", "/repositories/515436299")

    assert simulator.requests[0].headers["authorization"] == f"token {TOKEN}"


@pytest.mark.parametrize("token", ["ghp_two\nlines", "ghp_令牌", "token ghp_neverShown"])
def test_a_token_that_cannot_be_one_is_refused_unseen(token):
    with pytest.raises(ForgeRefusedError, match="The token for GitHub") as raised:
        GitHubApi("https://api.github.com", token, lambda: NOW)

    assert token not in str(raised.value)


def test_the_token_is_in_no_log_and_no_error_even_if_github_repeats_it(api, simulator, caplog):
    caplog.set_level(logging.DEBUG, logger="github.Requester")
    simulator.faults = [None, status(422, f"Authorization: token {TOKEN}")]
    api.request("GET", "/repositories/515436299")

    with pytest.raises(ForgeAnswerError, match=r"token \*\*\*"):
        api.request("POST", "/graphql", body={"query": "{}"})

    sent = [record for record in caplog.records if record.name.startswith("github")]
    assert sent
    assert not any(TOKEN in record.getMessage().split("==>")[0] for record in sent)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"id": NaN}', "NaN is no number"),
        (b'{"id": 1, "id": 2}', "a name is told twice"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested more than 200 deep"),
    ],
    ids=["NaN", "twice", "deep"],
)
def test_an_answer_that_can_be_read_in_two_ways_is_refused_by_name(api, simulator, body, why):
    simulator.faults = [lambda _: Reply(200, {}, body)] * ATTEMPTS

    with pytest.raises(ForgeAnswerError, match=why):
        api.request("GET", "/repositories/515436299")
    assert len(simulator.requests) == ATTEMPTS


def test_a_query_tells_what_it_cost(api, simulator):
    limit = {"cost": 14, "remaining": 4986, "resetAt": "2026-11-23T10:10:00Z"}
    simulator.faults = [lambda _: Reply.of({"data": {"rateLimit": limit}})]

    assert api.request("POST", "/graphql", body={"query": "{ rateLimit { cost } }"}).cost == 14


@pytest.mark.parametrize(("code", "cost"), [(200, 1), (304, 0)])
def test_a_request_costs_one_unless_nothing_had_changed(api, simulator, code, cost):
    simulator.faults = [lambda _: Reply(code, {}, b"{}" if code != 304 else b"")]

    assert api.request("GET", "/repositories/515436299").cost == cost


@pytest.mark.parametrize(
    ("limit", "cost"),
    [
        (None, 1),
        (7, 1),
        ({}, 1),
        ({"cost": "much"}, 1),
        ({"cost": -9}, 0),
        ({"cost": 1e300}, 10_000),
    ],
    ids=str,
)
def test_a_cost_that_cannot_be_is_not_believed(api, simulator, limit, cost):
    simulator.faults = [lambda _: Reply.of({"data": {"rateLimit": limit}})]

    assert api.request("POST", "/graphql", body={"query": "{ rateLimit { cost } }"}).cost == cost
