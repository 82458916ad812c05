"""Pull requests as GitHub tells them, read as contributions with their reviews and comments.

What a node lacks is an error here and a gap to the caller; nothing is guessed.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from harvesters.changesets import MOST_FILES, ChangeSet
from harvesters.filekinds import Sized, sizes_by_kind
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Kind,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.forges.github.nodes import (
    Node,
    actor_record,
    is_same,
    items_of,
    labels_of,
    moment_of,
    told,
)
from harvesters.forges.github.reviews import comment_records, review_records
from harvesters.gitlog import first_reverted, trailers_of
from harvesters.mechanical import is_mechanical
from harvesters.numbers import number_of
from harvesters.people import GIT_HOST, actor_of, ai_assistance, is_bot

Thing = TypeVar("Thing")


def change_records(node: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    """The pull request ``node``, after it its reviews, and the comments on its lines.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitHub's schema says.
    """
    author = actor_record(node["author"], repository.host)
    reviews = list(review_records(node, author))
    change = ContributionRecord(
        external_id=number_of(node["fullDatabaseId"]),
        kind=Kind.CHANGE,
        occurred_at=moment_of(node["mergedAt"] or node["closedAt"] or node["createdAt"]),
        state=node["state"].lower(),
        title=node["title"],
        url=node["url"],
        participants=_participants(node, author),
        facts=_sizes(node) | told(_change_facts(node, author, reviews, repository)),
    )
    return [change, *reviews, *comment_records(node, author)]


def _change_facts(
    node: Node,
    author: ActorRecord,
    reviews: Sequence[ContributionRecord],
    repository: RepositoryRecord,
) -> dict[str, Any]:
    messages = list(_messages(node))
    trailers = _once(trailer for message in messages for trailer in trailers_of(message))
    closed = items_of(node["closingIssuesReferences"])
    return {
        "labels": labels_of(node),
        "pull_requests": [node["number"]],
        "closes": [
            issue["number"]
            for issue in closed
            if str(issue["repository"]["databaseId"]) == repository.external_id
        ],
        "reverts": _reverts(node, messages),
        "comments": node["comments"]["totalCount"],
        "reviewers": len({review.participants[0].actor for review in reviews}),
        "resolved_threads": sum(review.facts.get("resolved_threads", 0) for review in reviews),
        "merged_by_author": _is_merged_alone(node, author, reviews),
        "trailers": [[trailer.kind, trailer.name] for trailer in trailers],
        "ai_assistance": ai_assistance(trailers),
        "is_mechanical": is_mechanical(node["title"], "\n".join(messages), labels_of(node)),
        "commits": _once([*_own_commits(node), *node.get("rebased", ())]),
        "merge_commit": (node["mergeCommit"] or {}).get("oid"),
    }


def _own_commits(node: Node) -> list[str]:
    return [commit["commit"]["oid"] for commit in items_of(node["commits"])]


def _is_merged_alone(
    node: Node, author: ActorRecord, reviews: Sequence[ContributionRecord]
) -> bool:
    """Whether the author merged it, and nobody else approved it."""
    is_own = is_same(actor_record(node["mergedBy"], author.host), author)
    return is_own and not any(review.state == "approved" for review in reviews)


def _messages(node: Node) -> Iterator[str]:
    """What the merge says, and what each commit says."""
    yield (node["mergeCommit"] or {}).get("message") or ""
    for commit in items_of(node["commits"]):
        yield commit["commit"]["message"] or ""


def _once(things: Iterable[Thing]) -> list[Thing]:
    return list(dict.fromkeys(things))


def _reverts(node: Node, messages: Sequence[str]) -> str | None:
    """What this takes back, as a whole: one commit of many does not tell."""
    is_whole = node["title"].startswith("Revert ")
    said = [*messages, node["title"]] if is_whole else messages[:1]
    return first_reverted(said)


def _sizes(node: Node) -> dict[str, Any]:
    """Sizes by kind of file; unknown, never less, where GitHub did not name every file."""
    diff = node.get("diff")
    if isinstance(diff, ChangeSet):
        return diff.facts()
    changed: list[Sized] = [
        (file["path"], file["additions"], file["deletions"])
        for file in items_of(node["files"] or {"nodes": []})
    ]
    is_whole = len(changed) == node["changedFiles"]
    largest = sorted(changed, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
    return {
        "sizes": sizes_by_kind(changed) if is_whole else None,
        "files": [list(file) for file in largest[:MOST_FILES]],
        "files_count": node["changedFiles"],
    }


def _participants(node: Node, author: ActorRecord) -> list[Participant]:
    """The author, everybody else who wrote a part of it, once each, and who merged it."""
    parts = [Participant(author, Role.AUTHOR)]
    seen = {(author.host, author.external_id)}
    for actor in _writers(node, author.host):
        key = (actor.host, actor.external_id)
        if key not in seen:
            seen.add(key)
            parts.append(Participant(actor, Role.CO_AUTHOR))
    if node["mergedBy"] is not None:
        parts.append(Participant(actor_record(node["mergedBy"], author.host), Role.MERGER))
    return parts


def _writers(node: Node, host: str) -> Iterator[ActorRecord]:
    """Who wrote the commits, and whom the squashed commit names.

    A name without an account that is the author's own is the author at another address.
    """
    author = node["author"] or {}
    own_names = {str(author.get(key) or "").casefold() for key in ("login", "name")}
    for person in _signatures(node):
        name, email, user = person["name"] or "", person["email"] or "", person["user"]
        if user is not None:
            login = user["login"]
            number = number_of(user["databaseId"])
            yield ActorRecord(host, number, login, is_bot=is_bot(login, email))
            continue
        actor = actor_of(name, email)
        if actor.host != GIT_HOST or actor.login.casefold() not in own_names:
            yield actor


def _signatures(node: Node) -> Iterator[Node]:
    for commit in items_of(node["commits"]):
        yield from items_of(commit["commit"]["authors"])
    merged = node["mergeCommit"]
    # A merge commit is signed by who merged; a squashed one by who wrote.
    if merged is not None and merged["parents"]["totalCount"] == 1:
        yield from items_of(merged["authors"])
