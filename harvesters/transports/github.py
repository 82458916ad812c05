"""GitHub's network, through PyGithub's requester: its tokens and connections, our patience.

PyGithub would sleep on a rate limit and retry on its own. Here nothing sleeps: an answer that
broke off is asked for again at once a few times; what only time heals is left to the schedule
by `ForgeBusyError`.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import requests
from github import Auth, Consts
from github.Requester import Requester

from harvesters.forge import (
    Answer,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
    RateLimitError,
)
from harvesters.transports.answers import check_answer, is_limit_told, retry_at

ATTEMPTS = 3
TIMEOUT_SECONDS = 30
USER_AGENT = "OpenCredits"
RATE_LIMITS = frozenset({"RATE_LIMITED", "RATE_LIMIT"})

Clock = Callable[[], datetime]


class GitHubApi:
    """One GitHub, asked with one token; REST, and GraphQL as the path ``/graphql``."""

    def __init__(
        self, base_url: str, token: str, clock: Clock, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._clock = clock
        self._token = _checked_token(token)
        self._timeout = timeout
        if not base_url.startswith(("https://", "http://")):
            raise ForgeAnswerError(
                f"'{base_url}' is no address of a GitHub. Set OPENCREDITS_GITHUB_URL to "
                f"{Consts.DEFAULT_BASE_URL} or https://HOST/api/v3."
            )
        self._requester = Requester(
            auth=Auth.Token(self._token) if self._token else None,
            base_url=base_url.rstrip("/"),
            timeout=timeout,  # type: ignore[arg-type] # requests takes parts of a second
            user_agent=USER_AGENT,
            per_page=100,
            verify=True,
            retry=None,
            pool_size=1,
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask; an answer that broke off is asked for again, at most `ATTEMPTS` times in all."""
        url = self._requester.graphql_url if path == "/graphql" else path
        ask = partial(self._ask, method, url, dict(params or {}), body)
        for _ in range(ATTEMPTS - 1):
            with suppress(_BrokenAnswerError):
                return ask(dict(headers or {}))
        try:
            return ask(dict(headers or {}))
        except _BrokenAnswerError as error:
            raise ForgeBusyError(
                f"GitHub did not answer {path}: {error} It is asked again soon.",
                retry_at=retry_at({}, now=self._clock()),
            ) from error

    def _ask(
        self, method: str, url: str, params: dict[str, Any], body: Any, headers: dict[str, str]
    ) -> Answer:
        begun = time.monotonic()
        status, told, text = self._exchange(method, url, params, body, headers)
        content = _parsed(text)
        said = self._words(content, text)
        check_answer(status, told, said, now=self._clock(), what=url)
        if content is _NOTHING and status not in {204, 304}:
            raise _BrokenAnswerError("what came is no JSON.")
        if url == self._requester.graphql_url and _tells_limit(content):
            raise RateLimitError(
                "GitHub's rate limit is used up.", retry_at=retry_at(told, now=self._clock())
            )
        seconds = time.monotonic() - begun
        return Answer(status, told, None if content is _NOTHING else content, seconds)

    def _exchange(
        self, method: str, url: str, params: dict[str, Any], body: Any, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], str]:
        try:
            status, told, text = self._requester.requestJson(method, url, params, headers, body)
        except requests.ReadTimeout as error:
            raise ForgeOverloadedError(
                f"GitHub took more than {self._timeout} seconds for an answer."
            ) from error
        except requests.RequestException as error:
            raise _BrokenAnswerError(f"the connection failed ({type(error).__name__}).") from error
        except (RuntimeError, ValueError) as error:
            # A redirect to another host, or headers that are no numbers.
            raise ForgeAnswerError(f"GitHub answered {url} in a way we cannot use.") from error
        return status, {name.lower(): str(value) for name, value in told.items()}, text

    def _words(self, content: Any, text: str) -> str:
        """What an error says, for people; should it repeat our token, without it."""
        told = content.get("message") if isinstance(content, dict) else None
        said = told if isinstance(told, str) else text
        return (said.replace(self._token, "***") if self._token else said)[:200]


def _checked_token(token: str) -> str:
    """``token`` without the line feed of its file; an error here must not repeat it."""
    bare = token.strip()
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise ForgeRefusedError(
            "The token for GitHub holds signs that no token has. Check OPENCREDITS_GITHUB_TOKEN."
        )
    return bare


class _BrokenAnswerError(ForgeAnswerError):
    """An answer that is cut off or no JSON."""


_NOTHING = object()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return _NOTHING


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


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
