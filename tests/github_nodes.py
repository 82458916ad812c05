"""GitHub's nodes, built in few words: accounts, pull requests, issues and their parts.

A list is a function that pages through it, as `tests.github_world` executes queries on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

LARGEST_PAGE = 100
NUMBER = 515436299
"""The number of the repository, as in the recorded exchanges."""

_ids = count(1)


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
    head: str = ""
    base: str = ""
    merge: str = ""

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
            "headRefOid": self.head or f"{self.number:040x}",
            "baseRefOid": self.base or "0" * 40,
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
            "__typename": "Commit",
            "id": f"C_{self.number}",
            "oid": self.merge or f"{self.number:040x}",
            "message": self.message or self.title,
            "parents": connection([{}] * self.parents),
            "authors": connection(self.squash_writers),
        }


def review(number: int, author: dict[str, Any] | None, state: str = "APPROVED") -> dict[str, Any]:
    return {
        "fullDatabaseId": str(number),
        "state": state,
        "submittedAt": None if state == "PENDING" else moment(number),
        "url": f"https://github.com/lab/vision/pull/1#pullrequestreview-{number}",
        "author": author,
    }


def thread(*remarks: dict[str, Any], resolved: bool = False) -> dict[str, Any]:
    return {
        "__typename": "PullRequestReviewThread",
        "id": f"T_{next(_ids)}",
        "isResolved": resolved,
        "comments": connection(remarks),
    }


def remark(
    number: int,
    author: dict[str, Any] | None,
    in_review: int = 0,
    minimized: str = "",
    **given: Any,
) -> dict[str, Any]:
    """A comment on a line of a pull request."""
    node = {
        "fullDatabaseId": str(number),
        "state": "SUBMITTED",
        "createdAt": moment(number % 1000),
        "url": f"https://github.com/lab/vision/pull/1#discussion_r{number}",
        "path": "src/config.py",
        "isMinimized": bool(minimized),
        "minimizedReason": minimized or None,
        "author": author,
        "pullRequestReview": {"fullDatabaseId": str(in_review)} if in_review else None,
    }
    return {**node, **given}


def closed_issue(number: int, repository: int = NUMBER) -> dict[str, Any]:
    return {"number": number, "repository": {"databaseId": repository}}


def commit(
    *writers: dict[str, Any], message: str = "Read the environment", oid: str = ""
) -> dict[str, Any]:
    number = next(_ids)
    return {
        "commit": {
            "__typename": "Commit",
            "id": f"C_of_{number}",
            "oid": oid or f"{number:040x}",
            "message": message,
            "authors": connection(writers),
        }
    }


def writer(user: dict[str, Any] | None = None, name: str = "", email: str = "") -> dict[str, Any]:
    return {"name": name, "email": email, "user": user}


def act(kind: str, actor: dict[str, Any] | None, at: int = 1, **given: Any) -> dict[str, Any]:
    """Something done to an issue; its kind as GitHub calls it, such as ``Labeled``."""
    node: dict[str, Any] = {"__typename": f"{kind}Event", "createdAt": moment(at), "actor": actor}
    if kind == "Labeled":
        node["label"] = {"name": given.pop("label", "bug")}
    if kind == "Closed":
        closer = given.pop("closer", None)
        node["closer"] = {"__typename": closer} if closer else None
        node["stateReason"] = given.pop("reason", "COMPLETED")
    return {**node, **given}


def said(minimized: str = "") -> dict[str, Any]:
    """A comment under an issue."""
    return {"isMinimized": bool(minimized), "minimizedReason": minimized or None}


def issue(number: int, author: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    labels = [{"name": label} for label in given.pop("labels", ())]
    at = moment(number)
    node = {
        "__typename": "Issue",
        "id": f"I_{number}",
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
        "comments": connection(given.pop("comments", ())),
        "timelineItems": connection(given.pop("acts", ())),
    }
    return {**node, **given}


def discussion(number: int, author: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    at = moment(number)
    node = {
        "__typename": "Discussion",
        "id": f"D_{number}",
        "databaseId": 5_000 + number,
        "number": number,
        "title": "How are checkpoints read?",
        "url": f"https://github.com/lab/vision/discussions/{number}",
        "createdAt": at,
        "updatedAt": at,
        "closed": False,
        "stateReason": None,
        "author": author,
        "category": {"name": "Q&A"},
        "labels": connection([{"name": label} for label in given.pop("labels", ())]),
        "comments": connection([{}] * given.pop("comments", 0)),
        "answerChosenAt": None,
        "answerChosenBy": None,
        "answer": None,
    }
    return {**node, **given}


def accepted(
    author: dict[str, Any] | None, chosen_by: dict[str, Any] | None, at: int = 1
) -> dict[str, Any]:
    """What a discussion says of the answer that was accepted."""
    url = "https://github.com/lab/vision/discussions/1#discussioncomment-1"
    return {
        "answer": {"url": url, "author": author},
        "answerChosenAt": moment(at),
        "answerChosenBy": chosen_by,
    }


def release(number: int, author: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    at = moment(number)
    node = {
        "__typename": "Release",
        "id": f"RE_{number}",
        "databaseId": 6_000 + number,
        "tagName": f"v0.{number}",
        "name": f"Version 0.{number}",
        "url": f"https://github.com/lab/vision/releases/tag/v0.{number}",
        "isDraft": False,
        "isPrerelease": False,
        "createdAt": at,
        "updatedAt": at,
        "publishedAt": at,
        "author": author,
    }
    return {**node, **given}
