"""The Hugging Face Hub as a world in memory: repositories, commits, pull requests, discussions.

The Hub publishes no description that may be carried along; its answers are as its own client
reads them (huggingface_hub 2.x, ``hf_api.py`` and ``community.py``), as a client does that is
generated from its description (pyhfapi 1.1), and as a webhook of its documentation shows them.
Each is held against `SHAPES`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from harvesters.forge import AS_IT_IS, Answer, SourceNotFoundError
from tests.kept_files import git_hash, in_base64
from tests.simulator import Reply, Request

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
REPOSITORY = "621ffdc036468d709f17434d"
TEXT, COUNT, TRUTH, LIST, MAP = str, int, bool, list, dict

SHAPES: dict[str, dict[str, Any]] = {
    "card": {"_id": TEXT, "id": TEXT, "createdAt": TEXT, "private": TRUTH},
    "runtime": {"stage": TEXT, "hardware": MAP},
    "commit": {"id": TEXT, "title": TEXT, "message": TEXT, "date": TEXT, "authors": LIST},
    "discussion": {
        "num": COUNT,
        "title": TEXT,
        "status": TEXT,
        "createdAt": TEXT,
        "isPullRequest": TRUTH,
        "numComments": COUNT,
        "repoOwner": MAP,
    },
    "overview": {"_id": TEXT, "user": TEXT, "fullname": TEXT, "avatarUrl": TEXT, "type": TEXT},
    "event": {"id": TEXT, "type": TEXT, "createdAt": TEXT, "data": MAP},
}

DIFF = """\
diff --git a/README.md b/README.md
index 0123456..789abcd 100644
--- a/README.md
+++ b/README.md
@@ -1,3 +1,4 @@
 ---
-license: mit
+license: apache-2.0
+language: zh
 ---
