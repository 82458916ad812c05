"""Gitee and GitCode as a world in memory: API v5 with its paging, sorting, counting and moves.

Each answer is held against `SHAPES`, which says in our words what the two descriptions promise:
Gitee's swagger 5.3.2 and its successors, and GitCode's pages of 2026.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from harvesters.forge import Answer, SourceNotFoundError
from tests.kept_files import git_hash, in_base64
from tests.simulator import Reply, Request

CHINA = timezone(timedelta(hours=8))
BEGAN = datetime(2026, 3, 1, 9, tzinfo=CHINA)
NUMBER = 8_725_354
LARGEST_PAGE = 100
TEXT, COUNT, TRUTH, LIST, MAP = str, int, bool, list, dict
MAYBE_TEXT = (str, type(None))

ACCOUNT = {"id": (int, str), "login": TEXT, "name": TEXT}
SHAPES: dict[str, dict[str, Any]] = {
    "repository": {"id": COUNT, "full_name": TEXT, "html_url": TEXT, "has_issues": TRUTH},
    "pulls": {
        "id": COUNT,
        "number": COUNT,
        "html_url": TEXT,
        "state": TEXT,
        "title": TEXT,
        "body": MAYBE_TEXT,
        "assignees": LIST,
        "testers": LIST,
        "labels": LIST,
        "created_at": TEXT,
        "updated_at": TEXT,
        "closed_at": MAYBE_TEXT,
        "merged_at": MAYBE_TEXT,
        "user": (dict, type(None)),
    },
    "issues": {
        "id": COUNT,
        "number": TEXT,
        "html_url": TEXT,
        "state": TEXT,
        "title": TEXT,
        "user": (dict, type(None)),
        "labels": LIST,
        "comments": COUNT,
        "created_at": TEXT,
        "updated_at": TEXT,
    },
    "releases": {
        "tag_name": TEXT,
        "prerelease": (bool, int, str),
        "name": TEXT,
        "author": (dict, type(None)),
        "created_at": TEXT,
    },
    "files": {"filename": TEXT, "additions": TEXT, "deletions": TEXT, "patch": MAP},
    "commits": {"sha": TEXT, "commit": MAP, "author": (dict, type(None))},
    "comments": {
        "id": COUNT,
        "user": (dict, type(None)),
        "body": TEXT,
        "created_at": TEXT,
    },
    "operate_logs": {"id": COUNT, "user": MAP, "action_type": TEXT, "created_at": TEXT},
    "contents": {
        "type": TEXT,
        "encoding": TEXT,
        "size": (int, str),
        "name": TEXT,
        "path": TEXT,
        "content": TEXT,
        "sha": TEXT,
    },
    "pull_requests": {"id": COUNT, "number": COUNT, "state": TEXT},
}


def moment(number: float) -> str:
    return (BEGAN + timedelta(hours=number)).isoformat()


def account(number: int | str, login: str, name: str = "") -> dict[str, Any]:
    return {"id": number, "login": login, "name": name or login, "type": "User"}


def accepting(who: dict[str, Any], *, accept: bool = True) -> dict[str, Any]:
    return {**who, "assignee": True, "code_owner": False, "accept": accept}


def file(path: str, added: int | str, deleted: int | str, **patch: Any) -> dict[str, Any]:
    """A changed file; its counts are texts, as Gitee tells them."""
    told = {"diff": "@@ -1 +1 @@", "new_path": path, "too_large": False, **patch}
    return {
        "sha": "d" * 40,
        "filename": path,
        "status": "modified",
        "additions": str(added),
        "deletions": str(deleted),
        "patch": told,
    }


def commit(
    message: str = "修复分词器\n",
    who: dict[str, Any] | None = None,
    name: str = "李明",
    email: str = "li@example.org",
    sha: str = "c" * 40,
) -> dict[str, Any]:
    signed = {"name": name, "email": email, "date": moment(0)}
    return {
        "sha": sha,
        "commit": {"author": signed, "committer": signed, "message": message},
        "author": who,
        "committer": who,
        "parents": {"sha": "b" * 40},
    }


def comment(number: int, who: dict[str, Any] | None, path: str | None = None, **more: Any) -> Any:
    return {
        "id": number,
        "path": path,
        "position": "3" if path else None,
        "user": who,
        "body": "这里建议加一个测试",
        "created_at": moment(number),
        "updated_at": moment(number),
        "html_url": f"https://gitee.com/lab/vision/pulls/1#note_{number}",
        **more,
    }


def merged_by(who: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": 14_769_995,
        "icon": "fa-code-fork icon",
        "user": who,
        "content": "合并了 Pull Request",
        "created_at": moment(0),
        "action_type": "merged_pr",
    }


@dataclass
class Pull:
    """A pull request with its parts, in few words."""

    number: int
    author: dict[str, Any] | None
    merger: dict[str, Any] | None = None
    state: str = "merged"
    title: str = "修复中文分词在空文件上的崩溃"
    body: str | None = "说明见议题。"
    labels: Sequence[str] = ()
    files: Sequence[dict[str, Any]] = (file("src/分词.py", 12, 3),)
    commits: Sequence[dict[str, Any]] = ()
    comments: Sequence[dict[str, Any]] = ()
    assignees: Sequence[Any] = ()
    testers: Sequence[Any] = ()
    updated: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ends(self) -> str | None:
        return moment(self.number) if self.state in {"merged", "closed"} else None

    def node(self) -> dict[str, Any]:
        return {
            "id": 2_200_000 + self.number,
            "number": self.number,
            "html_url": f"https://gitee.com/lab/vision/pulls/{self.number}",
            "state": self.state,
            "title": self.title,
            "body": self.body,
            "assignees": list(self.assignees),
            "testers": list(self.testers),
            "labels": [{"id": 1, "name": name, "color": "428BCA"} for name in self.labels],
            "created_at": moment(self.number - 1),
            "updated_at": self.updated or moment(self.number),
            "closed_at": self.ends,
            "merged_at": self.ends if self.state == "merged" else None,
            "user": self.author,
            **self.more,
        }

    def part(self, name: str) -> list[Any]:
        log = [merged_by(self.merger)] if self.merger and self.state == "merged" else []
        parts = {
            "files": self.files,
            "commits": self.commits,
            "comments": self.comments,
            "operate_logs": log,
        }
        return list(parts[name])


def ident_of(number: int) -> str:
    """The name that Gitee gives to an issue."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return f"I{text}"


