"""GitHub as a world in memory: its published schema, executed, and two REST addresses.

A query that GitHub's schema does not allow fails here as it would there.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from harvesters.forge import Answer
from tests.simulator import Reply, Request

DATA = Path(__file__).parent / "data" / "github"
LARGEST_PAGE = 100
NUMBER = 515436299
"""The number of the repository, as in the recorded exchanges."""


def recorded(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


@cache
def schema() -> GraphQLSchema:
    text = gzip.decompress((DATA / "schema.graphql.gz").read_bytes()).decode()
    return build_schema(text, assume_valid=True)


@cache
def document(query: str) -> DocumentNode:
    """The query, which the schema allows."""
    parsed = parse(query)
    assert validate(schema(), parsed) == []
    return parsed


class NothingThereError(Exception):
    """Nothing has this name."""


def account(number: int, login: str, kind: str = "User", name: str = "") -> dict[str, Any]:
    return {"__typename": kind, "databaseId": number, "login": login, "name": name or None}


def connection(nodes: Sequence[Any]) -> Any:
    """A field that pages through ``nodes``; the cursor is the index of the last one given."""

    def page(_: Any, **asked: Any) -> dict[str, Any]:
        if asked.get("first", 0) > LARGEST_PAGE:
            raise ValueError("Requesting more than 100 records exceeds the `first` limit.")
        found = _ordered(list(nodes), asked)
        start = int(asked["after"]) + 1 if asked.get("after") else 0
        first = asked.get("first") or len(found)
        chosen = found[-asked["last"] :] if asked.get("last") else found[start : start + first]
        end = start + len(chosen)
        return {
            "totalCount": len(found),
            "pageInfo": {"hasNextPage": end < len(found), "endCursor": str(end - 1)},
            "nodes": chosen,
        }

    return page


def _ordered(nodes: list[Any], asked: dict[str, Any]) -> list[Any]:
    since = (asked.get("filterBy") or {}).get("since")
    if since is not None:
        floor = datetime.fromisoformat(str(since))
        nodes = [node for node in nodes if datetime.fromisoformat(node["updatedAt"]) >= floor]
    order = asked.get("orderBy")
    if order is None:
        return nodes
    key = {"CREATED_AT": "createdAt", "UPDATED_AT": "updatedAt"}[order["field"]]
    return sorted(nodes, key=lambda node: node.get(key, ""), reverse=order["direction"] == "DESC")


BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def moment(number: int) -> str:
    return (BEGAN + timedelta(hours=number)).isoformat().replace("+00:00", "Z")


@dataclass
class Change:
    """A pull request, in few words; `node` gives it in GitHub's."""

    number: int
    author: dict[str, Any] | None
    merged_by: dict[str, Any] | None = None
    title: str = "Read configuration from the environment"
    state: str = "MERGED"
    files: Sequence[tuple[str, int, int]] = (("src/config.py", 12, 3),)
    reviews: Sequence[dict[str, Any]] = ()
    labels: Sequence[str] = ()
    closes: Sequence[dict[str, Any]] = ()
    commits: Sequence[dict[str, Any]] = ()
    comments: int = 0
    squash_writers: Sequence[dict[str, Any]] = ()
    parents: int = 1
    message: str = ""
    threads: Sequence[dict[str, Any]] = ()
    updated: str = ""
    changed_files: int | None = None

    def node(self) -> dict[str, Any]:
        is_merged = self.state == "MERGED"
        at = moment(self.number)
        return {
            "__typename": "PullRequest",
            "id": f"PR_{self.number}",
            "fullDatabaseId": str(7_000_000_000 + self.number),
            "number": self.number,
            "title": self.title,
            "state": self.state,
            "url": f"https://github.com/lab/vision/pull/{self.number}",
            "createdAt": at,
            "updatedAt": self.updated or at,
            "closedAt": at if self.state != "OPEN" else None,
            "mergedAt": at if is_merged else None,
            "additions": sum(file[1] for file in self.files),
            "deletions": sum(file[2] for file in self.files),
            "changedFiles": len(self.files) if self.changed_files is None else self.changed_files,
            "author": self.author,
            "mergedBy": self.merged_by if is_merged else None,
            "mergeCommit": self._merge_commit() if is_merged else None,
            "commits": connection(self.commits),
            "labels": connection([{"name": label} for label in self.labels]),
            "closingIssuesReferences": connection(self.closes),
            "comments": connection([{}] * self.comments),
            "reviewThreads": connection(self.threads),
            "files": connection(
                [
                    {"path": path, "additions": added, "deletions": deleted}
                    for path, added, deleted in self.files
                ]
            ),
            "reviews": connection(self.reviews),
        }

    def _merge_commit(self) -> dict[str, Any]:
        return {
            "oid": "b" * 40,
            "message": self.message or self.title,
            "parents": connection([{}] * self.parents),
            "authors": connection(self.squash_writers),
        }