"""


def moment(number: float) -> str:
    told = BEGAN + timedelta(hours=number)
    return told.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def account(number: int, name: str) -> dict[str, Any]:
    return {"_id": f"{number:024x}", "name": name, "fullname": name.title(), "type": "user"}


def picture(number: str) -> str:
    """The Hub draws one for an account that has none; here each is called by the id."""
    return f"/avatars/{number}.svg"


def sha(number: int) -> str:
    return f"{number:040x}"


def commit(number: int, who: dict[str, Any] | None, title: str = "Upload weights", **more: Any):
    """A commit; of somebody without an account only the name is told, and no picture shown."""
    author = {"user": who["name"], "avatar": picture(who["_id"])} if who else {"user": "Li Ming"}
    told = {
        "id": sha(number),
        "title": title,
        "message": "",
        "date": moment(number),
        "authors": [author],
    }
    return {**told, **more}


def _event(number: int, kind: str, who: dict[str, Any] | None, data: dict[str, Any]):
    told = {"id": f"{number:024x}", "type": kind, "createdAt": moment(number % 500), "data": data}
    return {**told, "author": who} if who else told


def comment(number: int, who: dict[str, Any] | None, **data: Any) -> dict[str, Any]:
    text = {"raw": "Looks good", "html": "<p>Looks good</p>", "updatedAt": moment(number % 500)}
    told = {"edited": False, "hidden": False, "latest": text, "history": [], **data}
    return _event(number, "comment", who, told)


def turned(number: int, who: dict[str, Any] | None, status: str) -> dict[str, Any]:
    return _event(number, "status-change", who, {"status": status})


def pushed(number: int, who: dict[str, Any] | None) -> dict[str, Any]:
    return _event(number, "commit", who, {"subject": "Mend the card", "oid": sha(number)})


@dataclass
class Discussion:
    """A discussion or, unless said otherwise, a pull request, with all that happened in it."""

    num: int
    author: dict[str, Any] | None
    status: str = "merged"
    events: Sequence[dict[str, Any]] = ()
    title: str = "Mend the model card"
    is_pull_request: bool = True
    diff: str | None = DIFF
    more: dict[str, Any] = field(default_factory=dict)

    def node(self) -> dict[str, Any]:
        told = {
            "num": self.num,
            "title": self.title,
            "status": self.status,
            "createdAt": moment(self.num),
            "isPullRequest": self.is_pull_request,
            "numComments": sum(event["type"] == "comment" for event in self.events),
            "repoOwner": {"name": "lab", "type": "org"},
            "pinned": False,
            **self.more,
        }
        return {**told, "author": self.author} if self.author else told

    def details(self) -> dict[str, Any]:
        changes = {"base": "refs/heads/main"}
        if self.status == "merged":
            changes["mergeCommitId"] = sha(900_000 + self.num)
        return {
            **self.node(),
            "events": list(self.events),
            "diff": self.diff,
            **({"changes": changes} if self.is_pull_request else {}),
        }


@dataclass
class HuggingFaceWorld:
    """One repository of the Hub; ``page_size`` is how many its lists tell at once.

    Of a space it tells in what ``stage`` its runtime is.
    """

    commits: list[dict[str, Any]] = field(default_factory=list)
    discussions: list[Discussion] = field(default_factory=list)
    kind: str = "models"
    path: str = "lab/vision"
    old_path: str = ""
    number: str = REPOSITORY
    page_size: int = 20
    hidden: set[int] = field(default_factory=set)
    card: dict[str, Any] = field(default_factory=dict)
    links: bool = True
    stage: str = "RUNNING"
    overviews: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    root: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Those of the newest commit."""

    def __call__(self, request: Request) -> Reply:
        address = urlsplit(request.path)
        asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
        parts = address.path.strip("/").split("/")
        if "resolve" in parts:
            return self._file(address.path.strip("/"))
        if parts[0] == "api":
            parts = parts[1:]
        if parts[0] == "users" and parts[2:] == ["overview"]:
            return self._overview(parts[1])
        if parts[0] != self.kind:
            return _nothing()
        rest = "/".join(parts[1:])
        if self.old_path and f"{rest}/".startswith(f"{self.old_path}/"):
            moved = f"{self.root}/{self.kind}/{self.path}{rest[len(self.old_path) :]}"
            return Reply.of({"error": "Moved"}, 307, location=moved)
        if not f"{rest}/".startswith(f"{self.path}/"):
            return _nothing()
        within = rest[len(self.path) :].strip("/").split("/")
        return self._answer([part for part in within if part], asked)

    def _answer(self, parts: list[str], asked: dict[str, str]) -> Reply:
        page = int(asked.get("p", 0))
        match parts:
            case []:
                return Reply.of(_as_promised("card", self._told()))
            case ["commits", head]:
                return self._commits(head, page)
            case ["discussions"]:
                return self._listed(page)
            case ["discussions", number]:
                return self._discussed(int(number))
        return _nothing()

    def _file(self, asked: str) -> Reply:
        """A file of the newest commit, by an address without ``api``, called by its git hash."""
        home = self.path if self.kind == "models" else f"{self.kind}/{self.path}"
        newest = self.commits[-1]["id"] if self.commits else ""
        path = asked.removeprefix(f"{home}/resolve/{newest}/")
        if path not in self.files:
            return Reply.of({"error": "Entry not found"}, 404)
        raw = self.files[path]
        told = {"content-type": "text/plain; charset=utf-8", "etag": f'"{git_hash(raw)}"'}
        return Reply(200, told, raw)

    def _overview(self, name: str) -> Reply:
        """The account of that name, if it wrote a commit here, or another one by `overviews`."""
        authors = (author for told in self.commits for author in told["authors"] or ())
        pictures = {one["user"]: one["avatar"] for one in authors if one.get("avatar")}
        if self.overviews.get(name, pictures.get(name)) is None:
            return _nothing()
        shown = pictures.get(name, "")
        number = shown.rpartition("/")[2].removesuffix(".svg")
        told = {"_id": number, "user": name, "fullname": name.title(), "avatarUrl": shown}
        overview = {**told, "type": "user", **(self.overviews.get(name) or {})}
        return Reply.of(_as_promised("overview", overview))

    def _told(self) -> dict[str, Any]:
        return {
            "_id": self.number,
            "id": self.path,
            "sha": self.commits[-1]["id"] if self.commits else None,
            "createdAt": moment(0),
            "lastModified": moment(400),
            "private": False,
            "siblings": [{"rfilename": name} for name in ("README.md", *self.files)],
            "cardData": {
                "license": "mit",
                "base_model": ["lab/base"],
                "base_model_relation": "adapter",
                "language": "zh",
            },
            "pipeline_tag": "image-classification",
            **({"runtime": self._runtime()} if self.kind == "spaces" else {}),
            **self.card,
        }

    def _runtime(self) -> dict[str, Any]:
        hardware = {"current": "cpu-basic", "requested": "cpu-basic"}
        told = {"stage": self.stage, "hardware": hardware, "storage": None, "gcTimeout": 172800}
        return _as_promised("runtime", told)

    def _commits(self, head: str, page: int) -> Reply:
        shas = [told["id"] for told in self.commits]
        if head not in shas:
            return _nothing()
        below = self.commits[: shas.index(head) + 1][::-1]
        start = page * self.page_size
        found = [_as_promised("commit", one) for one in below[start : start + self.page_size]]
        is_last = start + self.page_size >= len(below)
        following = f"</api/{self.kind}/{self.path}/commits/{head}?p={page + 1}>"
        link = {} if is_last or not self.links else {"link": f'{following}; rel="next"'}
        return Reply.of(found, **link)

    def _listed(self, page: int) -> Reply:
        newest = sorted(self.discussions, key=lambda one: -one.num)
        start = page * self.page_size
        told = [one.node() for one in newest[start : start + self.page_size]]
        found = [_as_promised("discussion", one) for one in told]
        return Reply.of({"discussions": found, "count": len(newest), "start": start})

    def _discussed(self, number: int) -> Reply:
        found = [one for one in self.discussions if one.num == number]
        if not found or number in self.hidden:
            return _nothing()
        for event in found[0].events:
            _as_promised("event", event)
        return Reply.of(_as_promised("discussion", found[0].details()))


def _as_promised(name: str, item: dict[str, Any]) -> dict[str, Any]:
    for field_name, kind in SHAPES[name].items():
        assert isinstance(item[field_name], kind), f"{name}.{field_name}: {item[field_name]!r}"
    return item


def _nothing() -> Reply:
    return Reply.of({"error": "Repository not found"}, 404)


@dataclass
class Direct:
    """A transport that asks a world without a network, and counts."""

    world: HuggingFaceWorld
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        self.asked.append(path)
        query = urlencode(asked.get("params") or {})
        reply = self.world(Request(method, f"{path}?{query}", {}, None))
        if reply.status == HTTPStatus.NOT_FOUND:
            raise SourceNotFoundError(path)
        if reply.status == HTTPStatus.TEMPORARY_REDIRECT:
            return self.request(method, reply.headers["location"], **asked)
        if asked.get("headers") == AS_IT_IS:
            return Answer(reply.status, reply.headers, in_base64(reply.body))
        return Answer(reply.status, reply.headers, reply.json())
