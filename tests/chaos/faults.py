"""Every way in which a forge, a proxy or a wire spoils an answer: one line a class.

`ANY` fits every forge, `GRAPHQL` what is asked by GraphQL; `tests.chaos.pages` has what happens to
the pages of lists. A fault leaves the world as it is; asked again, the forge answers well.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from tests.simulator import (
    Fault,
    Reply,
    closed,
    cut_off,
    graphql_error,
    half_json,
    holes,
    status,
    trickling,
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


def clock_that_never_ran(reply: Reply) -> Reply:
    told = {"date": "Thu, 01 Jan 1970 00:00:00 GMT", "x-ratelimit-reset": "1"}
    return replace(reply, headers={**reply.headers, **told})


def clock_ahead(reply: Reply) -> Reply:
    """A machine before the forge whose clock is half an hour ahead of it."""
    told = reply.headers.get("date")
    if told is None:
        return reply
    ahead = format_datetime(parsedate_to_datetime(told) + timedelta(minutes=30), usegmt=True)
    return replace(reply, headers={**reply.headers, "date": ahead})


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
    "a clock that never ran": clock_that_never_ran,
    "a clock that is ahead": clock_ahead,
    "strange headers": strange_headers,
    "no content type": without_types,
    "a slow drip": trickling,
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
    above = [part for part in data.values() if isinstance(part, dict)]
    return [
        part
        for whole in above
        for part in whole.values()
        if isinstance(part, dict) and "nodes" in part and "pageInfo" in part
    ]


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
