"""Discussions as GitHub tells them, and the answers that were accepted.

A discussion has at most one accepted answer, which goes by the discussion's number: where another
one is accepted instead, it takes the first one's place. An answer to one's own question is none.
"""

from collections.abc import Iterator

from harvesters.forge import ContributionRecord, Kind, Participant, RepositoryRecord, Role
from harvesters.forges.github.nodes import (
    Node,
    actor_record,
    is_same,
    labels_of,
    moment_of,
    told,
)
from harvesters.numbers import number_of


def discussion_records(node: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    """The discussion ``node``, and after it the answer that was accepted, if any.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitHub's schema says.
    """
    return [_discussion(node, repository), *_answer(node, repository)]


def _discussion(node: Node, repository: RepositoryRecord) -> ContributionRecord:
    facts = {
        "labels": labels_of(node),
        "comments": node["comments"]["totalCount"],
        "category": node["category"]["name"],
        "state_reason": (node["stateReason"] or "").lower(),
    }
    open_state = "answered" if node["answer"] is not None else "open"
    return ContributionRecord(
        external_id=number_of(node["databaseId"]),
        kind=Kind.DISCUSSION,
        occurred_at=moment_of(node["createdAt"]),
        state="closed" if node["closed"] else open_state,
        title=node["title"],
        url=node["url"],
        participants=[Participant(actor_record(node["author"], repository.host), Role.AUTHOR)],
        facts=told(facts),
    )


def _answer(node: Node, repository: RepositoryRecord) -> Iterator[ContributionRecord]:
    answer = node["answer"]
    if answer is None:
        return
    writer = actor_record(answer["author"], repository.host)
    if is_same(writer, actor_record(node["author"], repository.host)):
        return
    chooser = actor_record(node["answerChosenBy"], repository.host)
    facts = {
        "discussions": [node["number"]],
        "category": node["category"]["name"],
        "chosen_by_author": is_same(chooser, writer),
    }
    yield ContributionRecord(
        external_id=number_of(node["databaseId"]),
        kind=Kind.ANSWER,
        occurred_at=moment_of(node["answerChosenAt"]),
        state="accepted",
        title=node["title"],
        url=answer["url"],
        participants=[Participant(writer, Role.AUTHOR)],
        facts=told(facts),
    )