def issue(number: int, who: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    """The ``number``-th issue of the repository."""
    unique = 2_300_000 + number
    labels = [{"id": 2, "name": name, "color": "428BCA"} for name in given.pop("labels", ())]
    told = {
        "id": unique,
        "number": ident_of(unique),
        "html_url": f"https://gitee.com/lab/vision/issues/{ident_of(unique)}",
        "state": "open",
        "title": "加载空文件时崩溃",
        "body": "复现步骤见附件",
        "user": who,
        "labels": labels,
        "comments": 0,
        "created_at": moment(number),
        "updated_at": moment(number),
        "finished_at": None,
        "issue_type": "缺陷",
        "security_hole": False,
        "pull_requests": [],
    }
    return {**told, **given}


def release(number: int, who: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    told = {
        "id": 500 + number,
        "tag_name": f"v1.{number}",
        "target_commitish": "master",
        "prerelease": False,
        "name": f"第 {number} 版",
        "body": "更新说明",
        "author": who,
        "created_at": moment(number),
    }
    return {**told, **given}


@dataclass
class GiteeWorld:
    """One repository; ``counts`` is whether lists tell how long they are."""

    pulls: list[Pull] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    path: str = "lab/vision"
    old_path: str = ""
    number: int = NUMBER
    counts: bool = True
    missing: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    repository: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    pushed: str = field(default_factory=lambda: moment(0))

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
        assert "access_token" not in asked, "a token in an address is a token in a log"
        _, root, *parts = address.path.split("/")
        if root != "repos" or "/".join(parts) in self.missing:
            return _nothing()
        if self.old_path and parts[:2] == self.old_path.split("/"):
            moved = "/".join(["/repos", self.path, *parts[2:]])
            return Reply.of({"message": "Moved"}, 301, location=moved)
        if parts[1] == "issues" and parts[0] == self.path.split("/")[0]:
            parts = [parts[0], asked.get("repo", ""), *parts[1:]]
        if "/".join(parts[:2]).lower() != self.path.lower():
            return _nothing()
        return self._answer(parts[2:], asked)

    def _answer(self, parts: list[str], asked: dict[str, str]) -> Reply:
        if not parts:
            return Reply.of(_as_promised("repository", self._told()))
        name, *rest = parts
        if name == "contents":
            return self._file("/".join(rest))
        lists: dict[str, Callable[[], list[Any]]] = {
            "pulls": lambda: [pull.node() for pull in self.pulls],
            "issues": lambda: list(self.issues),
            "releases": lambda: list(self.releases),
        }
        if not rest:
            return self._page(name, _ordered(lists[name](), asked), asked)
        whole = self._found(name, rest[0])
        if whole is None:
            return _nothing()
        return self._page(rest[1], whole(rest[1]), {**asked, "sort": ""})

    def _file(self, path: str) -> Reply:
        """Where there is no such file, a list of nothing."""
        if path not in self.files:
            return Reply.of([])
        raw = self.files[path]
        told = {"type": "file", "name": path, "path": path, "sha": git_hash(raw)}
        return Reply.of(_as_promised("contents", told | in_base64(raw)))

    def _found(self, name: str, key: str) -> Callable[[str], list[Any]] | None:
        if name == "pulls":
            found = [pull for pull in self.pulls if str(pull.number) == key]
            return found[0].part if found else None
        told = [one for one in self.issues if one["number"] == key]
        return told[0].__getitem__ if told else None

    def _told(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "full_name": self.path,
            "html_url": f"https://gitee.com/{self.path}.git",
            "has_issues": True,
            "pull_requests_enabled": True,
            "pushed_at": self.pushed,
            **self.repository,
        }

    def _page(self, name: str, items: list[Any], asked: dict[str, str]) -> Reply:
        size = min(int(asked.get("per_page", 20)), LARGEST_PAGE)
        number = int(asked.get("page", 1))
        page = items[(number - 1) * size : number * size]
        shown = [_as_promised(name, one) for one in page if one.get("id") not in self.hidden]
        pages = max(1, -(-len(items) // size))
        told = {"total_count": str(len(items)), "total_page": str(pages)} if self.counts else {}
        return Reply.of(shown, **told)


def _ordered(items: list[Any], asked: dict[str, str]) -> list[Any]:
    """As is asked; releases come as they were made, whatever is asked."""
    key = {"created": "created_at", "updated": "updated_at"}.get(asked.get("sort", ""))
    if key is None:
        return items
    is_downwards = asked.get("direction", "desc") == "desc"
    return sorted(items, key=lambda one: datetime.fromisoformat(one[key]), reverse=is_downwards)


def _as_promised(name: str, item: dict[str, Any]) -> dict[str, Any]:
    for field_name, kind in SHAPES[name].items():
        assert isinstance(item[field_name], kind), f"{name}.{field_name}: {item[field_name]!r}"
    return item


def _nothing() -> Reply:
    return Reply.of({"message": "404 Not Found"}, 404)


@dataclass
class Direct:
    """A transport that asks a world without a network, and counts."""

    world: GiteeWorld
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        self.asked.append(path)
        query = urlencode(asked.get("params") or {})
        reply = self.world(Request(method, f"{path}?{query}", {}, None))
        if reply.status == HTTPStatus.NOT_FOUND:
            raise SourceNotFoundError(path)
        return Answer(reply.status, reply.headers, reply.json())
