"""What every REST door has in common: one origin, whole answers, faults by name, no sleeping.

Whatever a forge answers, nothing but its own origin is asked: not by a path, not by a redirect.
What time heals is left to the schedule by `ForgeBusyError`.
"""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from harvesters.forge import (
    Answer,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
)
from harvesters.transports.addresses import (
    PUBLIC,
    AddressRefusedError,
    Place,
    Reach,
    authorities,
)
from harvesters.transports.answers import check_answer, retry_at
from harvesters.transports.connections import (
    LARGEST_BODY,
    CheckedAdapter,
    TooLargeError,
)
from harvesters.transports.json_text import AmbiguousJsonError, JsonError, parse_json

ATTEMPTS = 3
MOST_REDIRECTS = 3
TIMEOUT_SECONDS = 30.0
QUICK_SECONDS = 1.0
"""A forge for which an answer is too much work takes longer to give up."""

USER_AGENT = "OpenCredits"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WITHOUT_BODY = frozenset({204, 304})
_GIT_HASH = re.compile(r'(?:W/)?"?([0-9a-f]{40})"?')

Clock = Callable[[], datetime]


class BrokenAnswerError(ForgeAnswerError):
    """An answer that is cut off or no JSON."""


class AmbiguousAnswerError(BrokenAnswerError):
    """An answer that two readers would read differently."""


class StrayAnswerError(BrokenAnswerError):
    """An answer that sends us to another host: most likely it is not the forge's own."""


class OtherFileError(BrokenAnswerError):
    """What came is not the file that was asked for."""


