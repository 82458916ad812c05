"""The network of a REST forge, asked with `requests`: one origin, bounded answers, no sleeping.

How answers are fetched and read, `harvesters.transports.door` says: it is the same for all.
"""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import requests

from harvesters.forge import AS_IT_IS, Answer
from harvesters.transports.addresses import Reach
from harvesters.transports.door import (
    TIMEOUT_SECONDS,
    Clock,
    Door,
    ask_again,
    checked_token,
    read_file,
    read_said,
)


class RestApi:
    """One forge's REST API below ``base_url``, asked with one token, which may be empty.

    ``auth`` is what the header ``auth_header`` says, with the token in its place. ``reach`` says
    what may be reached: give it wherever ``base_url`` may come from anybody but the operator.
    """

    def __init__(  # noqa: PLR0913 - what differs from forge to forge, by name
        self,
        base_url: str,
        token: str,
        clock: Clock,
        *,
        auth: str = "Bearer {token}",
        auth_header: str = "Authorization",
        name: str = "The forge",
        timeout: float = TIMEOUT_SECONDS,
        reach: Reach | None = None,
    ) -> None:
        self._door = Door(base_url, name=name, timeout=timeout, reach=reach)
        self._token = checked_token(token, name)
        self._clock = clock
        self._headers = {auth_header: auth.format(token=self._token)} if self._token else {}

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
        asked = requests.Request(
            method,
            self._door.address(path),
            {**(headers or {}), **self._headers},
            params=dict(params or {}),
            json=body,
        )
        return ask_again(partial(self._ask, asked, path), f"{self._door.name}: {path}", self._clock)

    def _ask(self, asked: requests.Request, path: str) -> Answer:
        begun = time.monotonic()
        said = self._door.ask(asked)
        read = read_file if asked.headers.get("Accept") == AS_IT_IS["Accept"] else read_said
        content = read(said, path, token=self._token, now=self._clock())
        return Answer(said.status, said.headers, content, time.monotonic() - begun)
