"""What is asked of GitHub's GraphQL API, and how its answers are read.

GitHub answers HTTP 200 with ``errors`` and holes where it fails: that is a fault, by kind, and
never an empty list (https://docs.github.com/graphql/guides/managing-resource-limits).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
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
    """What a query brought: its data, why parts of single nodes are hidden, how long it took.

    ``told_at`` is GitHub's own clock, where it tells the time.
    """

    data: Mapping[str, Any]
    hidden: Mapping[Path, str]
    seconds: float
    told_at: datetime | None = None

    def hidden_in(self, place: int) -> str:
        """Why the node at ``place``, or a part of it, may not be seen; else an empty text."""
        told = (why for path, why in self.hidden.items() if path[_DEPTH_OF_NODE - 1] == place)
        return "; ".join(sorted(set(told)))


def ask(transport: Transport, operation: str, **variables: Any) -> Found:
    """Send ``operation`` of our queries.

    Raises:
        ForgeError: what the transport raises, and what the answer's errors mean.
    """
    body = {"query": _queries(), "operationName": operation, "variables": variables}
    answer = transport.request("POST", "/graphql", body=body)
    if not isinstance(answer.body, dict):
        raise ForgeAnswerError("GitHub answered a query by something else than an object.")
    hidden = dict(_read_error(error) for error in answer.body.get("errors") or ())
    data = answer.body.get("data")
    if not isinstance(data, dict):
        raise ForgeOverloadedError("GitHub answered a query without data.")
    if any(not _is_below(hole, hidden) for hole in _holes(data)):
        raise ForgeOverloadedError("GitHub left out what it should have answered.")
    return Found(data, hidden, answer.seconds, answer.date)


@cache
def _queries() -> str:
    return files("harvesters").joinpath("data", "github", "queries.graphql").read_text("utf-8")


def _read_error(error: Any) -> tuple[Path, str]:
    """The place in one node that we may not see, and why; any other error is raised."""
    if not isinstance(error, dict):
        raise ForgeAnswerError("GitHub answered a query with an error that is none.")
    message, kind = str(error.get("message", ""))[:500], str(error.get("type", ""))
    path = tuple(error.get("path") or ())
    if kind in _HIDDEN and len(path) >= _DEPTH_OF_NODE:
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
