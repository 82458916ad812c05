"""GitHub's nodes as contributions: a pull request with its reviews, an issue.

What a node lacks is an error here and a gap to the caller; nothing is guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from harvesters.filekinds import Sized, sizes_by_kind
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Kind,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.gitlog import Trailer, reverts_of, trailers_of
from harvesters.people import GIT_HOST, actor_of, ai_assistance, is_bot

Node = Mapping[str, Any]

MOST_FILES = 200
GHOST = "0"
"""The id of everybody who deleted an account: shown, counted, never claimed."""

FIXES = frozenset({"PullRequest", "Commit"})
"""What closes an issue by solving it."""


def change_records(node: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    """The pull request ``node``, and after it each review by somebody else.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitHub's schema says.
    """
    host = repository.host
    author = actor_record(node["author"], host)
    reviews = list(_reviews(node, author, host))
    change = ContributionRecord(
        external_id=str(node["fullDatabaseId"]),
        kind=Kind.CHANGE,
        occurred_at=_moment(node["mergedAt"] or node["closedAt"] or node["createdAt"]),
        state=node["state"].lower(),
        title=node["title"],
        url=node["url"],
        participants=_participants(node, author, host),
        facts=_sizes(node) | _told(_change_facts(node, author, reviews, repository)),
    )
    return [change, *reviews]


def issue_record(node: Node, repository: RepositoryRecord) -> ContributionRecord:
    """The issue ``node``; raises as `change_records` does."""
    closers = [event["closer"] for event in _nodes(node["timelineItems"])]
    reason = (node["stateReason"] or "").lower()
    is_fixed = any(closer and closer["__typename"] in FIXES for closer in closers)
    facts = {
        "labels": _labels(node),
        "comments": node["comments"]["totalCount"],
        "state_reason": reason,
        "confirmed": node["state"] == "CLOSED" and is_fixed and reason == "completed",
    }
    reporter = actor_record(node["author"], repository.host)
    return ContributionRecord(
        external_id=str(node["fullDatabaseId"]),
        kind=Kind.ISSUE,
        occurred_at=_moment(node["createdAt"]),
        state=node["state"].lower(),
        title=node["title"],
        url=node["url"],
        participants=[Participant(reporter, Role.REPORTER)],
        facts=_told(facts),
    )


def actor_record(node: Node | None, host: str) -> ActorRecord:
    """An account by its number; all deleted ones are the same ghost.

    A program's login is written as in commits and in GitHub's REST API, with ``[bot]``.
    """
    account = (node or {}).get("user") or node
    if account is None or account.get("databaseId") is None:
        return ActorRecord(host, GHOST, "ghost")
    login = account["login"]
    if account.get("__typename") == "Bot":
        login = login if login.endswith("[bot]") else f"{login}[bot]"
    return ActorRecord(host, str(account["databaseId"]), login, is_bot=is_bot(login))


def _reviews(node: Node, author: ActorRecord, host: str) -> Iterator[ContributionRecord]:
    resolved = _resolved_by_review(node)
    for review in _nodes(node["reviews"]):
        reviewer = actor_record(review["author"], host)
        if review["state"] == "PENDING" or _is_same(reviewer, author):
            continue
        number = str(review["fullDatabaseId"])
        state = review["state"].lower()
        facts = {
            "review_state": state,
            "comments": review["comments"]["totalCount"],
            "resolved_threads": resolved.get(number, 0),
            "pull_requests": [node["number"]],
        }
        yield ContributionRecord(
            external_id=number,
            kind=Kind.REVIEW,
            occurred_at=_moment(review["submittedAt"]),
            state=state,
            title=node["title"],
            url=review["url"],
            participants=[Participant(reviewer, Role.REVIEWER)],
            facts=_told(facts),
        )


def _resolved_by_review(node: Node) -> dict[str, int]:
    """How many threads that a review opened were resolved, by the review's number."""
    counts: dict[str, int] = {}
    for thread in _nodes(node["reviewThreads"]):
        opened = _nodes(thread["comments"])
        review = opened[0]["pullRequestReview"] if opened else None
        if thread["isResolved"] and review is not None:
            number = str(review["fullDatabaseId"])
            counts[number] = counts.get(number, 0) + 1
    return counts


