"""A REST forge on loopback: asked politely, believed carefully, never followed elsewhere."""

import gzip
import logging
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import (
    ForgeAnswerError,
    ForgeBusyError,
    ForgeError,
    ForgeOverloadedError,
    ForgeRefusedError,
    SourceNotFoundError,
)
from harvesters.transports.addresses import AddressRefusedError
from harvesters.transports.door import ATTEMPTS
from harvesters.transports.rest import RestApi
from tests.simulator import (
    ForgeSimulator,
    Reply,
    bomb,
    closed,
    cut_off,
    dripping,
    half_json,
    hanging,
    stalling,
    status,
    web_page,
    without_end_of_headers,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOKEN = "glpat-neverShown"


REDIRECTS = {
    "/slashes": "//169.254.169.254/latest",
    "/file": "file:///etc/passwd",
    "/backslash": "\\\\169.254.169.254\\latest",
    "/port-that-is-none": "http://127.0.0.1:99999999/",
    "/nowhere": "http://[",
    "/moved": "/api/v4/projects/7",
    "/astray": "http://169.254.169.254/latest/meta-data",
    "/port": "http://127.0.0.1:1/api/v4/projects/7",
    "/circle": "/api/v4/circle",
}


def world(request):
    path = request.path.removeprefix("/api/v4")
    if path in REDIRECTS:
        return Reply(302, {"location": REDIRECTS[path]})
    if not path.startswith("/projects/7"):
        return Reply.of({"message": "404 Project Not Found"}, 404)
    if request.headers.get("if-none-match") == "v1":
        return Reply(304, {"etag": "v1"})
    return Reply.of({"id": 7, "name": "视觉"}, etag="v1")


@pytest.fixture
def simulator():
    with ForgeSimulator(world).serving() as started:
        yield started


@pytest.fixture
def api(simulator):
    return RestApi(f"{simulator.url}/api/v4/", TOKEN, lambda: NOW, timeout=0.6)


def test_an_answer_is_read_with_its_headers(api, simulator):
    answer = api.request("GET", "/projects/7", params={"page": 2, "q": "a&b"})

    assert (answer.status, answer.body, answer.headers["etag"]) == (
        200,
        {"id": 7, "name": "视觉"},
        "v1",
    )
    assert answer.seconds > 0
    (asked,) = simulator.requests
    assert asked.path == "/api/v4/projects/7?page=2&q=a%26b"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_forge_has_a_header_of_its_own_for_tokens(simulator):
    api = RestApi(
        f"{simulator.url}/api/v4", TOKEN, lambda: NOW, auth_header="PRIVATE-TOKEN", auth="{token}"
    )

    api.request("GET", "/projects/7")

    assert simulator.requests[0].headers["private-token"] == TOKEN


def test_what_did_not_change_is_not_sent_again(api):
    answer = api.request("GET", "/projects/7", headers={"If-None-Match": "v1"})

    assert (answer.status, answer.body) == (304, None)


@pytest.mark.parametrize("fault", [closed, cut_off, half_json, web_page])
def test_an_answer_that_broke_off_is_asked_for_again(api, simulator, fault):
    simulator.faults = [fault] * (ATTEMPTS - 1)

    assert api.request("GET", "/projects/7").body["id"] == 7
    assert len(simulator.requests) == ATTEMPTS


@pytest.mark.parametrize("fault", [closed, cut_off, half_json, web_page])
def test_one_that_breaks_off_again_and_again_is_left_for_later(api, simulator, fault):
    simulator.faults = [fault] * ATTEMPTS

    with pytest.raises(ForgeBusyError, match="asked again soon") as raised:
        api.request("GET", "/projects/7")
    assert raised.value.retry_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    "fault", [status(502), status(503), status(408)], ids=["502", "503", "408"]
)
def test_a_forge_that_gives_up_at_once_is_asked_once_more(api, simulator, fault):
    simulator.faults = [fault]

    assert api.request("GET", "/projects/7").body["id"] == 7

    simulator.faults = [fault] * 2
    with pytest.raises(ForgeOverloadedError):
        api.request("GET", "/projects/7")
    assert len(simulator.requests) == 4


def test_an_answer_that_leads_astray_is_asked_for_again(api, simulator):
    simulator.faults = [status(302, location="http://169.254.169.254/latest")]

    assert api.request("GET", "/projects/7").body["id"] == 7


@pytest.mark.parametrize("fault", [hanging, dripping, stalling, without_end_of_headers])
def test_an_answer_that_takes_too_long_is_given_up(api, simulator, fault):
    simulator.faults = [fault]

    with pytest.raises(ForgeOverloadedError, match=r"more than 0\.6 seconds"):
        api.request("GET", "/projects/7")
    assert len(simulator.requests) == 1


def test_a_bomb_of_gzip_is_refused_by_its_size(simulator):
    simulator.faults = [bomb]

    with pytest.raises(ForgeAnswerError, match="more than 32 MB"):
        RestApi(f"{simulator.url}/api/v4", TOKEN, lambda: NOW).request("GET", "/projects/7")


