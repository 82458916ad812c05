"""Gitea as a world in memory: one repository, paged and filtered as the real one does.

It lists pull requests by update, issues by creation, releases by creation; a timeline counts
only the page it is on. What is asked and what is answered is held to the server's description.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from harvesters.forge import Answer, RepositoryRecord, SourceNotFoundError
from tests.gitea_described import FORGEJO, FOUNDED, Item, description, validator, whole
from tests.gitea_items import HOST, NUMBER, Issue, Pull, Release, file
from tests.kept_files import git_hash, in_base64
from tests.simulator import Reply, Request

RECORD = RepositoryRecord(HOST, str(NUMBER), "lab/vision", f"https://{HOST}/lab/vision")


@dataclass
class GiteaWorld:
    """One repository with pull requests, issues and releases, under a name that may change."""

    pulls: list[Pull] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    path: str = "lab/vision"
    former: Sequence[str] = ()
    number: int = NUMBER
    host: str = HOST
    server: str = FORGEJO
    most: int = 50
    founded: str = FOUNDED
    switched_off: Sequence[str] = ()
    broken: Sequence[str] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    updated: str = FOUNDED

    def __call__(self, request: Request) -> Reply:
        path, _, query = request.path.partition("?")
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        for former in self.former:
            if path.startswith(f"/repos/{former}"):
                moved = f"/repos/{self.path}{path.removeprefix(f'/repos/{former}')}"
                return Reply(307, {"location": moved})
        if any(re.search(one, path) for one in self.broken):
            return Reply.of({"message": "", "url": f"https://{self.host}/api/swagger"}, 500)
        if path in {f"/repositories/{self.number}", f"/repos/{self.path}"}:
            return self._told("/repositories/{id}", self._repository())
        if path == "/settings/api":
            settings = whole(self.server, "GeneralAPISettings", max_response_items=self.most)
            return self._told("/settings/api", settings)
        within = path.removeprefix(f"/repos/{self.path}/")
        if within.startswith("contents/"):
            return self._file(within.removeprefix("contents/"), asked)
        return self._list(within, asked)

    def _file(self, path: str, asked: dict[str, str]) -> Reply:
        shape = "/repos/{owner}/{repo}/contents/{filepath}"
        _check_asked(description(self.server)["paths"][shape]["query"], asked)
        if path not in self.files:
            said = f"object does not exist [id: , rel_path: {path}]"
            return Reply.of({"message": "not found", "errors": [said], "url": ""}, 404)
        raw = self.files[path]
        told = {"type": "file", "name": path, "path": path, "sha": git_hash(raw)}
        answer = whole(self.server, "ContentsResponse", **told, **in_base64(raw))
        return self._told(shape, answer)

    def _list(self, path: str, asked: dict[str, str]) -> Reply:
        for pattern, shape, find in self._lists():
            match = re.fullmatch(pattern, path)
            if match and path not in self.switched_off:
                described = description(self.server)["paths"][f"/repos/{{owner}}/{{repo}}/{shape}"]
                _check_asked(described["query"], asked)
                items = find(asked, *(int(part) for part in match.groups()))
                if items is not None:
                    return self._page(shape, items, asked)
        return Reply.of({"message": "not found", "errors": None, "url": ""}, 404)

    def _lists(self) -> Sequence[tuple[str, str, Any]]:
        return (
            ("pulls", "pulls", self._pulls),
            ("issues", "issues", self._issues),
            ("releases", "releases", self._releases),
            (r"pulls/(\d+)/commits", "pulls/{index}/commits", self._commits),
            (r"pulls/(\d+)/files", "pulls/{index}/files", self._files),
            (r"pulls/(\d+)/reviews", "pulls/{index}/reviews", self._reviews),
            (
                r"pulls/(\d+)/reviews/(\d+)/comments",
                "pulls/{index}/reviews/{id}/comments",
                self._remarks,
            ),
            (r"issues/(\d+)/timeline", "issues/{index}/timeline", self._timeline),
        )

    def _page(self, shape: str, items: list[Item], asked: dict[str, str]) -> Reply:
        size = min(int(asked.get("limit", 30)), self.most)
        start = (int(asked.get("page", 1)) - 1) * size
        page = items if shape.endswith("comments") else items[start : start + size]
        is_timeline = shape.endswith("timeline")
        # Go writes a list that was never begun as null.
        body = None if is_timeline and not page else page
        reply = self._told(f"/repos/{{owner}}/{{repo}}/{shape}", body)
        if not shape.endswith("comments"):
            reply.headers["x-total-count"] = str(len(page) if is_timeline else len(items))
        return reply

    def _told(self, path: str, body: Any) -> Reply:
        answers = description(self.server)["paths"][path]["answers"]
        name = (answers.get("items") or answers)["$ref"].rsplit("/", 1)[1]
        for item in body or () if "items" in answers else [body]:
            validator(self.server, name).validate(item)
        return Reply.of(body)

    def _repository(self) -> Item:
        return whole(
            self.server,
            "Repository",
            id=self.number,
            full_name=self.path,
            html_url=f"https://{self.host}/{self.path}",
            created_at=self.founded,
            updated_at=self.updated,
            has_issues="issues" not in self.switched_off,
            has_pull_requests="pulls" not in self.switched_off,
            has_releases="releases" not in self.switched_off,
            release_counter=sum(not release.draft for release in self.releases),
        )

    def _pulls(self, asked: dict[str, str]) -> list[Item]:
        assert asked["state"] == "all"
        found = [pull.item(self.server) for pull in self.pulls]
        key = {"recentupdate": "updated_at"}[asked["sort"]]
        return sorted(found, key=lambda item: (_moment(item[key]), item["id"]), reverse=True)

    def _issues(self, asked: dict[str, str]) -> list[Item]:
        assert asked["state"] == "all"
        found = [issue.item(self.server) for issue in self.issues]
        if asked.get("type") != "issues":
            found += [pull.issue(self.server) for pull in self.pulls]
        since = datetime.fromisoformat(asked.get("since", "0001-01-01T00:00:00Z"))
        found = [item for item in found if _moment(item["updated_at"]) >= since]
        return sorted(found, key=lambda item: (_moment(item["created_at"]), item["id"]))[::-1]

    def _releases(self, _: dict[str, str]) -> list[Item]:
        found = [release.item(self.server) for release in self.releases]
        return sorted(found, key=lambda item: (_moment(item["created_at"]), item["id"]))[::-1]

    def _pull(self, number: int) -> Pull | None:
        return next((pull for pull in self.pulls if pull.number == number), None)

    def _commits(self, _: dict[str, str], number: int) -> list[Item] | None:
        pull = self._pull(number)
        return [one.item(self.server) for one in pull.commits] if pull else None

    def _files(self, _: dict[str, str], number: int) -> list[Item] | None:
        pull = self._pull(number)
        return [file(*one, self.server) for one in pull.files] if pull else None

    def _reviews(self, _: dict[str, str], number: int) -> list[Item] | None:
        pull = self._pull(number)
        return [one.item(self.server) for one in pull.reviews] if pull else None

    def _remarks(self, _: dict[str, str], number: int, review: int) -> list[Item] | None:
        pull = self._pull(number)
        found = [one for one in pull.reviews if one.number == review] if pull else []
        return [remark.item(self.server) for remark in found[0].remarks] if found else None

    def _timeline(self, _: dict[str, str], number: int) -> list[Item] | None:
        found = [issue for issue in self.issues if issue.number == number]
        return [event.item(self.server) for event in found[0].events] if found else None


def _check_asked(described: dict[str, Any], asked: dict[str, str]) -> None:
    for name, value in asked.items():
        assert name in described, f"{name} is no parameter"
        assert value in (described[name] or [value]), f"{name}={value} is not described"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Direct:
    """A transport that asks a world without a network."""

    world: GiteaWorld
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        query = "&".join(f"{name}={value}" for name, value in (asked.get("params") or {}).items())
        self.asked.append(path)
        reply = self.world(Request(method, f"{path}?{query}".replace("+", "%2B"), {}, None))
        if reply.status == 307:
            return self.request(method, urlsplit(reply.headers["location"]).path, **asked)
        if reply.status == 404:
            raise SourceNotFoundError(path)
        return Answer(reply.status, reply.headers, reply.json())
