"""What is asked of GitHub's GraphQL API, and how its answers are read.

GitHub answers HTTP 200 with ``errors`` and holes where it fails: that is a fault, by kind, and
never an empty list (https://docs.github.com/graphql/guides/managing-resource-limits).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from harvesters.forge import (
    ForgeAnswerError,
    ForgeError,
    ForgeOverloadedError,
    ForgeRefusedError,
    SourceNotFoundError,
    Transport,
)

Path = tuple[str | int, ...]
"""Where something stands in an answer: names of fields and places in lists."""

_HIDDEN = frozenset({"NOT_FOUND", "FORBIDDEN"})
_REFUSED = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES"})
_OVERLOADED = re.compile(
    r"resource limits|timeout|timed out|something went wrong|couldn't respond", re.IGNORECASE
)
_DEPTH_OF_NODE = 4
"""``repository``, the connection, ``nodes``, the place."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a query brought: its data, why parts of single nodes are hidden, how long it took."""

    data: Mapping[str, Any]
    hidden: Mapping[Path, str]
    seconds: float

    def hidden_below(self, *path: str | int) -> str:
        """Why what stands at ``path``, or a part of it, may not be seen; else an empty text."""
        told = (why for way, why in self.hidden.items() if way[: len(path)] == path)
        return "; ".join(sorted(set(told)))


def ask(
    transport: Transport,
    operation: str,
    *,
    text: str = "",
    may_hide: bool = False,
    **variables: Any,
) -> Found:
    """Send ``operation`` of our queries, or of ``text``, which may use their fragments.

    A part of one item in a list may be hidden from us; with ``may_hide``, any part.

    Raises:
        ForgeError: what the transport raises, and what the answer's errors mean.
    """
    query = f"{queries()}\n{text}" if text else queries()
    body = {"query": query, "operationName": operation, "variables": variables}
    answer = transport.request("POST", "/graphql", body=body)
    if not isinstance(answer.body, dict):
        raise ForgeAnswerError("GitHub answered a query by something else than an object.")
    depth = 1 if may_hide else _DEPTH_OF_NODE
    hidden = dict(_read_error(error, depth) for error in answer.body.get("errors") or ())
    data = answer.body.get("data")
    if not isinstance(data, dict):
        raise ForgeOverloadedError("GitHub answered a query without data.")
    if any(not _is_below(hole, hidden) for hole in _holes(data)):
        raise ForgeOverloadedError("GitHub left out what it should have answered.")
    return Found(data, hidden, answer.seconds)


def end_of(connection: Mapping[str, Any], before: str) -> str:
    """Where the page after ``connection`` begins.

    Raises:
        ForgeAnswerError: where that page itself began, ``before``.
    """
    end = connection["pageInfo"]["endCursor"]
    if not end or end == before:
        raise ForgeAnswerError("GitHub's page leads to itself.")
    return str(end)


@cache
def queries() -> str:
    """The text of all our queries."""
    return files("harvesters").joinpath("data", "github", "queries.graphql").read_text("utf-8")


def _read_error(error: Any, depth: int) -> tuple[Path, str]:
    """The place, so deep, that we may not see, and why; any other error is raised."""
    if not isinstance(error, dict):
        raise ForgeAnswerError("GitHub answered a query with an error that is none.")
    message, kind = str(error.get("message", ""))[:500], str(error.get("type", ""))
    path = tuple(error.get("path") or ())
    if kind in _HIDDEN and len(path) >= depth:
        return path, message
    raise _named(kind, message)


def _named(kind: str, message: str) -> ForgeError:
    if kind == "NOT_FOUND":
        return SourceNotFoundError(f"GitHub does not show this: {message}")
    if kind in _REFUSED:
        return ForgeRefusedError(f"GitHub does not let our token read this: {message}")
    if _OVERLOADED.search(message):
        return ForgeOverloadedError(f"GitHub gave up on a query: {message}")
    return ForgeAnswerError(f"GitHub refused a query: {message}")


def _holes(data: Mapping[str, Any]) -> Iterator[Path]:
    """The places in lists where nothing stands."""
    rest: list[tuple[Path, Any]] = [((), data)]
    while rest:
        path, part = rest.pop()
        if isinstance(part, list):
            yield from ((*path, place) for place, item in enumerate(part) if item is None)
            rest += [((*path, place), item) for place, item in enumerate(part)]
        elif isinstance(part, dict):
            rest += [((*path, name), item) for name, item in part.items()]


def _is_below(hole: Path, hidden: Mapping[Path, str]) -> bool:
    return any(hole[: len(path)] == path or path[: len(hole)] == hole for path in hidden)