def review(
    number: int, author: dict[str, Any] | None, state: str = "APPROVED", comments: int = 0
) -> dict[str, Any]:
    return {
        "fullDatabaseId": str(number),
        "state": state,
        "submittedAt": None if state == "PENDING" else moment(number),
        "url": f"https://github.com/lab/vision/pull/1#pullrequestreview-{number}",
        "author": author,
        "comments": connection([{}] * comments),
    }


def thread(review_number: int, *, resolved: bool) -> dict[str, Any]:
    comment = {"pullRequestReview": {"fullDatabaseId": str(review_number)}}
    return {"isResolved": resolved, "comments": connection([comment])}


def closed_issue(number: int, repository: int = NUMBER) -> dict[str, Any]:
    return {"number": number, "repository": {"databaseId": repository}}


def commit(*writers: dict[str, Any], message: str = "Read the environment") -> dict[str, Any]:
    return {"commit": {"message": message, "authors": connection(writers)}}


def writer(user: dict[str, Any] | None = None, name: str = "", email: str = "") -> dict[str, Any]:
    return {"name": name, "email": email, "user": user}


def issue(number: int, author: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    closer = given.pop("closer", None)
    labels = [{"name": label} for label in given.pop("labels", ())]
    at = moment(number)
    closed = [{"__typename": "ClosedEvent", "closer": {"__typename": closer} if closer else None}]
    node = {
        "fullDatabaseId": str(9_000 + number),
        "number": number,
        "title": "The loader crashes on empty files",
        "state": "OPEN",
        "stateReason": None,
        "url": f"https://github.com/lab/vision/issues/{number}",
        "createdAt": at,
        "updatedAt": at,
        "author": author,
        "labels": connection(labels),
        "comments": connection([{}] * given.pop("comments", 0)),
        "timelineItems": connection(closed if given.get("state") == "CLOSED" else []),
    }
    return {**node, **given}


@dataclass
class GitHubWorld:
    """One repository with pull requests and issues, under a name that may change."""

    changes: list[Change] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    path: str = "lab/vision"
    number: int = NUMBER

    def __call__(self, request: Request) -> Reply:
        if request.path == "/graphql":
            return self._graphql(request.body)
        if request.path == f"/repositories/{self.number}":
            return Reply.of({"id": self.number, "full_name": self.path})
        return Reply.of({"message": "Not Found"}, 404)

    def _graphql(self, body: dict[str, Any]) -> Reply:
        nodes = [change.node() for change in self.changes]
        root = {
            "rateLimit": {"cost": 1, "remaining": 4999, "resetAt": "2026-11-23T10:00:00Z"},
            "repository": lambda _, owner, name, **__: self._repository(f"{owner}/{name}", nodes),
            "node": lambda _, **asked: next(node for node in nodes if node["id"] == asked["id"]),
        }
        done = execute_sync(
            schema(),
            document(body["query"]),
            root,
            operation_name=body["operationName"],
            variable_values=body["variables"],
        )
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [_error(error) for error in done.errors]
        return Reply.of(answer)

    def _repository(self, path: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
        if path.lower() != self.path.lower():
            raise NothingThereError(f"Could not resolve to a Repository with the name '{path}'.")
        return {
            "databaseId": self.number,
            "nameWithOwner": self.path,
            "url": f"https://github.com/{self.path}",
            "pullRequests": connection(nodes),
            "issues": connection(self.issues),
        }


@dataclass
class Direct:
    """A transport that asks a world without a network."""

    world: GitHubWorld

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        body = json.loads(json.dumps(asked.get("body")))
        reply = self.world(Request(method, path, {}, body))
        return Answer(reply.status, reply.headers, reply.json())


def _error(error: Any) -> dict[str, Any]:
    is_missing = isinstance(error.original_error, NothingThereError)
    kind = {"type": "NOT_FOUND"} if is_missing else {}
    return {"message": error.message, "path": error.path, **kind}