class TooSlowError(ForgeOverloadedError):
    """No answer came for so long that we wait no more."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it came: status, headers (lower-case names), and the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Door:
    """The way to the origin of ``base_url``, which messages call ``name``.

    By default it leads to public addresses, and to this machine if ``base_url`` names that.
    """

    def __init__(
        self, base_url: str, *, name: str, timeout: float, reach: Reach | None = None
    ) -> None:
        self._place = Place.of(base_url)
        self.base_url = base_url.rstrip("/")
        self.origin = f"{self._place.scheme}://{urlsplit(base_url).netloc}"
        self.name = name
        self._timeout = timeout
        self._adapter = CheckedAdapter(PUBLIC.with_own(base_url) if reach is None else reach)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})

    def address(self, path: str) -> str:
        """Where ``path`` lies; it cannot lead to another host."""
        if not path.startswith("/") or path.startswith("//") or "\\" in path:
            raise ForgeAnswerError(
                f"'{path:.200}' is no path below {self.base_url}; it is not asked."
            )
        return self.base_url + path

    def ask(self, asked: requests.Request) -> Said:
        """Ask once; redirects are followed here, as far as they stay at this origin."""
        end = time.monotonic() + self._timeout
        prepared = self._session.prepare_request(asked)
        for _ in range(MOST_REDIRECTS + 1):
            said = self._exchange(prepared, end - time.monotonic())
            if said.status not in _REDIRECTS:
                return said
            target = self._redirected(str(prepared.url), said)
            prepared.prepare_url(target, None)
        raise ForgeAnswerError(f"{self.name} sends us from one address to the next.")

    def _exchange(self, prepared: requests.PreparedRequest, seconds: float) -> Said:
        if seconds <= 0:
            raise self._too_slow()
        try:
            response = self._adapter.send(prepared, timeout=seconds, verify=authorities())
        except (requests.Timeout, ReadTimeoutError) as error:
            raise self._too_slow() from error
        except TooLargeError as error:
            raise ForgeAnswerError(
                f"{self.name} answered with more than {LARGEST_BODY >> 20} MB at once."
            ) from error
        except (requests.RequestException, HTTPError) as error:
            raise self._broken(error) from error
        told = {name.lower(): value for name, value in response.headers.items()}
        return Said(response.status_code, told, response.content)

    def _redirected(self, asked: str, said: Said) -> str:
        """Where the forge itself sends us, if that is itself."""
        try:
            target = urljoin(asked, said.headers.get("location", ""))
            is_itself = Place.of(target) == self._place
        except (ValueError, AddressRefusedError):
            is_itself = False
        if not is_itself:
            raise StrayAnswerError(f"{self.name} sends us to another host, which is not asked.")
        return target

    def _broken(self, error: Exception) -> Exception:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return AddressRefusedError(
                f"{self._place.host} shows a certificate that nobody signed whom we trust. If "
                "an authority of yours did, name its file in REQUESTS_CA_BUNDLE."
            )
        return BrokenAnswerError(f"the connection failed ({type(error).__name__}).")

    def _too_slow(self) -> TooSlowError:
        return TooSlowError(f"{self.name} took more than {self._timeout:g} seconds for an answer.")


def ask_again(ask: Callable[[], Answer], what: str, clock: Clock) -> Answer:
    """Ask; an answer that broke off is asked for again, at most `ATTEMPTS` times in all.

    A forge that gives up at once did not find too much to do: it is asked once more, too.

    Raises:
        ForgeBusyError: it broke off each time.
        AmbiguousAnswerError, StrayAnswerError, OtherFileError: the last one came whole, and was
            no better.
    """
    ask = _insisting(ask)
    for _ in range(ATTEMPTS - 1):
        with suppress(BrokenAnswerError):
            return ask()
    try:
        return ask()
    except (AmbiguousAnswerError, StrayAnswerError, OtherFileError):
        raise
    except BrokenAnswerError as error:
        raise ForgeBusyError(
            f"{what} was not answered: {error} It is asked again soon.",
            retry_at=retry_at({}, now=clock()),
        ) from error


def _insisting(ask: Callable[[], Answer]) -> Callable[[], Answer]:
    def asked() -> Answer:
        begun = time.monotonic()
        try:
            return ask()
        except TooSlowError:
            raise
        except ForgeOverloadedError:
            if time.monotonic() - begun > QUICK_SECONDS:
                raise
        return ask()

    return asked


def read_said(said: Said, what: str, *, token: str, now: datetime) -> Any:
    """The body of a good answer to ``what``; no message repeats our ``token``.

    Raises:
        BrokenAnswerError: it is cut off or no JSON, or cannot be read in one way only.
        ForgeError: as `harvesters.forge.Transport` says.
    """
    fault: JsonError | None = None
    content: Any = None
    try:
        content = parse_json(said.body)
    except JsonError as error:
        fault = error
    check_answer(said.status, said.headers, _words(content, said.body, token), now=now, what=what)
    if fault is None or said.status in _WITHOUT_BODY:
        return content
    if isinstance(fault, AmbiguousJsonError):
        raise AmbiguousAnswerError(f"The answer to {what} cannot be read: {fault}.") from fault
    raise BrokenAnswerError(f"what came is no JSON ({fault}).") from fault


def read_file(said: Said, what: str, *, token: str, now: datetime) -> dict[str, Any]:
    """The file that is a good answer to ``what``, as `AS_IT_IS` asks for it.

    Nothing in a text tells that half of it is missing, or that it is a proxy's page. A forge that
    keeps its files in git calls one by the hash that git gives it.

    Raises:
        OtherFileError: it is another text.
        ForgeError: as `harvesters.forge.Transport` says.
    """
    words = _words(None, said.body, token)
    check_answer(said.status, said.headers, words, now=now, what=what)
    named = _GIT_HASH.fullmatch(said.headers.get("etag", ""))
    is_page = said.headers.get("content-type", "").startswith("text/html")
    if is_page or (named and named[1] != _git_hash(said.body)):
        raise OtherFileError(f"What came is not {what}.")
    content = base64.b64encode(said.body).decode()
    return {"encoding": "base64", "size": len(said.body), "content": content}


def _git_hash(raw: bytes) -> str:
    """What git calls a file that says this (gitglossary(7), "object name")."""
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


def checked_token(token: str, name: str) -> str:
    """``token`` without the line feed of its file; an error here must not repeat it."""
    bare = token.strip()
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise ForgeRefusedError(
            f"The token for {name} holds signs that no token has. Check its setting, "
            "OPENCREDITS_<FORGE>_TOKEN."
        )
    return bare


def _words(content: Any, raw: bytes, token: str) -> str:
    """What an error says, for people; should it repeat our token, without it."""
    told = content.get("message") or content.get("error") if isinstance(content, dict) else None
    said = told if isinstance(told, str) else raw[:1000].decode("utf-8", "replace")
    return (said.replace(token, "***") if token else said)[:200]
