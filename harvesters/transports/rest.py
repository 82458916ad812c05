"""The network of a REST forge, asked with `requests`: one origin, bounded answers, no sleeping.

Whatever a forge answers, nothing but its own origin is asked: not by a path, not by a redirect.
A body is read as it comes, up to `LARGEST_BODY` bytes after unpacking and for no longer than the
timeout in all. What time heals is left to the schedule by `ForgeBusyError`.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from harvesters.forge import (
    Answer,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
)
from harvesters.transports.answers import check_answer, retry_at
from harvesters.transports.json_text import JsonError, parse_json

ATTEMPTS = 3
MOST_REDIRECTS = 3
TIMEOUT_SECONDS = 30.0
LARGEST_BODY = 32 << 20
CHUNK_BYTES = 1 << 16
USER_AGENT = "OpenCredits"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WITHOUT_BODY = frozenset({204, 304})

Clock = Callable[[], datetime]


class BrokenAnswerError(ForgeAnswerError):
    """An answer that is cut off or no JSON."""


class RestApi:
    """One forge's REST API below ``base_url``, asked with one token, which may be empty.

    ``auth`` is what the header ``auth_header`` says, with the token in its place.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        clock: Clock,
        *,
        auth_header: str = "Authorization",
        auth: str = "Bearer {token}",
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._base = _checked_base(base_url)
        self._token = _checked_token(token, self._base)
        self._clock = clock
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        if self._token:
            self._session.headers[auth_header] = auth.format(token=self._token)

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
        asked = requests.Request(
            method, self._address(path), dict(headers or {}), params=dict(params or {}), json=body
        )
        for _ in range(ATTEMPTS - 1):
            with suppress(BrokenAnswerError):
                return self._ask(asked, path)
        try:
            return self._ask(asked, path)
        except BrokenAnswerError as error:
            raise ForgeBusyError(
                f"{self._base} did not answer {path}: {error} It is asked again soon.",
                retry_at=retry_at({}, now=self._clock()),
            ) from error

    def _address(self, path: str) -> str:
        if not path.startswith("/") or path.startswith("//") or "\\" in path:
            raise ForgeAnswerError(f"'{path:.200}' is no path below {self._base}; it is not asked.")
        return self._base + path

    def _ask(self, asked: requests.Request, path: str) -> Answer:
        begun = time.monotonic()
        prepared = self._session.prepare_request(asked)
        for _ in range(MOST_REDIRECTS + 1):
            status, told, raw = self._exchange(prepared, begun + self._timeout)
            if status not in _REDIRECTS:
                return self._answer(status, told, raw, path, begun)
            prepared.url = self._redirected(prepared, told)
        raise ForgeAnswerError(f"{self._base} sends {path} from one address to the next.")

    def _answer(
        self, status: int, told: dict[str, str], raw: bytes, path: str, begun: float
    ) -> Answer:
        content, fault = _parsed(raw)
        check_answer(status, told, self._words(content, raw), now=self._clock(), what=path)
        if fault and status not in _WITHOUT_BODY:
            raise BrokenAnswerError(f"what came is no JSON ({fault}).")
        return Answer(status, told, content, time.monotonic() - begun)

    def _exchange(
        self, prepared: requests.PreparedRequest, deadline: float
    ) -> tuple[int, dict[str, str], bytes]:
        try:
            with self._session.send(
                prepared, timeout=self._timeout, stream=True, allow_redirects=False
            ) as response:
                told = {name.lower(): value for name, value in response.headers.items()}
                return response.status_code, told, self._read(response, deadline)
        except requests.Timeout as error:
            raise self._too_slow() from error
        except (requests.RequestException, HTTPError) as error:
            raise BrokenAnswerError(f"the connection failed ({type(error).__name__}).") from error

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        # One read of the socket at a time: a forge that drips must not hold us beyond the deadline.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > LARGEST_BODY:
                raise ForgeAnswerError(
                    f"{self._base} answered with more than {LARGEST_BODY >> 20} MB at once."
                )
            if time.monotonic() > deadline:
                raise self._too_slow()
        return bytes(body)

    def _redirected(self, prepared: requests.PreparedRequest, told: Mapping[str, str]) -> str:
        """Where the forge itself sends us, if that is itself."""
        target = urljoin(str(prepared.url), told.get("location", ""))
        if _origin(target) != _origin(self._base):
            raise ForgeAnswerError(f"{self._base} sends us to another host, which is not asked.")
        return target

    def _too_slow(self) -> ForgeOverloadedError:
        return ForgeOverloadedError(
            f"{self._base} took more than {self._timeout} seconds for an answer."
        )

    def _words(self, content: Any, raw: bytes) -> str:
        """What an error says, for people; should it repeat our token, without it."""
        told = content.get("message") or content.get("error") if isinstance(content, dict) else None
        said = told if isinstance(told, str) else raw[:1000].decode("utf-8", "replace")
        return (said.replace(self._token, "***") if self._token else said)[:200]


def _checked_base(base_url: str) -> str:
    if not base_url.startswith(("https://", "http://")) or not urlsplit(base_url).hostname:
        raise ForgeAnswerError(f"'{base_url}' is no address of a forge. Write https://HOST/PATH.")
    return base_url.rstrip("/")


def _checked_token(token: str, base: str) -> str:
    """``token`` without the line feed of its file; an error here must not repeat it."""
    bare = token.strip()
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise ForgeRefusedError(f"The token for {base} holds signs that no token has.")
    return bare


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _parsed(raw: bytes) -> tuple[Any, str]:
    """The body, and what is wrong with it as JSON."""
    try:
        return parse_json(raw), ""
    except JsonError as error:
        return None, str(error)
