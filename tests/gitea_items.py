"""What a Gitea tells of a repository, in few words: each item whole, as the server describes it.

A field that a description does not have fails here, as does one of another type.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.gitea_described import Account, Item, moment, user, whole

HOST = "codeberg.org"
NUMBER = 4711
GHOST = Account(-1, "Ghost")
ACTIONS = Account(-2, "forgejo-actions")


@dataclass
class Commit:
    """A commit: who signed it, and the account that Gitea finds for the address, if it does."""

    account: Account | None = None
    name: str = ""
    email: str = ""
    message: str = "Read the environment"
    sha: str = ""
    at: str = field(default_factory=lambda: moment(0))
    parents: int = 1

    def item(self, server: str) -> Item:
        signed = whole(server, "CommitUser", name=self.name, email=self.email, date=self.at)
        said = whole(server, "RepoCommit", author=signed, committer=signed, message=self.message)
        parents = [whole(server, "CommitMeta", sha="f" * 40) for _ in range(self.parents)]
        return whole(
            server,
            "Commit",
            sha=self.sha or hashlib.sha1(self.message.encode(), usedforsecurity=False).hexdigest(),
            author=user(self.account, server),
            commit=said,
            parents=parents,
        )


@dataclass
class Remark:
    """A comment on a line; the one that began a conversation names who resolved it."""

    number: int
    author: Account | None
    path: str = "src/config.py"
    resolver: Account | None = None
    at: str = field(default_factory=lambda: moment(1))

    def item(self, server: str) -> Item:
        return whole(
            server,
            "PullReviewComment",
            id=self.number,
            user=user(self.author, server),
            path=self.path,
            resolver=user(self.resolver, server),
            created_at=self.at,
            html_url=f"https://{HOST}/lab/vision/pulls/1#issuecomment-{self.number}",
        )


@dataclass
class Review:
    number: int
    author: Account | None
    state: str = "APPROVED"
    remarks: Sequence[Remark] = ()
    dismissed: bool = False
    at: str = field(default_factory=lambda: moment(1))

    def item(self, server: str) -> Item:
        return whole(
            server,
            "PullReview",
            id=self.number,
            user=user(self.author, server),
            state=self.state,
            dismissed=self.dismissed,
            comments_count=len(self.remarks),
            submitted_at=self.at,
            html_url=f"https://{HOST}/lab/vision/pulls/1#pullrequestreview-{self.number}",
        )


def file(path: str, added: int, deleted: int, server: str) -> Item:
    return whole(server, "ChangedFile", filename=path, additions=added, deletions=deleted)


def labels(names: Sequence[str], server: str) -> list[Item]:
    return [whole(server, "Label", id=len(name), name=name) for name in names]


@dataclass
class Pull:
    """A pull request, merged unless ``state`` says otherwise."""

    number: int
    author: Account | None
    merged_by: Account | None = None
    title: str = "Read configuration from the environment"
    body: str = ""
    state: str = "merged"
    files: Sequence[tuple[str, int, int]] = (("src/config.py", 12, 3),)
    commits: Sequence[Commit] = ()
    reviews: Sequence[Review] = ()
    labels: Sequence[str] = ()
    comments: int = 0
    created: str = ""
    updated: str = ""
    told_files: int | None = None
    repository: int = NUMBER

    @property
    def at(self) -> str:
        return moment(self.number)

    def item(self, server: str) -> Item:
        is_merged = self.state == "merged"
        at = self.created or self.at
        ended = None if self.state == "open" else at
        count = len(self.files) if self.told_files is None else self.told_files
        return whole(
            server,
            "PullRequest",
            id=70_000 + self.number,
            number=self.number,
            user=user(self.author, server),
            title=self.title,
            body=self.body,
            labels=labels(self.labels, server),
            state="closed" if is_merged else self.state,
            comments=self.comments,
            html_url=f"https://{HOST}/lab/vision/pulls/{self.number}",
            merged=is_merged,
            merged_at=ended if is_merged else None,
            merge_commit_sha="b" * 39 + str(self.number % 10) if is_merged else None,
            merged_by=user(self.merged_by, server) if is_merged else None,
            base=whole(server, "PRBranchInfo", repo_id=self.repository, ref="main"),
            changed_files=count,
            created_at=at,
            updated_at=self.updated or at,
            closed_at=ended,
        )

    def issue(self, server: str) -> Item:
        """The same in a list of issues."""
        return Issue(
            self.number, self.author, created=self.created, updated=self.updated, is_pull=True
        ).item(server)


@dataclass
class Event:
    """What happened to an issue, as its timeline tells it."""

    number: int
    kind: str
    author: Account | None
    at: str = field(default_factory=lambda: moment(2))
    label: str = ""
    body: str = ""
    merged_at: str = ""
    action: str = ""
    removed: bool = False

    def item(self, server: str) -> Item:
        meta = whole(server, "PullRequestMeta", merged=True, merged_at=self.merged_at)
        pull = whole(server, "Issue", pull_request=meta) if self.merged_at else None
        return whole(
            server,
            "TimelineComment",
            id=self.number,
            type=self.kind,
            user=user(self.author, server),
            created_at=self.at,
            body=self.body,
            label=labels([self.label], server)[0] if self.label else None,
            ref_issue=pull,
            ref_action=self.action,
            removed_assignee=self.removed,
        )


@dataclass
class Issue:
    number: int
    author: Account | None
    title: str = "The loader crashes on empty files"
    state: str = "open"
    labels: Sequence[str] = ()
    assignees: Sequence[Account] = ()
    events: Sequence[Event] = ()
    comments: int = 0
    original_author: str = ""
    created: str = ""
    updated: str = ""
    is_pull: bool = False
    repository: int = NUMBER

    def item(self, server: str) -> Item:
        at = self.created or moment(self.number)
        return whole(
            server,
            "Issue",
            id=90_000 + self.number + 10_000 * self.is_pull,
            number=self.number,
            user=user(self.author, server),
            original_author=self.original_author,
            title=self.title,
            state=self.state,
            labels=labels(self.labels, server),
            assignees=[one.item(server) for one in self.assignees] or None,
            comments=self.comments,
            html_url=f"https://{HOST}/lab/vision/issues/{self.number}",
            repository=whole(server, "RepositoryMeta", id=self.repository),
            created_at=at,
            updated_at=self.updated or at,
        )


@dataclass
class Release:
    number: int
    author: Account | None
    tag: str = "v1.0"
    name: str = ""
    draft: bool = False
    prerelease: bool = False
    at: str = ""

    def item(self, server: str) -> Item:
        at = self.at or moment(self.number)
        return whole(
            server,
            "Release",
            id=self.number,
            author=user(self.author, server),
            tag_name=self.tag,
            name=self.name,
            draft=self.draft,
            prerelease=self.prerelease,
            created_at=at,
            published_at=at,
            html_url=f"https://{HOST}/lab/vision/releases/tag/{self.tag}",
        )
