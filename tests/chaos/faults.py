"""Every way in which a forge, a proxy or a wire spoils an answer: one line a class.

`ANY` fits every forge, `GRAPHQL` only GitHub's GraphQL. A fault leaves the world as it is; asked
again, the forge answers well.
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.simulator import (
    DRIPS,
    Fault,
    ForgeSimulator,
    Reply,
    Request,
    World,
    closed,
    cut_off,
    graphql_error,
    half_json,
    holes,
    status,
    web_page,
)

FAR = str(10**12)


def no_body(reply: Reply) -> Reply:
    return replace(reply, body=b"")


def null(reply: Reply) -> Reply:
    return replace(reply, body=b"null")


def number_that_is_none(reply: Reply) -> Reply:
    return replace(reply, body=b'{"data": NaN}')


def too_deep(reply: Reply) -> Reply:
    return replace(reply, body=b"[" * 100_000)


def slow(reply: Reply) -> Reply:
    """The last bytes come one by one, but they come."""
    return replace(reply, end="" if len(reply.body) > 40 else DRIPS)


def wrong_clock(reply: Reply) -> Reply:
    told = {"date": "Thu, 01 Jan 1970 00:00:00 GMT", "x-ratelimit-reset": "1"}
    return replace(reply, headers={**reply.headers, **told})


def strange_headers(reply: Reply) -> Reply:
    told = {"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon", "etag": '"\xff"'}
    return replace(reply, headers={**reply.headers, **told})


def without_types(reply: Reply) -> Reply:
    return replace(reply, headers={})


def astray(_: Reply) -> Reply:
    return Reply(302, {"location": "http://169.254.169.254/latest/meta-data"})


ANY: Mapping[str, Fault] = {
    "429 with seconds": status(429, **{"retry-after": "1"}),
    "429 with a date": status(429, **{"retry-after": "Fri, 31 Dec 2027 23:59:59 GMT"}),
    "429 without a time": status(429, "Too many requests"),
    "429 for no time": status(429, **{"retry-after": "0"}),
    "429 for ever": status(429, **{"retry-after": FAR}),
    "403 until a reset": status(
        403, "rate limit exceeded", **{"x-ratelimit-remaining": "0", "x-ratelimit-reset": FAR}
    ),
    "a secondary limit": status(403, "You have exceeded a secondary rate limit"),
    "a refused token": status(401, "Bad credentials"),
    "404 for a moment": status(404, "Not Found"),
    "408": status(408),
    "500": status(500),
    "502": status(502, "<html>Bad Gateway"),
    "503": status(503),
    "504": status(504, "upstream timed out"),
    "a redirect to elsewhere": astray,
    "a closed connection": closed,
    "half of the bytes": cut_off,
    "half of the JSON": half_json,
    "a web page": web_page,
    "no body": no_body,
    "null": null,
    "NaN": number_that_is_none,
    "endless depth": too_deep,
    "a wrong clock": wrong_clock,
    "strange headers": strange_headers,
    "no content type": without_types,
    "bytes one by one": slow,
}


def told_again(reply: Reply) -> Reply:
    """One item of a page is told twice."""
    return _changed(reply, lambda nodes: nodes + nodes[:1])


def other_order(reply: Reply) -> Reply:
    return _changed(reply, lambda nodes: nodes[::-1])


def nothing_there(reply: Reply) -> Reply:
    """An empty page, as if there were nothing (and no more to come)."""
    body = reply.json()
    for connection in _connections(body):
        connection["nodes"] = []
        connection["pageInfo"] = {"hasNextPage": False, "endCursor": None}
    return Reply.of(body)


def to_itself(reply: Reply) -> Reply:
    """A page whose end is its beginning."""
    body = reply.json()
    for connection in _connections(body):
        connection["pageInfo"] = {"hasNextPage": True, "endCursor": ""}
    return Reply.of(body)


def _changed(reply: Reply, change: Callable[[list[Any]], list[Any]]) -> Reply:
    body = reply.json()
    for connection in _connections(body):
        connection["nodes"] = change(connection["nodes"])
    return Reply.of(body)


def _connections(body: Any) -> list[dict[str, Any]]:
    data = (body.get("data") if isinstance(body, dict) else None) or {}
    repository = data.get("repository") or data.get("node") or {}
    return [part for part in repository.values() if isinstance(part, dict) and "nodes" in part]


GRAPHQL: Mapping[str, Fault] = {
    "errors in 200": graphql_error("", "Something went wrong while executing your query."),
    "resource limits in 200": graphql_error("", "Resource limits for this query exceeded."),
    "a rate limit in 200": graphql_error("RATE_LIMITED", "API rate limit exceeded"),
    "holes": holes,
    "an item twice": told_again,
    "another order": other_order,
    "nothing there": nothing_there,
    "a page that leads to itself": to_itself,
}


class Spoiling(ForgeSimulator):
    """A forge of which, while it is ``bad``, a share of the answers is spoilt by chance."""

    def __init__(
        self, world: World, faults: Mapping[str, Fault], *, seed: int, share: float
    ) -> None:
        super().__init__(world)
        self.is_bad = False
        self.spoilt: dict[str, int] = dict.fromkeys(faults, 0)
        self._faults = faults
        self._share = share
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        with self._lock:
            if not self.is_bad or self._chance.random() >= self._share:
                return reply
            # Each in its turn, so that a short run shows as many as it can.
            rarest = min(self.spoilt.values())
            names = [name for name, times in self.spoilt.items() if times == rarest]
            name = self._chance.choice(names)
            self.spoilt[name] += 1
        return self._faults[name](reply)