def _change_facts(
    node: Node,
    author: ActorRecord,
    reviews: Sequence[ContributionRecord],
    repository: RepositoryRecord,
) -> dict[str, Any]:
    messages = list(_messages(node))
    trailers = _once(trailer for message in messages for trailer in trailers_of(message))
    closed = _nodes(node["closingIssuesReferences"])
    return {
        "labels": _labels(node),
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
    }


def _is_merged_alone(
    node: Node, author: ActorRecord, reviews: Sequence[ContributionRecord]
) -> bool:
    """Whether the author merged it, and nobody else approved it."""
    is_own = _is_same(actor_record(node["mergedBy"], author.host), author)
    return is_own and not any(review.state == "approved" for review in reviews)


def _messages(node: Node) -> Iterator[str]:
    """What the merge says, and what each commit says."""
    yield (node["mergeCommit"] or {}).get("message") or ""
    for commit in _nodes(node["commits"]):
        yield commit["commit"]["message"] or ""


def _once(trailers: Iterable[Trailer]) -> list[Trailer]:
    return list(dict.fromkeys(trailers))


def _reverts(node: Node, messages: Sequence[str]) -> str | None:
    """The commit that this takes back, as a whole: one commit of many does not tell."""
    is_whole = node["title"].startswith("Revert ")
    said = messages if is_whole else messages[:1]
    return next((sha for message in said if (sha := reverts_of(message))), None)


def _sizes(node: Node) -> dict[str, Any]:
    """Sizes by kind of file; unknown, never less, where GitHub did not name every file."""
    changed: list[Sized] = [
        (file["path"], file["additions"], file["deletions"])
        for file in _nodes(node["files"] or {"nodes": []})
    ]
    is_whole = len(changed) == node["changedFiles"]
    largest = sorted(changed, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
    return {
        "sizes": sizes_by_kind(changed) if is_whole else None,
        "files": [list(file) for file in largest[:MOST_FILES]],
        "files_count": node["changedFiles"],
    }


def _participants(node: Node, author: ActorRecord, host: str) -> list[Participant]:
    """The author, everybody else who wrote a part of it, once each, and who merged it."""
    parts = [Participant(author, Role.AUTHOR)]
    seen = {(author.host, author.external_id)}
    for actor in _writers(node, host):
        key = (actor.host, actor.external_id)
        if key not in seen:
            seen.add(key)
            parts.append(Participant(actor, Role.CO_AUTHOR))
    if node["mergedBy"] is not None:
        parts.append(Participant(actor_record(node["mergedBy"], host), Role.MERGER))
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
            number = str(user["databaseId"])
            yield ActorRecord(host, number, login, is_bot=is_bot(login, email))
            continue
        actor = actor_of(name, email)
        if actor.host != GIT_HOST or actor.login.casefold() not in own_names:
            yield actor


def _signatures(node: Node) -> Iterator[Node]:
    for commit in _nodes(node["commits"]):
        yield from _nodes(commit["commit"]["authors"])
    merged = node["mergeCommit"]
    # A merge commit is signed by who merged; a squashed one by who wrote.
    if merged is not None and merged["parents"]["totalCount"] == 1:
        yield from _nodes(merged["authors"])


def _is_same(one: ActorRecord, other: ActorRecord) -> bool:
    """Whether both are one account; of ghosts nobody knows."""
    return one.external_id == other.external_id != GHOST


def _nodes(connection: Node) -> list[Any]:
    """The items of a list, without those that GitHub hides from us and says so."""
    return [item for item in connection["nodes"] if item is not None]


def _labels(node: Node) -> list[str]:
    return [label["name"] for label in _nodes(node["labels"] or {"nodes": []})]


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
