"""GitHub as a world in memory: its published schema, executed, and its REST addresses.

A query that GitHub's schema does not allow fails here as it would there.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from graphql import (
    DocumentNode,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from jsonschema import validate as validate_json

from harvesters.forge import Answer
from tests.github_cost import cost_of
from tests.github_nodes import (
    BEGAN,
    NUMBER,
    Change,
    account,
    closed_issue,
    commit,
    connection,
    issue,
    moment,
    review,
    writer,
)
from tests.repositories import GitRepository, git
from tests.simulator import Reply, Request

__all__ = [
    "BEGAN",
    "NUMBER",
    "Change",
    "Direct",
    "GitHubWorld",
    "account",
    "closed_issue",
    "commit",
    "issue",
    "moment",
    "recorded",
    "review",
    "writer",
]

MOST_NODES = 500_000
DATA = Path(__file__).parent / "data" / "github"


def recorded(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


@cache
def schema() -> GraphQLSchema:
    text = gzip.decompress((DATA / "schema.graphql.gz").read_bytes()).decode()
    return build_schema(text, assume_valid=True)


@cache
def advisories_schema() -> Any:
    return recorded("advisories.schema")


@cache
def document(query: str) -> DocumentNode:
    """The query, which the schema allows."""
    parsed = parse(query)
    assert validate(schema(), parsed) == []
    return parsed


class NothingThereError(Exception):
    """Nothing has this name."""


@dataclass
class GitHubWorld:
    """One repository and what it holds, under a name that may change.

    ``history`` lies behind it, and ``people`` have accounts, by their addresses.

    It counts the ``points`` that its queries cost.
    """

    changes: list[Change] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    discussions: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    advisories: list[dict[str, Any]] = field(default_factory=list)
    path: str = "lab/vision"
    number: int = NUMBER
    history: GitRepository | None = None
    pushed: str = BEGAN.isoformat()
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    points: int = 0
    _nodes: dict[int, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)

    @property
    def node_id(self) -> str:
        return f"R_{self.number}"

    def __call__(self, request: Request) -> Reply:
        if request.path == "/graphql":
            return self._graphql(request.body)
        if request.path == f"/repositories/{self.number}":
            told = {"id": self.number, "node_id": self.node_id, "full_name": self.path}
            return Reply.of(told)
        path, _, query = request.path.partition("?")
        if path == f"/repositories/{self.number}/security-advisories":
            return self._advisories(path, dict(parse_qsl(query)))
        return Reply.of({"message": "Not Found"}, 404)

    def _advisories(self, path: str, asked: dict[str, str]) -> Reply:
        """As GitHub's description says: by cursor, the next page named by a link."""
        validate_json(self.advisories, advisories_schema())
        assert (asked["state"], asked["sort"], asked["direction"]) == (
            "published",
            "created",
            "asc",
        )
        found = sorted(self.advisories, key=lambda one: one["created_at"])
        start, size = int(asked.get("after", 0)), int(asked["per_page"])
        link = {}
        if start + size < len(found):
            further = urlencode({**asked, "after": start + size})
            link = {"link": f'<https://api.github.com{path}?{further}>; rel="next"'}
        return Reply.of(found[start : start + size], **link)

    def _graphql(self, body: dict[str, Any]) -> Reply:
        query = document(body["query"])
        cost = cost_of(query, body["operationName"], body["variables"])
        assert cost.nodes <= MOST_NODES
        self.points += cost.points
        root = {
            "rateLimit": {
                "cost": cost.points,
                "remaining": 5000 - self.points,
                "resetAt": "2026-11-23T10:00:00Z",
            },
            "repository": lambda _, owner, name, **__: self._by_name(f"{owner}/{name}"),
            "node": lambda _, **asked: self._by_id(asked["id"]),
            "nodes": lambda _, ids: [_answer_or_error(self._by_id, one) for one in ids],
        }
        done = execute_sync(
            schema(),
            query,
            root,
            operation_name=body["operationName"],
            variable_values=body["variables"],
        )
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [_error(error) for error in done.errors]
        return Reply.of(answer)

    def _by_name(self, path: str) -> dict[str, Any]:
        if path.lower() != self.path.lower():
            raise NothingThereError(f"Could not resolve to a Repository with the name '{path}'.")
        return self._repository()

    def _by_id(self, node_id: str) -> dict[str, Any]:
        if node_id == self.node_id:
            return self._repository()
        for node in self._parts():
            if node["id"] == node_id:
                return node
        raise NothingThereError(f"Could not resolve to a node with the global id of '{node_id}'")

    def _parts(self) -> Iterator[dict[str, Any]]:
        for change in self.changes:
            node = self._node_of(change)
            yield node
            if node["mergeCommit"]:
                yield node["mergeCommit"]
            yield from change.threads
            yield from (one["commit"] for one in change.commits)
        yield from [*self.issues, *self.discussions, *self.releases]

    def _node_of(self, change: Change) -> dict[str, Any]:
        """Built anew only where something changed: a world of a thousand is asked many times."""
        kept, node = self._nodes.get(change.number, ({}, {}))
        if kept != vars(change):
            node = change.node()
            self._nodes[change.number] = (dict(vars(change)), node)
        return node

    def _repository(self) -> dict[str, Any]:
        return {
            "__typename": "Repository",
            "id": self.node_id,
            "databaseId": self.number,
            "nameWithOwner": self.path,
            "url": f"https://github.com/{self.path}",
            "pushedAt": self.pushed,
            "defaultBranchRef": self._branch(),
            "object": lambda _, oid: self._commit(oid),
            "pullRequests": connection([self._node_of(change) for change in self.changes]),
            "issues": connection(self.issues),
            "discussions": connection(self.discussions),
            "releases": connection(self.releases),
        }

    def _branch(self) -> dict[str, Any] | None:
        if self.history is None or not self.history.commits:
            return None
        return {"target": {"__typename": "Commit", "oid": self.history.commits[-1]}}

    def _commit(self, oid: str) -> dict[str, Any]:
        """A commit as GitHub tells it: its author, and whom the trailers name."""
        told = git(self.history.folder, "show", "--no-patch", "--format=%ae%n%ce%n%B", oid)
        author, committer, message = told.decode().split("\n", 2)
        others = re.findall(r"^Co-authored-by:.*<(.*)>", message, re.MULTILINE)
        writers = [self._writer(email) for email in (author, *others)]
        return {
            "__typename": "Commit",
            "oid": oid,
            "authors": connection(writers),
            "committer": self._writer(committer),
        }

    def _writer(self, email: str) -> dict[str, Any]:
        return writer(self.people.get(email), email=email)


@dataclass
class Direct:
    """A transport that asks a world without a network, and remembers what it asked."""

    world: GitHubWorld
    requests: list[Request] = field(default_factory=list)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        body = json.loads(json.dumps(asked.get("body")))
        self.requests.append(Request(method, path, {}, body))
        reply = self.world(self.requests[-1])
        return Answer(reply.status, reply.headers, reply.json())


def _answer_or_error(ask: Any, node_id: str) -> Any:
    try:
        return ask(node_id)
    except NothingThereError as error:
        return error


def _error(error: Any) -> dict[str, Any]:
    is_missing = isinstance(error.original_error, NothingThereError)
    kind = {"type": "NOT_FOUND"} if is_missing else {}
    return {"message": error.message, "path": error.path, **kind}
