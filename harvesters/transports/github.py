"""GitHub's network, through PyGithub's requester: its tokens and addresses, our door.

PyGithub would sleep on a rate limit, retry on its own, wait for answers that are being made, and
follow redirects without counting them. So what it opens is a connection of ours
(`Requester.injectConnectionClasses`), behind which lies the door of every REST forge.
"""

import time
from collections.abc import ItemsView, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import requests
from github import Auth, Consts
from github.Requester import Requester

from harvesters.forge import Answer, ForgeAnswerError, RateLimitError
from harvesters.transports.addresses import AddressRefusedError, Reach
from harvesters.transports.answers import is_limit_told, retry_at
from harvesters.transports.door import (
    TIMEOUT_SECONDS,
    USER_AGENT,
    BrokenAnswerError,
    Clock,
    Door,
    Said,
    ask_again,
    checked_token,
    read_said,
)

RATE_LIMITS = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
MOST_POINTS = 10_000
"""What a query may be believed to cost: as much as the largest limit of an hour."""

_NOT_READY = 202
_NOT_MODIFIED = 304


class GitHubApi:
    """One GitHub, asked with one token; REST, and GraphQL as the path ``/graphql``.

    The token is a person's, or what an app is known by (`harvesters.transports.github_app`).
    """

    def __init__(
        self,
        base_url: str,
        token: str | Auth.Auth,
        clock: Clock,
        *,
        timeout: float = TIMEOUT_SECONDS,
        reach: Reach | None = None,
    ) -> None:
        self._clock = clock
        self._auth = _auth_of(token)
        self._door = _door(base_url, timeout, reach)
        self._requester = _requester(self._door, self._auth)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask; an answer that broke off is asked for again a few times."""
        self._door.address(path)
        url = self._requester.graphql_url if path == "/graphql" else path
        ask = partial(self._ask, method, url, dict(params or {}), body, dict(headers or {}))
        return ask_again(ask, f"GitHub: {path}", self._clock)

    def _ask(
        self, method: str, url: str, params: dict[str, Any], body: Any, headers: dict[str, str]
    ) -> Answer:
        begun = time.monotonic()
        said = self._exchange(method, url, params, body, headers)
        secret = self._auth.token if self._auth else ""
        content = read_said(said, url, token=secret, now=self._clock())
        if url == self._requester.graphql_url and _tells_limit(content):
            raise RateLimitError(
                "GitHub's rate limit is used up.",
                retry_at=retry_at(said.headers, now=self._clock()),
            )
        seconds = time.monotonic() - begun
        return Answer(said.status, said.headers, content, seconds, _cost(said, content))

    def _exchange(
        self, method: str, url: str, params: dict[str, Any], body: Any, headers: dict[str, str]
    ) -> Said:
        # PyGithub adds to the headers that it is given.
        asked = (method, url, params, dict(headers), body)
        try:
            status, told, text = self._requester.requestJson(*asked)
        except ValueError as error:
            raise ForgeAnswerError(f"GitHub's headers to {url} hold no numbers.") from error
        told = {name.lower(): str(value) for name, value in told.items()}
        return Said(status, told, text.encode("utf-8", "surrogateescape"))


class _Connection:
    """What PyGithub asks through: one request of its own, by the door that outlives it."""

    def __init__(self, door: Door, host: str, _port: int | None = None, **_options: Any) -> None:
        self.host = host
        self._door = door
        self._asked = requests.Request()

    def request(
        self, verb: str, url: str, body: Any, headers: dict[str, str], _stream: bool = False
    ) -> None:
        self._asked = requests.Request(verb, self._door.origin + url, headers, data=body)

    def getresponse(self) -> "_Response":
        said = self._door.ask(self._asked)
        if said.status == _NOT_READY:
            raise BrokenAnswerError("it is still being made.")
        return _Response(said)

    def close(self) -> None:
        """Leave the door as it is: its connections serve the next request."""


class _Response:
    def __init__(self, said: Said) -> None:
        self.status = said.status
        self._said = said

    def getheaders(self) -> ItemsView[str, str]:
        return self._said.headers.items()

    def read(self) -> str:
        return self._said.body.decode("utf-8", "surrogateescape")


def _door(base_url: str, timeout: float, reach: Reach | None) -> Door:
    try:
        return Door(base_url, name="GitHub", timeout=timeout, reach=reach)
    except AddressRefusedError as error:
        raise AddressRefusedError(
            f"'{base_url}' is no address of a GitHub. Set OPENCREDITS_GITHUB_URL to "
            f"{Consts.DEFAULT_BASE_URL} or https://HOST/api/v3."
        ) from error


def _auth_of(token: str | Auth.Auth) -> Auth.Auth | None:
    if isinstance(token, Auth.Auth):
        return token
    bare = checked_token(token, "GitHub")
    return Auth.Token(bare) if bare else None


def _cost(said: Said, content: Any) -> int:
    """What a query says that it cost; else one, unless nothing had changed: that is free."""
    with suppress(KeyError, TypeError, ValueError, OverflowError):
        return min(max(0, int(content["data"]["rateLimit"]["cost"])), MOST_POINTS)
    return 0 if said.status == _NOT_MODIFIED else 1


def _requester(door: Door, auth: Auth.Auth | None) -> Requester:
    class OurRequester(Requester):
        """Opens connections through ``door``, and no others."""

    connection: Any = partial(_Connection, door)
    OurRequester.injectConnectionClasses(connection, connection)
    return OurRequester(
        auth=auth,
        base_url=door.base_url,
        timeout=0,
        user_agent=USER_AGENT,
        per_page=100,
        verify=True,
        retry=None,
        pool_size=1,
    )


def _tells_limit(content: Any) -> bool:
    """Whether GraphQL tells of a used-up limit, which it does with HTTP 200."""
    if not isinstance(content, dict):
        return False
    errors = content.get("errors")
    kinds = {
        str(error.get("type"))
        for error in (errors if isinstance(errors, list) else ())
        if isinstance(error, dict)
    }
    is_alone = "data" not in content and is_limit_told(str(content.get("message")))
    return is_alone or not kinds.isdisjoint(RATE_LIMITS)