def test_a_bomb_never_unfolds_beyond_its_size_in_memory(simulator):
    packed = gzip.compress(gzip.compress(bytes(200 << 20), 1), 1)
    told = {"content-encoding": "gzip, gzip"}
    simulator.faults = [lambda _: Reply(200, told, packed)]
    api = RestApi(f"{simulator.url}/api/v4", TOKEN, lambda: NOW)

    tracemalloc.start()
    try:
        with pytest.raises(ForgeAnswerError, match="more than 32 MB"):
            api.request("GET", "/projects/7")
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_claims_to_be_packed_and_is_not_is_a_broken_answer(api, simulator, coding):
    simulator.faults = [lambda _: Reply(200, {"content-encoding": coding}, b"not packed")]

    assert api.request("GET", "/projects/7").body["id"] == 7
    assert len(simulator.requests) == 2


def test_a_packed_answer_is_unpacked(api, simulator):
    packed = gzip.compress(b'{"id": 7}')
    simulator.faults = [lambda _: Reply(200, {"content-encoding": "gzip"}, packed)]

    assert api.request("GET", "/projects/7").body == {"id": 7}


def test_a_link_to_the_next_page_leads_nowhere_else(api, simulator):
    link = '<http://169.254.169.254/api/v4/projects/7?page=2>; rel="next"'
    simulator.faults = [lambda reply: replace(reply, headers={"link": link})]

    told = api.request("GET", "/projects/7").headers["link"]
    with pytest.raises(ForgeAnswerError, match="no path below"):
        api.request("GET", told[1 : told.index(">")])

    assert len(simulator.requests) == 1


def test_no_cookie_is_kept_and_no_proxy_asked(api, simulator, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    simulator.faults = [lambda reply: replace(reply, headers={"set-cookie": "who=us"})]

    api.request("GET", "/projects/7")
    api.request("GET", "/projects/7")

    assert "cookie" not in simulator.requests[1].headers


def test_a_redirect_to_itself_is_followed(api):
    assert api.request("GET", "/moved").body["id"] == 7


@pytest.mark.parametrize("path", sorted(set(REDIRECTS) - {"/moved", "/circle", "/backslash"}))
def test_a_redirect_to_another_host_is_not(api, path):
    with pytest.raises(ForgeAnswerError, match="another host"):
        api.request("GET", path)


def test_a_backslash_never_becomes_a_host(api, simulator):
    with pytest.raises(ForgeError):
        api.request("GET", "/backslash")
    assert {request.headers["host"] for request in simulator.requests} == {simulator.url[7:]}


def test_redirects_in_a_circle_end(api, simulator):
    with pytest.raises(ForgeAnswerError, match="from one address to the next"):
        api.request("GET", "/circle")
    assert len(simulator.requests) == 4


@pytest.mark.parametrize(
    "path", ["http://169.254.169.254/", "//host.example/x", "projects/7", "/\\\\host/x", ""]
)
def test_what_is_no_path_is_not_asked(api, simulator, path):
    with pytest.raises(ForgeAnswerError, match="no path below"):
        api.request("GET", path)
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (status(404), SourceNotFoundError),
        (status(451), SourceNotFoundError),
        (status(401), ForgeRefusedError),
        (status(403, "forbidden"), ForgeRefusedError),
        (status(502), ForgeOverloadedError),
        (status(422), ForgeAnswerError),
    ],
    ids=["404", "451", "401", "403", "502", "422"],
)
def test_an_error_has_its_name(api, simulator, fault, error):
    simulator.faults = [fault] * ATTEMPTS

    with pytest.raises(error):
        api.request("GET", "/projects/7")


def test_a_limit_says_until_when(api, simulator):
    simulator.faults = [status(429, **{"retry-after": "120"})]

    with pytest.raises(ForgeBusyError) as raised:
        api.request("GET", "/projects/7")
    assert raised.value.retry_at == NOW + timedelta(minutes=2)


def test_a_token_is_never_repeated(api, simulator, caplog):
    caplog.set_level(logging.DEBUG)
    simulator.faults = [status(401, f"{TOKEN} is not valid")]

    with pytest.raises(ForgeRefusedError) as raised:
        api.request("GET", "/projects/7")
    assert TOKEN not in f"{raised.value}{caplog.text}"


@pytest.mark.parametrize("token", ["a b", "a\nb", "ключ"], ids=["space", "line feed", "letters"])
def test_a_token_of_other_signs_is_refused_without_repeating_it(simulator, token):
    with pytest.raises(ForgeRefusedError) as raised:
        RestApi(simulator.url, token, lambda: NOW)
    assert token not in str(raised.value)


@pytest.mark.parametrize("base", ["", "ftp://host", "https://", "host/api"])
def test_an_address_that_is_none_is_refused(base):
    with pytest.raises(AddressRefusedError, match="no address of a forge"):
        RestApi(base, "", lambda: NOW)
