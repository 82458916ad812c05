"""Who reviewed a pull request on Gitee: who accepted it, and who commented on its lines.

Gitee knows no review as such. A reviewer or tester accepts (``accept``), with neither a number
nor a moment; whoever has a part counts once a pull request. What somebody says on their own
change is neither a review nor a comment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitee.nodes import Node, actor_record, is_same, moment_of, told
from harvesters.numbers import number_of

ACCEPTING = ("assignees", "testers", "api_reviewers", "approval_reviewers")
"""The lists of those who are asked to accept; ``approval_reviewers`` is GitCode's."""


@dataclass(slots=True)
class _Part:
    """What one person did in the review of a pull request."""

    reviewer: ActorRecord
    has_accepted: bool = False
    remarks: list[Node] = field(default_factory=list)


def remarks_of(comments: Sequence[Node]) -> list[Node]:
    """The comments on lines, and the answers below them, each with its ``path`` if it is told."""
    return [remark for comment in comments if _is_on_lines(comment) for remark in _thread(comment)]


def review_records(
    pull: Node, remarks: Sequence[Node], author: ActorRecord
) -> Iterator[ContributionRecord]:
    """What each person but the ``author`` had to say on a merged or closed pull request."""
    for part in _parts(pull, remarks, author):
        state = "approved" if part.has_accepted else "commented"
        begun = [remark["created_at"] for remark in part.remarks]
        facts = {
            "review_state": state,
            "comments": len(part.remarks),
            "resolved_threads": sum(remark.get("resolved") is True for remark in part.remarks),
            "pull_requests": [pull["number"]],
        }
        yield ContributionRecord(
            external_id=f"{pull['id']}:{part.reviewer.external_id}",
            kind=Kind.REVIEW,
            occurred_at=min(map(moment_of, begun or [pull["merged_at"] or pull["closed_at"]])),
            state=state,
            title=pull["title"],
            url=pull["html_url"],
            participants=[Participant(part.reviewer, Role.REVIEWER)],
            facts=told(facts),
        )


def comment_records(
    pull: Node, remarks: Sequence[Node], author: ActorRecord
) -> Iterator[ContributionRecord]:
    """Each comment on a line by somebody else than the ``author``."""
    for remark in remarks:
        writer = actor_record(remark["user"], author.host)
        if is_same(writer, author):
            continue
        number = number_of(remark["id"])
        facts = {"path": remark["path"], "pull_requests": [pull["number"]]}
        yield ContributionRecord(
            external_id=number,
            kind=Kind.COMMENT,
            occurred_at=moment_of(remark["created_at"]),
            state="shown",
            title=pull["title"],
            url=remark.get("html_url") or f"{pull['html_url']}#note_{number}",
            participants=[Participant(writer, Role.AUTHOR)],
            facts=told(facts),
        )


def _is_on_lines(comment: Node) -> bool:
    return comment.get("comment_type") == "diff_comment" or bool(comment.get("path"))


def _thread(comment: Node) -> Iterator[Node]:
    """The comment and the answers that GitCode tells below it; Gitee tells them beside it."""
    path = comment.get("path") or comment.get("diff_file") or ""
    for remark in (comment, *(comment.get("reply") or ())):
        yield {**remark, "path": path}


def _parts(pull: Node, remarks: Sequence[Node], author: ActorRecord) -> list[_Part]:
    parts: dict[str, _Part] = {}
    for asked in _accepted_by(pull):
        reviewer = actor_record(asked, author.host)
        parts.setdefault(reviewer.external_id, _Part(reviewer)).has_accepted = True
    for remark in remarks:
        reviewer = actor_record(remark["user"], author.host)
        parts.setdefault(reviewer.external_id, _Part(reviewer)).remarks.append(remark)
    return [part for part in parts.values() if not is_same(part.reviewer, author)]


def _accepted_by(pull: Node) -> Iterator[Node]:
    for name in ACCEPTING:
        for asked in pull.get(name) or ():
            if isinstance(asked, dict) and asked.get("accept") is True:
                yield asked
