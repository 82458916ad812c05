"""The reviews of a pull request, and the comments on its lines.

What somebody says on their own change belongs to the change: it is neither a review nor a comment.
"""

from collections import Counter
from collections.abc import Iterator

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.github.nodes import Node, actor_record, is_same, items_of, moment_of, told
from harvesters.numbers import number_of

DRAFT = "PENDING"
"""The state of what only its writer can see as yet."""


def review_records(node: Node, author: ActorRecord) -> Iterator[ContributionRecord]:
    """Each review of the pull request ``node`` by somebody else than its ``author``."""
    resolved = Counter(_reviews_of_resolved_threads(node))
    said = Counter(_review_of(remark) for remark in _remarks(node))
    for review in items_of(node["reviews"]):
        reviewer = actor_record(review["author"], author.host)
        if review["state"] == DRAFT or is_same(reviewer, author):
            continue
        number = number_of(review["fullDatabaseId"])
        state = review["state"].lower()
        facts = {
            "review_state": state,
            "comments": said[number],
            "resolved_threads": resolved[number],
            "pull_requests": [node["number"]],
        }
        yield ContributionRecord(
            external_id=number,
            kind=Kind.REVIEW,
            occurred_at=moment_of(review["submittedAt"]),
            state=state,
            title=node["title"],
            url=review["url"],
            participants=[Participant(reviewer, Role.REVIEWER)],
            facts=told(facts),
        )


def comment_records(node: Node, author: ActorRecord) -> Iterator[ContributionRecord]:
    """Each comment on a line of the pull request by somebody else than its ``author``."""
    for remark in _remarks(node):
        writer = actor_record(remark["author"], author.host)
        if is_same(writer, author):
            continue
        facts = {
            "path": remark["path"],
            "pull_requests": [node["number"]],
            "minimized": minimized_reason(remark),
        }
        yield ContributionRecord(
            external_id=number_of(remark["fullDatabaseId"]),
            kind=Kind.COMMENT,
            occurred_at=moment_of(remark["createdAt"]),
            state="minimized" if remark["isMinimized"] else "shown",
            title=node["title"],
            url=remark["url"],
            participants=[Participant(writer, Role.AUTHOR)],
            facts=told(facts),
        )


def minimized_reason(comment: Node) -> str:
    """Why a maintainer folded ``comment`` away (spam, off-topic, resolved ...); empty if not."""
    return (comment["minimizedReason"] or "unsaid").lower() if comment["isMinimized"] else ""


def _remarks(node: Node) -> Iterator[Node]:
    for thread in items_of(node["reviewThreads"]):
        yield from (one for one in items_of(thread["comments"]) if one["state"] != DRAFT)


def _reviews_of_resolved_threads(node: Node) -> Iterator[str]:
    """The number of the review that opened a thread, for each thread that was resolved."""
    for thread in items_of(node["reviewThreads"]):
        opened = items_of(thread["comments"])
        if thread["isResolved"] and opened:
            yield _review_of(opened[0])


def _review_of(remark: Node) -> str:
    return str((remark["pullRequestReview"] or {}).get("fullDatabaseId", ""))
