"""The reviews of a pull request, and the comments on its lines.

What somebody says on their own change belongs to the change: it is neither a review nor a comment.
"""

from collections.abc import Iterator, Mapping, Sequence

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitea.items import Home, Item, is_same, moment_of, told, who
from harvesters.numbers import number_of

Remarks = Mapping[int, Sequence[Item]]
"""The comments on lines, by the number of the review that they belong to."""

STATES = {
    "APPROVED": "approved",
    "REQUEST_CHANGES": "changes_requested",
    "COMMENT": "commented",
}
NO_REVIEW = frozenset({"PENDING", "REQUEST_REVIEW"})
"""What was not sent yet, and what was only asked for."""


def sent(reviews: Sequence[Item]) -> list[Item]:
    """Those that somebody wrote and sent."""
    return [review for review in reviews if review["state"] not in NO_REVIEW]


def review_records(
    pull: Item, reviews: Sequence[Item], remarks: Remarks, author: ActorRecord, home: Home
) -> Iterator[ContributionRecord]:
    """Each of ``reviews`` by somebody else than the ``author`` of ``pull``."""
    for review in reviews:
        reviewer = who(review["user"], review["submitted_at"], home)
        if is_same(reviewer, author):
            continue
        state = "dismissed" if review["dismissed"] else STATES[review["state"]]
        yield ContributionRecord(
            external_id=number_of(review["id"]),
            kind=Kind.REVIEW,
            occurred_at=moment_of(review["submitted_at"]),
            state=state,
            title=pull["title"],
            url=review["html_url"],
            participants=[Participant(reviewer, Role.REVIEWER)],
            facts=told(
                {
                    "review_state": state,
                    "comments": _comments(review, remarks, reviewer, home),
                    "resolved_threads": _resolved(review, remarks),
                    "pull_requests": [pull["number"]],
                }
            ),
        )


def _comments(review: Item, remarks: Remarks, reviewer: ActorRecord, home: Home) -> int:
    """How many the reviewer wrote: answers by others are kept with the review as well."""
    found = remarks.get(review["id"])
    if found is None:
        return int(review["comments_count"])
    writers = (who(remark["user"], remark["created_at"], home) for remark in found)
    return sum(writer == reviewer for writer in writers)


def _resolved(review: Item, remarks: Remarks) -> int:
    """How many conversations were resolved: Gitea says so of the comment that began one."""
    return sum(remark["resolver"] is not None for remark in remarks.get(review["id"], ()))


def comment_records(
    pull: Item, remarks: Remarks, author: ActorRecord, home: Home
) -> Iterator[ContributionRecord]:
    """Each comment on a line of ``pull`` by somebody else than its ``author``."""
    for remark in (remark for found in remarks.values() for remark in found):
        writer = who(remark["user"], remark["created_at"], home)
        if is_same(writer, author):
            continue
        yield ContributionRecord(
            external_id=number_of(remark["id"]),
            kind=Kind.COMMENT,
            occurred_at=moment_of(remark["created_at"]),
            state="shown",
            title=pull["title"],
            url=remark["html_url"],
            participants=[Participant(writer, Role.AUTHOR)],
            facts=told({"path": remark["path"], "pull_requests": [pull["number"]]}),
        )
