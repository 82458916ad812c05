"""GitHub's REST addresses over a `GitHubWorld`: what harvesters that ask item by item are told."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.github_nodes import Change, moment
from tests.github_world import GitHubWorld
from tests.simulator import Reply, Request

USUAL_PAGE = 30
_CHANGE = re.compile(r"/(?:pulls|issues)/(\d+)(?:/(\w+))?")


class GitHubRest:
    """Answers `/repos/...` as GitHub does, and leaves all else to the world itself."""

    def __init__(self, world: GitHubWorld) -> None:
        self.world = world
        self.changes = {change.number: change for change in world.changes}

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path.removeprefix("/api/v3"))
        if address.path in {"/graphql", f"/repositories/{self.world.number}"}:
            return self.world(request)
        host = f"http://{request.headers['host']}"
        below = f"/repos/{self.world.path}"
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path.startswith(below):
            return self._repository(address.path.removeprefix(below), asked, f"{host}{below}")
        return self._elsewhere(address.path, host)

    def _elsewhere(self, path: str, host: str) -> Reply:
        if path == "/rate_limit":
            core = {"limit": 5000, "remaining": 5000, "reset": 2_000_000_000, "used": 0}
            return _told({"resources": {"core": core}, "rate": core})
        if path.endswith("/orgs"):
            return _told([])
        if path.startswith("/users/"):
            login = path.rpartition("/")[2]
            return _told(_user({"databaseId": 1, "login": login, "__typename": "User"}, host))
        return Reply.of({"message": "Not Found"}, 404)

    def _repository(self, path: str, asked: dict[str, str], base: str) -> Reply:
        if path == "":
            name = self.world.path.rpartition("/")[2]
            return _told(
                {"id": self.world.number, "name": name, "full_name": self.world.path, "url": base}
            )
        if path in {"/pulls", "/issues"}:
            changes = sorted(self.changes.values(), key=lambda change: -change.number)
            return _page([_pull(change, base) for change in changes], asked, f"{base}{path}")
        found = _CHANGE.fullmatch(path)
        if found is None or int(found[1]) not in self.changes:
            return Reply.of({"message": "Not Found"}, 404)
        change = self.changes[int(found[1])]
        if found[2] is None:
            return _told(_pull(change, base) | _only_alone(change, base))
        is_conversation = path.startswith("/issues/") and found[2] == "comments"
        parts = _comments if is_conversation else _PARTS[found[2]]
        return _page(parts(change, base), asked, f"{base}{path}")


def _told(body: Any, **headers: str) -> Reply:
    limits = {"x-ratelimit-remaining": "4999", "x-ratelimit-reset": "2000000000"}
    return Reply.of(body, 200, **limits, **headers)


def _page(items: Sequence[Any], asked: dict[str, str], address: str) -> Reply:
    size, number = int(asked.get("per_page", USUAL_PAGE)), int(asked.get("page", 1))
    last = max(1, -(-len(items) // size))
    rest = "".join(f"&{name}={value}" for name, value in asked.items() if name != "page")
    links = [f'<{address}?page={last}{rest}>; rel="last"']
    if number < last:
        links.insert(0, f'<{address}?page={number + 1}{rest}>; rel="next"')
    return _told(items[(number - 1) * size : number * size], link=", ".join(links))


def _user(account: dict[str, Any], host: str) -> dict[str, Any]:
    login = account["login"]
    return {
        "id": account["databaseId"],
        "login": login,
        "type": account["__typename"],
        "url": f"{host}/users/{login}",
    }


def _pull(change: Change, base: str) -> dict[str, Any]:
    at = moment(change.number)
    assert change.author is not None
    return {
        "id": 7_000_000_000 + change.number,
        "number": change.number,
        "url": f"{base}/pulls/{change.number}",
        "html_url": f"https://github.com/lab/vision/pull/{change.number}",
        "title": change.title,
        "state": "closed",
        "user": _user(change.author, base.partition("/repos/")[0]),
        "labels": [],
        "assignees": [],
        "requested_reviewers": [],
        "created_at": at,
        "updated_at": change.updated or at,
        "closed_at": at,
        "merged_at": at,
        "pull_request": {"url": f"{base}/pulls/{change.number}"},
        "issue_url": f"{base}/issues/{change.number}",
        "comments_url": f"{base}/issues/{change.number}/comments",
        "reactions": {"total_count": 0},
    }


def _only_alone(change: Change, base: str) -> dict[str, Any]:
    """What GitHub tells of one pull request, and not in its lists."""
    assert change.merged_by is not None
    return {
        "merged": True,
        "merged_by": _user(change.merged_by, base.partition("/repos/")[0]),
        "additions": sum(file[1] for file in change.files),
        "deletions": sum(file[2] for file in change.files),
        "changed_files": len(change.files),
        "commits": len(change.commits),
        "comments": change.comments,
        "review_comments": len(_remarks(change, base)),
    }


def _reviews(change: Change, base: str) -> list[Any]:
    host = base.partition("/repos/")[0]
    return [
        {
            "id": int(told["fullDatabaseId"]),
            "user": _user(told["author"], host),
            "state": told["state"],
            "submitted_at": told["submittedAt"],
        }
        for told in change.reviews
    ]


def _remarks(change: Change, base: str) -> list[Any]:
    host = base.partition("/repos/")[0]
    return [
        {
            "id": int(told["fullDatabaseId"]),
            "user": _user(told["author"], host),
            "path": told["path"],
            "created_at": told["createdAt"],
            "updated_at": told["createdAt"],
            "reactions": {"total_count": 0},
        }
        for held in change.threads
        for told in held["comments"](None)["nodes"]
    ]


def _comments(change: Change, base: str) -> list[Any]:
    assert change.author is not None
    user = _user(change.author, base.partition("/repos/")[0])
    at = moment(change.number)
    told = {"user": user, "created_at": at, "updated_at": at, "reactions": {"total_count": 0}}
    return [{"id": number, **told} for number in range(change.comments)]


def _commits(change: Change, base: str) -> list[Any]:
    return [
        {
            "sha": told["commit"]["oid"],
            "url": f"{base}/commits/{told['commit']['oid']}",
            "commit": {"message": told["commit"]["message"], "author": {"date": moment(1)}},
        }
        for told in change.commits
    ]


def _files(change: Change, _base: str) -> list[Any]:
    return [
        {"filename": path, "additions": added, "deletions": deleted, "status": "modified"}
        for path, added, deleted in change.files
    ]


_PARTS: dict[str, Callable[[Change, str], list[Any]]] = {
    "reviews": _reviews,
    "comments": _remarks,
    "commits": _commits,
    "files": _files,
    "reactions": lambda _change, _base: [],
    "requested_reviewers": lambda _change, _base: [],
}
