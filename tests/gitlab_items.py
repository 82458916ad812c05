"""What a GitLab tells of a project, in few words: each item whole, by REST and by GraphQL."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.gitlab_described import Item, moment, whole

HOST = "gitlab.com"
NUMBER = 4711
PROJECT = f"https://{HOST}/lab/vision"


@dataclass(frozen=True)
class Account:
    number: int
    username: str
    name: str = ""
    is_bot: bool = False

    def rest(self) -> Item:
        return whole("User", id=self.number, username=self.username, name=self.name)

    def graph(self) -> Item:
        number = f"gid://gitlab/User/{self.number}"
        return {"id": number, "username": self.username, "name": self.name, "bot": self.is_bot}


GHOST = Account(1243277, "ghost1", "Ghost User")


def rest(account: Account | None) -> Item | None:
    return account.rest() if account else None


def connection(items: Sequence[Any]) -> Any:
    """A connection, as graphql-core asks for it."""

    def page(_: Any, first: int = 100, **__: Any) -> Item:
        assert 0 < first <= 100
        info = {"hasNextPage": len(items) > first, "endCursor": None}
        return {"nodes": items[:first], "pageInfo": info, "count": len(items)}

    return page


@dataclass
class Commit:
    """A commit; ``account`` is whose address GitLab knows it to be."""

    name: str = "Li Ming"
    email: str = "li@lab.example"
    message: str = "Read the environment"
    account: Account | None = None
    sha: str = ""

    @property
    def known_sha(self) -> str:
        said = f"{self.message}{self.name}".encode()
        return self.sha or hashlib.sha1(said, usedforsecurity=False).hexdigest()

    def rest(self) -> Item:
        return whole(
            "Commit",
            id=self.known_sha,
            message=self.message,
            author_name=self.name,
            author_email=self.email,
        )

    def graph(self) -> Item:
        return {
            "sha": self.known_sha,
            "message": self.message,
            "authorName": self.name,
            "authorEmail": self.email,
            "author": self.account.graph() if self.account else None,
        }


@dataclass
class Note:
    """Something said; on a line of ``path``, or by GitLab itself (``system``)."""

    number: int
    author: Account
    body: str = "Why?"
    path: str = ""
    system: bool = False
    internal: bool = False
    at: str = field(default_factory=lambda: moment(1))

    def rest(self, resolved: bool | None) -> Item:
        position = whole("Position", new_path=self.path, old_path=self.path)
        told = {"position": position} if self.path else {}
        resolves = {} if resolved is None else {"resolved": resolved}
        item = whole(
            "Note",
            id=self.number,
            author=self.author.rest(),
            body=self.body,
            system=self.system,
            internal=self.internal,
            resolvable=resolved is not None,
            created_at=self.at,
            **told,
            **resolves,
        )
        # GitLab tells these only where there is something to tell.
        absent = {"position", "resolved"} - told.keys() - resolves.keys()
        return {key: value for key, value in item.items() if key not in absent}

    def graph(self, resolved: bool | None) -> Item:
        kind = "DiffNote" if self.path else "Note"
        return {
            "id": f"gid://gitlab/{kind}/{self.number}",
            "author": self.author.graph(),
            "body": self.body,
            "system": self.system,
            "internal": self.internal,
            "createdAt": self.at[:-5] + "Z",
            "resolvable": resolved is not None,
            "resolved": bool(resolved),
            "position": {"filePath": self.path} if self.path else None,
        }


@dataclass
class Thread:
    """Notes that belong together; ``resolved`` is None where they can not be."""

    notes: Sequence[Note]
    resolved: bool | None = None

    @property
    def key(self) -> str:
        return f"{self.notes[0].number:040x}"

    def rest(self) -> Item:
        notes = [note.rest(None if note.system else self.resolved) for note in self.notes]
        return whole("Discussion", id=self.key, notes=notes)

    def graph(self) -> Item:
        return {
            "id": f"gid://gitlab/Discussion/{self.key}",
            "resolvable": self.resolved is not None,
            "resolved": bool(self.resolved),
            "notes": connection([note.graph(self.resolved) for note in self.notes]),
        }


def approval(number: int, author: Account, body: str = "approved this merge request") -> Thread:
    return Thread([Note(number, author, body, system=True)])


def patch(path: str, added: int, deleted: int, **told: Any) -> Item:
    lines = [f"@@ -1,{deleted + 1} +1,{added + 1} @@", " same"]
    lines += ["-- old", *["-old"] * (deleted - 1)][:deleted] + ["++ new", *["+new"] * added][:added]
    text = "\n".join(lines) + "\n"
    fields = {"old_path": path, "new_path": path, "diff": text} | told
    return whole("Diff", **{"a_mode": "100644", "b_mode": "100644", **fields})


@dataclass
class Change:
    """A merge request, merged unless ``state`` says otherwise."""

    number: int
    author: Account
    merger: Account | None = None
    title: str = "Read configuration from the environment"
    body: str = ""
    state: str = "merged"
    files: Sequence[tuple[str, int, int]] = (("src/config.py", 12, 3),)
    commits: Sequence[Commit] = field(default_factory=lambda: [Commit()])
    threads: Sequence[Thread] = ()
    labels: Sequence[str] = ()
    squashed: str | None = None
    created: str = ""
    updated: str = ""
    patches: Sequence[Item] | None = None
    graph_fails: bool = False

    @property
    def id(self) -> int:
        return 70_000 + self.number

    @property
    def at(self) -> str:
        return self.created or moment(self.number)

    @property
    def updated_at(self) -> str:
        return self.updated or self.at

    @property
    def url(self) -> str:
        return f"{PROJECT}/-/merge_requests/{self.number}"

    def rest(self) -> Item:
        is_merged, is_closed = self.state == "merged", self.state == "closed"
        return whole(
            "MergeRequest",
            id=self.id,
            iid=self.number,
            project_id=NUMBER,
            title=self.title,
            description=self.body or None,
            state=self.state,
            created_at=self.at,
            updated_at=self.updated_at,
            merged_at=self.at if is_merged else None,
            closed_at=self.at if is_closed else None,
            merge_user=rest(self.merger),
            merged_by=rest(self.merger),
            author=self.author.rest(),
            labels=list(self.labels),
            merge_commit_sha=f"{self.number:040x}" if is_merged else None,
            squash_commit_sha=self.squashed,
            web_url=self.url,
            user_notes_count=sum(
                not note.system for thread in self.threads for note in thread.notes
            ),
        )

    def diffs(self) -> list[Item]:
        told = [patch(*file) for file in self.files]
        return told if self.patches is None else list(self.patches)

    def graph(self) -> Item:
        def stats(*_: Any, **__: Any) -> list[Item]:
            if self.graph_fails:
                raise TimeoutError("Timeout on MergeRequest.diffStats")
            names = ("path", "additions", "deletions")
            return [dict(zip(names, file, strict=True)) for file in self.files]

        return {
            "id": f"gid://gitlab/MergeRequest/{self.id}",
            "iid": str(self.number),
            "updatedAt": self.updated_at,
            "diffStats": stats,
            "commits": connection([commit.graph() for commit in self.commits]),
            "discussions": connection([thread.graph() for thread in self.threads]),
        }


@dataclass
class Event:
    """A label set on an issue, or taken away."""

    number: int
    author: Account | None
    label: str | None
    action: str = "add"
    at: str = field(default_factory=lambda: moment(2))

    def rest(self) -> Item:
        label = whole("Label", name=self.label) if self.label else None
        return whole(
            "ResourceLabelEvent",
            id=self.number,
            user=rest(self.author),
            created_at=self.at,
            label=label,
            action=self.action,
        )


@dataclass
class Issue:
    number: int
    author: Account
    title: str = "A blank line is a fault"
    state: str = "opened"
    labels: Sequence[str] = ()
    closer: Account | None = None
    solved_by: Sequence[Change] = ()
    events: Sequence[Event] = ()
    confidential: bool = False
    told: Item = field(default_factory=dict)
    created: str = ""
    updated: str = ""

    @property
    def id(self) -> int:
        return 90_000 + self.number

    @property
    def at(self) -> str:
        return self.created or moment(self.number)

    @property
    def updated_at(self) -> str:
        return self.updated or self.at

    def rest(self) -> Item:
        links = {"self": "", "notes": "", "award_emoji": "", "project": ""}
        return whole(
            "Issue",
            id=self.id,
            iid=self.number,
            project_id=NUMBER,
            title=self.title,
            state=self.state,
            created_at=self.at,
            updated_at=self.updated_at,
            closed_at=moment(self.number + 5) if self.state == "closed" else None,
            closed_by=rest(self.closer),
            author=self.author.rest(),
            labels=list(self.labels),
            merge_requests_count=len(self.solved_by),
            confidential=self.confidential,
            web_url=f"{PROJECT}/-/issues/{self.number}",
            **({"_links": links} | self.told),
        )

    def graph(self) -> Item:
        number = f"gid://gitlab/Issue/{self.id}"
        return {"id": number, "iid": str(self.number), "updatedAt": self.updated_at}


@dataclass
class Release:
    tag: str
    author: Account | None
    name: str = ""
    at: str = field(default_factory=lambda: moment(1))
    released: str = ""
    is_upcoming: bool = False

    def rest(self) -> Item:
        return whole(
            "Release",
            tag_name=self.tag,
            name=self.name or self.tag,
            author=rest(self.author),
            created_at=self.at,
            released_at=self.released or self.at,
            upcoming_release=self.is_upcoming,
            _links=whole("ReleaseLinks", self=f"{PROJECT}/-/releases/{self.tag}"),
        )

    def graph(self) -> Item:
        return {
            "tagName": self.tag,
            "createdAt": self.at,
            "releasedAt": self.released or self.at,
            "upcomingRelease": self.is_upcoming,
        }
