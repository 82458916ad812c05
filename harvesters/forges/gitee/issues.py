"""Gitee's issues and releases as contributions."""

import re
from collections.abc import Sequence

from harvesters.forge import (
    ContributionRecord,
    Gap,
    Kind,
    Participant,
    RepositoryRecord,
    Role,
    authors_of,
)
from harvesters.forges.gitee.nodes import Node, actor_record, labels_of, moment_of, told
from harvesters.numbers import number_of
from harvesters.streams import Reading

REASONS = {"closed": "completed", "rejected": "not_planned"}
"""Gitee's two ends of an issue: 已完成 and 已拒绝."""

YES = frozenset({"true", "1"})
"""How the two forges tell that a release is a first look: as a truth, a number or a text."""

_PLAIN = re.compile(r"\w[\w.+-]*", re.ASCII)
"""A tag that needs no escaping in an address."""


def is_completed(issue: Node) -> bool:
    return bool(issue["state"] == "closed")


def read_issue(issue: Node, changes: Sequence[Node] | None, host: str) -> Reading:
    """The issue; ``changes`` are the pull requests linked to it, None where they are hidden.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as Gitee describes it.
    """
    reason = REASONS.get(issue["state"], "")
    facts = {
        "labels": labels_of(issue),
        "comments": issue.get("comments"),
        "state_reason": reason,
        "confirmed": any(change["state"] == "merged" for change in changes or ()),
    }
    record = ContributionRecord(
        external_id=number_of(issue["id"]),
        kind=Kind.ISSUE,
        occurred_at=moment_of(issue["created_at"]),
        state="closed" if reason else "open",
        title=issue["title"],
        url=issue["html_url"],
        participants=[Participant(actor_record(issue["user"], host), Role.REPORTER)],
        facts=told(facts),
    )
    why = "Gitee does not show the pull requests linked to it"
    subject = f"issue {issue['number']}"
    gap = Gap(f"solution of {subject}", why, authors_of(record))
    return Reading([record], [] if changes is not None else [gap], subject)


def read_release(release: Node, repository: RepositoryRecord) -> Reading:
    """The release; GitCode's have no number, so that the tag names them."""
    tag = release["tag_name"]
    author = actor_record(release["author"], repository.host)
    record = ContributionRecord(
        external_id=number_of(release["id"]) if release.get("id") else f"tag:{tag}",
        kind=Kind.RELEASE,
        occurred_at=moment_of(release["created_at"]),
        state="prerelease" if str(release["prerelease"]).lower() in YES else "published",
        title=release["name"] or tag,
        url=f"{repository.url}/releases" + (f"/tag/{tag}" if _PLAIN.fullmatch(tag) else ""),
        participants=[Participant(author, Role.AUTHOR)],
        facts={"tag": tag},
    )
    return Reading([record])
