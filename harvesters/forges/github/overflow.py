"""What the lists of many items have more of than their page had room for, in few requests.

Each list goes on at a cursor of its own, so that a request names every one of them: the More...
queries of ``data/github/queries.graphql``, side by side.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from harvesters.forge import ForgeOverloadedError, Transport
from harvesters.forges.github.queries import Found, ask, end_of, queries

MOST_AT_ONCE = 25
"""Lists that one request goes on with: 25 of commits and their authors cost 26 points."""

MOST_ROUNDS = 100
"""Further pages of one list; GitHub itself stops at 3,000 files."""

_MORE = re.compile(
    r"^query More\w+\(\$id: ID!, \$after: String\) \{\n"
    r"  (node\(id: \$id\) \{ \.\.\. on (\w+) \{ (\w+)\(.*)\n\}$",
    re.MULTILINE,
)
_MAY_BE_LEFT_OUT = "files"
"""GitHub may keep the files of a pull request to itself, and nothing else."""

Owner = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Rest:
    """The rest of the list ``name`` of ``owner``, which belongs to the item at ``place``."""

    place: int
    owner: Owner
    name: str

    @property
    def connection(self) -> dict[str, Any]:
        found: dict[str, Any] = self.owner[self.name]
        return found

    @property
    def query(self) -> str:
        return _queries_by_list()[self.owner["__typename"], self.name]


def complete(
    transport: Transport, items: Sequence[Owner | None], hidden: Mapping[int, str]
) -> dict[int, str]:
    """Lengthen every list in ``items``, in place, to its end.

    Returns, by the place of an item, why a part of it may not be seen: ``hidden`` says so of the
    page itself.

    Raises:
        ForgeError: as the transport does; a list that leads to itself or that is left out.
    """
    hidden = dict(hidden)
    for place, item in enumerate(items):
        _fill_in(item, is_hidden=place in hidden)
    for _ in range(MOST_ROUNDS):
        rests = [rest for place, item in enumerate(items) for rest in _rests(place, item)]
        if not rests:
            return hidden
        for start in range(0, len(rests), MOST_AT_ONCE):
            hidden |= _lengthen(transport, rests[start : start + MOST_AT_ONCE])
    return hidden | {
        rest.place: "a list of it is longer than we read"
        for place, item in enumerate(items)
        for rest in _rests(place, item)
    }


def _fill_in(item: Owner | None, *, is_hidden: bool) -> None:
    """An empty list for each that GitHub keeps to itself.

    Raises:
        ForgeOverloadedError: it left one out without a word.
    """
    for kind, name in _queries_by_list():
        if item is None or item.get("__typename") != kind or item.get(name, ...) is not None:
            continue
        if not is_hidden and name != _MAY_BE_LEFT_OUT:
            raise ForgeOverloadedError(f"GitHub left out the {name} of a {kind}.")
        item[name] = {"nodes": [], "totalCount": 0, "pageInfo": {"hasNextPage": False}}


def _rests(place: int, part: Any) -> Iterator[_Rest]:
    """Each list within ``part`` that goes on."""
    if isinstance(part, list):
        for one in part:
            yield from _rests(place, one)
    elif isinstance(part, dict):
        for name, below in part.items():
            if isinstance(below, dict) and below.get("pageInfo", {}).get("hasNextPage"):
                yield _Rest(place, part, name)
            yield from _rests(place, below)


def _lengthen(transport: Transport, rests: Sequence[_Rest]) -> dict[int, str]:
    """Ask for the next page of all ``rests`` at once, or in halves where that is too much."""
    try:
        found = _ask(transport, rests)
    except ForgeOverloadedError:
        if len(rests) == 1:
            raise
        middle = len(rests) // 2
        return _lengthen(transport, rests[:middle]) | _lengthen(transport, rests[middle:])
    hidden = {}
    for number, rest in enumerate(rests):
        why = found.hidden_below(f"rest{number}")
        if why:
            hidden[rest.place] = why
        _append(rest, (found.data[f"rest{number}"] or {}).get(rest.name), is_hidden=bool(why))
    return hidden


def _append(rest: _Rest, more: Mapping[str, Any] | None, *, is_hidden: bool) -> None:
    connection = rest.connection
    may_be_left_out = rest.name == _MAY_BE_LEFT_OUT and not connection["nodes"]
    if more is None and not is_hidden and not may_be_left_out:
        raise ForgeOverloadedError(f"GitHub left out more of the {rest.name} that it promised.")
    if more is None:
        connection["pageInfo"] = {"hasNextPage": False}
        return
    if more["pageInfo"]["hasNextPage"]:
        end_of(more, connection["pageInfo"]["endCursor"])
    connection["nodes"] = [*connection["nodes"], *more["nodes"]]
    connection["pageInfo"] = more["pageInfo"]


def _ask(transport: Transport, rests: Sequence[_Rest]) -> Found:
    declared, parts, variables = [], [], {}
    for number, rest in enumerate(rests):
        declared.append(f"$id{number}: ID!, $after{number}: String")
        query = re.sub(r"\$(id|after)\b", rf"$\g<1>{number}", rest.query)
        parts.append(f"  rest{number}: {query}")
        variables[f"id{number}"] = rest.owner["id"]
        variables[f"after{number}"] = rest.connection["pageInfo"]["endCursor"]
    text = "query More({}) {{\n  ...limit\n{}\n}}".format(", ".join(declared), "\n".join(parts))
    return ask(transport, "More", text=text, may_hide=True, **variables)


@cache
def _queries_by_list() -> Mapping[tuple[str, str], str]:
    """The body of each More... query, by the type and the list that it goes on with."""
    return {(kind, name): body for body, kind, name in _MORE.findall(queries())}
