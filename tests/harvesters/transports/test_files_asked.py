"""A file that is asked for as it is: what came is that file, or said not to be."""

import base64
from datetime import UTC, datetime

import pytest

from harvesters.forge import (
    AS_IT_IS,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
    RateLimitError,
    SourceNotFoundError,
)
from harvesters.transports.door import ATTEMPTS
from harvesters.transports.rest import RestApi
from tests.kept_files import git_hash
from tests.simulator import (
    ForgeSimulator,
    Reply,
    closed,
    cut_off,
    half_json,
    status,
    web_page,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOKEN = "hf_neverShown"
RAW = b'\xef\xbb\xbfslug = "vision"\n\0\xff'


def world(request):
    if "/moved/" in request.path:
        return Reply(307, {"location": request.path.replace("/moved/", "/here/")})
    told = {"content-type": "text/plain; charset=utf-8", "etag": f'"{git_hash(RAW)}"'}
    if "/nameless/" in request.path:
        told["etag"] = 'W/"0123456789abcdef"'
    return Reply(200, told, RAW)


@pytest.fixture
def simulator():
    with ForgeSimulator(world).serving() as started:
        yield started


@pytest.fixture
def ask(simulator):
    api = RestApi(simulator.url, TOKEN, lambda: NOW, timeout=0.6)
    return lambda path="/here/file": api.request("GET", path, headers=AS_IT_IS)


@pytest.mark.parametrize("path", ["/here/file", "/moved/file", "/nameless/file"])
def test_every_byte_is_told(ask, simulator, path):
    body = ask(path).body

    assert base64.b64decode(body["content"]) == RAW
    assert (body["encoding"], body["size"]) == ("base64", len(RAW))
    assert {request.headers["accept"] for request in simulator.requests} == {AS_IT_IS["Accept"]}
    assert {request.headers["authorization"] for request in simulator.requests} == {
        f"Bearer {TOKEN}"
    }


def test_an_empty_file_is_one():
    with ForgeSimulator(lambda _: Reply(200, {}, b"")).serving() as simulator:
        api = RestApi(simulator.url, "", lambda: NOW)

        assert api.request("GET", "/file", headers=AS_IT_IS).body["size"] == 0


@pytest.mark.parametrize("fault", [closed, cut_off, half_json, web_page])
def test_what_broke_off_or_is_another_text_is_asked_for_again(ask, simulator, fault):
    simulator.faults = [fault] * (ATTEMPTS - 1)

    assert ask().body["size"] == len(RAW)


@pytest.mark.parametrize("fault", [half_json, web_page])
def test_another_text_that_stays_is_said_to_be_one(ask, simulator, fault):
    simulator.faults = [fault] * ATTEMPTS

    with pytest.raises(ForgeAnswerError, match="/here/file") as raised:
        ask()

    assert not isinstance(raised.value, ForgeBusyError)


FAULTS = {
    404: SourceNotFoundError,
    401: ForgeRefusedError,
    403: ForgeRefusedError,
    429: RateLimitError,
    500: ForgeOverloadedError,
}


@pytest.mark.parametrize(("code", "error"), FAULTS.items())
def test_errors_are_named_as_ever_and_do_not_repeat_the_token(ask, simulator, code, error):
    simulator.faults = [status(code, f"no {TOKEN}")] * ATTEMPTS

    with pytest.raises(error) as raised:
        ask()

    assert TOKEN not in str(raised.value)
