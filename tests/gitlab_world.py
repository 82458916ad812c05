"""GitLab as a world in memory: one project, by REST as it pages and filters, and by GraphQL.

What is asked and what is answered is held to GitLab's description; a question more complex than
it allows is refused.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from graphql import execute_sync

from harvesters.forge import Answer, RepositoryRecord
from harvesters.forges.gitlab.items import Home
from harvesters.transports.answers import check_answer
from tests.gitlab_described import (
    FOUNDED,
    MOST_COMPLEX,
    Item,
    complexity,
    document,
    schema,
    validator,
    whole,
)
from tests.gitlab_items import HOST, NUMBER, PROJECT, Change, Issue, Release, connection
from tests.kept_files import git_hash, in_base64
from tests.simulator import Reply, Request

RECORD = RepositoryRecord(HOST, str(NUMBER), "lab/vision", PROJECT)
HOME = Home(RECORD, datetime.fromisoformat(FOUNDED))
NOW = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
MOST_DIFFS = 30
"""GitLab fails where it is asked for more patches at once."""

PAGED = {"page", "per_page"}
FILTERED = PAGED | {"scope", "state", "order_by", "sort", "updated_after"}


@dataclass
class GitLabWorld:
    """One project with what it holds, under a name that may change."""

    changes: list[Change] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    path: str = "lab/vision"
    former: Sequence[str] = ()
    number: int = NUMBER
    founded: str = FOUNDED
    has_graphql: bool = True
    switched_off: Sequence[str] = ()
    hidden: Sequence[str] = ()
    broken: Sequence[str] = ()
    unknown_field: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    active: str = FOUNDED

    def __call__(self, request: Request) -> Reply:
        path, _, query = request.path.partition("?")
        if path == "/api/graphql":
            return self._graphql(request.body) if self.has_graphql else _lost()
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        path = path.removeprefix("/api/v4")
        for former in self.former:
            if path == f"/projects/{former.replace('/', '%2F')}":
                return Reply(301, {"location": f"/api/v4/projects/{self.number}"})
        if unquote(path) in {f"/projects/{self.number}", f"/projects/{self.path}"}:
            return Reply.of(self._project())
        if any(re.search(one, path) for one in self.broken):
            return Reply.of({"message": "500 Internal Server Error"}, 500)
        if any(re.search(one, path) for one in self.hidden):
            return Reply.of({"message": "403 Forbidden"}, 403)
        return self._part(path.removeprefix(f"/projects/{self.number}/"), asked)

    def _part(self, path: str, asked: dict[str, str]) -> Reply:
        if path.startswith("repository/files/"):
            return self._file(unquote(path.removeprefix("repository/files/")), asked)
        return self._list(path, asked)

    def _file(self, path: str, asked: dict[str, str]) -> Reply:
        assert asked == {"ref": "HEAD"}, asked
        if path not in self.files:
            return Reply.of({"message": "404 File Not Found"}, 404)
        raw = self.files[path]
        digest = hashlib.sha256(raw).hexdigest()
        told = {"file_path": path, "file_name": path, "ref": "HEAD", "blob_id": git_hash(raw)}
        return Reply.of(whole("File", content_sha256=digest, **told, **in_base64(raw)))

    def _project(self) -> Item:
        return whole(
            "Project",
            id=self.number,
            path_with_namespace=self.path,
            web_url=f"https://{HOST}/{self.path}",
            created_at=self.founded,
            last_activity_at=self.active,
            merge_requests_enabled="merge_requests" not in self.switched_off,
            issues_enabled="issues" not in self.switched_off,
        )

    def _list(self, path: str, asked: dict[str, str]) -> Reply:
        for pattern, shape, find in self._lists():
            match = re.fullmatch(pattern, path)
            items = find(*map(int, match.groups())) if match else None
            if items is not None:
                is_top = "/" not in path
                assert asked.keys() <= (FILTERED if is_top else PAGED), asked
                if shape == "Diff" and int(asked["per_page"]) > MOST_DIFFS:
                    return Reply.of({"message": "500 Internal Server Error"}, 500)
                told = items if path == "releases" or not is_top else _filtered(items, asked)
                for item in told:
                    validator(shape).validate(item)
                return _page(path, told, asked)
        return _lost()

    def _lists(self) -> Sequence[tuple[str, str, Callable[..., list[Item] | None]]]:
        of = self._of_change
        return (
            ("merge_requests", "MergeRequest", lambda: [one.rest() for one in self.changes]),
            ("issues", "Issue", lambda: [one.rest() for one in self.issues]),
            ("releases", "Release", lambda: [one.rest() for one in self.releases]),
            (
                r"merge_requests/(\d+)/commits",
                "Commit",
                of(lambda change: [commit.rest() for commit in change.commits]),
            ),
            (r"merge_requests/(\d+)/diffs", "Diff", of(Change.diffs)),
            (
                r"merge_requests/(\d+)/discussions",
                "Discussion",
                of(lambda change: [thread.rest() for thread in change.threads]),
            ),
            (r"issues/(\d+)/closed_by", "MergeRequest", self._closing),
            (r"issues/(\d+)/resource_label_events", "ResourceLabelEvent", self._events),
        )

    def _of_change(self, tell: Callable[[Change], list[Item]]) -> Callable[[int], Any]:
        def find(number: int) -> list[Item] | None:
            found = [change for change in self.changes if change.number == number]
            return tell(found[0]) if found else None

        return find

    def _closing(self, number: int) -> list[Item] | None:
        found = [issue for issue in self.issues if issue.number == number]
        return [change.rest() for change in found[0].solved_by] if found else None

    def _events(self, number: int) -> list[Item] | None:
        found = [issue for issue in self.issues if issue.number == number]
        return [event.rest() for event in found[0].events] if found else None

    def _graphql(self, body: Item) -> Reply:
        if self.unknown_field and self.unknown_field in body["query"]:
            said = f"Field '{self.unknown_field}' doesn't exist on type 'Note'"
            return Reply.of({"errors": [{"message": said}]})
        if complexity(body["query"], body["variables"]) > MOST_COMPLEX:
            return Reply.of({"errors": [{"message": "Query has complexity of too much"}]})
        done = execute_sync(
            schema(),
            document(body["query"]),
            {"projects": self._projects},
            operation_name=body["operationName"],
            variable_values=body["variables"],
        )
        told: Item = {"data": done.data}
        if done.errors:
            told["errors"] = [{"message": error.message} for error in done.errors]
        return Reply.of(told)

    def _projects(self, info: Any, ids: list[str], **asked: Any) -> Item:
        is_here = f"gid://gitlab/Project/{self.number}" in ids
        page: Item = connection([self._node()] if is_here else [])(info, **asked)
        return page

    def _node(self) -> Item:
        return {
            "id": f"gid://gitlab/Project/{self.number}",
            "fullPath": self.path,
            "webUrl": f"https://{HOST}/{self.path}",
            "createdAt": self.founded,
            "lastActivityAt": self.active,
            "issuesEnabled": "issues" not in self.switched_off,
            "mergeRequestsEnabled": "merge_requests" not in self.switched_off,
            "mergeRequests": _sorted(self.changes),
            "issues": _sorted(self.issues),
            "releases": _by_making(self.releases),
        }


def _sorted(items: Sequence[Any]) -> Callable[..., Item]:
    def page(info: Any, iids: Sequence[str] = (), sort: str = "", first: int = 100) -> Item:
        assert sort in {"", "UPDATED_DESC"}
        chosen = [one for one in items if not iids or str(one.number) in iids]
        chosen.sort(key=lambda one: (_moment(one.updated_at), one.number), reverse=True)
        told: Item = connection([one.graph() for one in chosen])(info, first)
        return told

    return page


def _by_making(releases: Sequence[Release]) -> Callable[..., Item]:
    def page(info: Any, sort: str, first: int) -> Item:
        assert sort == "CREATED_DESC"
        chosen = sorted(releases, key=lambda one: _moment(one.at), reverse=True)
        told: Item = connection([one.graph() for one in chosen])(info, first)
        return told

    return page


def _filtered(items: list[Item], asked: dict[str, str]) -> list[Item]:
    assert (asked["scope"], asked["state"]) == ("all", "all")
    assert (asked["order_by"], asked["sort"]) == ("updated_at", "asc")
    since = _moment(asked.get("updated_after", "0001-01-01T00:00:00Z"))
    found = [item for item in items if _moment(item["updated_at"]) >= since]
    return sorted(found, key=lambda item: (_moment(item["updated_at"]), item["id"]))


def _page(path: str, items: list[Item], asked: dict[str, str]) -> Reply:
    number, size = int(asked.get("page", 1)), min(int(asked.get("per_page", 20)), 100)
    has_more = number * size < len(items)
    told = {
        "x-total": str(len(items)),
        "x-page": str(number),
        "x-per-page": str(size),
        "x-next-page": str(number + 1) if has_more else "",
        "ratelimit-limit": "2000",
        "ratelimit-remaining": "1900",
        "ratelimit-reset": str(int(NOW.timestamp()) + 60),
    }
    if has_more:
        further = urlencode({**asked, "page": number + 1})
        told["link"] = f'<https://{HOST}/api/v4/{path}?{further}>; rel="next"'
    return Reply.of(items[(number - 1) * size : number * size], **told)


def _lost() -> Reply:
    return Reply.of({"message": "404 Not found"}, 404)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Direct:
    """A transport that asks a world without a network; its paths begin at ``base``."""

    world: GitLabWorld
    base: str = "/api/v4"
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        query = urlencode(asked.get("params") or {})
        body = json.loads(json.dumps(asked.get("body")))
        self.asked.append(path)
        try:
            reply = self.world(Request(method, f"{self.base}{path}?{query}", {}, body))
        except Exception as error:
            # Else it would pass for an answer that is not as promised.
            raise AssertionError("the world is wrong") from error
        check_answer(reply.status, reply.headers, "", now=NOW, what=path)
        return Answer(reply.status, reply.headers, reply.json())
