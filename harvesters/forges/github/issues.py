"""Issues as GitHub tells them, and who sorted them (triage).

A triage contribution is what one account did to one issue on one day (UTC), however many labels
that took, so that sorting twice a day earns once. The author of an issue does not sort it, and a
change that closes it solves it, which is no sorting either.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from harvesters.forge import ContributionRecord, Kind, Participant, RepositoryRecord, Role
from harvesters.forges.github.nodes import (
    Node,
    actor_record,
    is_same,
    items_of,
    labels_of,
    moment_of,
    told,
)
from harvesters.forges.github.reviews import minimized_reason
from harvesters.labels import says_confirmed
from harvesters.numbers import number_of

ACTS = {
    "LabeledEvent": "labeled",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "AssignedEvent": "assigned",
    "MarkedAsDuplicateEvent": "marked_as_duplicate",
    "TransferredEvent": "transferred",
}
FIXES = frozenset({"PullRequest", "Commit"})
"""What closes an issue by solving it."""


def issue_records(node: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    """The issue ``node`` and after it each triage contribution to it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitHub's schema says.
    """
    return [_issue(node, repository), *_triage(node, repository)]


def _issue(node: Node, repository: RepositoryRecord) -> ContributionRecord:
    reason = (node["stateReason"] or "").lower()
    minimized = Counter(minimized_reason(comment) for comment in items_of(node["comments"]))
    minimized.pop("", None)
    facts = {
        "labels": labels_of(node),
        "comments": node["comments"]["totalCount"] - minimized.total(),
        "minimized_comments": dict(minimized),
        "state_reason": reason,
        "confirmed": _is_solved(node, reason) or _is_confirmed(node, repository),
    }
    reporter = actor_record(node["author"], repository.host)
    return ContributionRecord(
        external_id=number_of(node["fullDatabaseId"]),
        kind=Kind.ISSUE,
        occurred_at=moment_of(node["createdAt"]),
        state=node["state"].lower(),
        title=node["title"],
        url=node["url"],
        participants=[Participant(reporter, Role.REPORTER)],
        facts=told(facts),
    )


def _is_solved(node: Node, reason: str) -> bool:
    """Whether a change or a commit closed it, the last time it was closed."""
    closings = [
        act for act in items_of(node["timelineItems"]) if act["__typename"] == "ClosedEvent"
    ]
    return node["state"] == "CLOSED" and reason == "completed" and _is_fix(closings[-1:])


def _is_fix(closings: Sequence[Node]) -> bool:
    return any(act["closer"] and act["closer"]["__typename"] in FIXES for act in closings)


def _is_confirmed(node: Node, repository: RepositoryRecord) -> bool:
    """Whether somebody else, a person, set a label that says so and that still stands."""
    standing = set(labels_of(node))
    return any(
        act["label"]["name"] in standing and says_confirmed(act["label"]["name"])
        for act in _acts_of_others(node, repository)
        if act["__typename"] == "LabeledEvent"
        and not actor_record(act["actor"], repository.host).is_bot
    )


def _acts_of_others(node: Node, repository: RepositoryRecord) -> Iterator[Node]:
    author = actor_record(node["author"], repository.host)
    for act in items_of(node["timelineItems"]):
        is_own = is_same(actor_record(act["actor"], repository.host), author)
        if not is_own and not (act["__typename"] == "ClosedEvent" and _is_fix([act])):
            yield act


def _triage(node: Node, repository: RepositoryRecord) -> Iterator[ContributionRecord]:
    days: dict[tuple[str, str], list[Node]] = {}
    for act in _acts_of_others(node, repository):
        actor = actor_record(act["actor"], repository.host)
        day = moment_of(act["createdAt"]).date().isoformat()
        days.setdefault((actor.external_id, day), []).append(act)
    for (actor_id, day), acts in days.items():
        yield ContributionRecord(
            external_id=f"{node['fullDatabaseId']}:{actor_id}:{day}",
            kind=Kind.TRIAGE,
            occurred_at=moment_of(acts[0]["createdAt"]),
            state="done",
            title=node["title"],
            url=node["url"],
            participants=[
                Participant(actor_record(acts[-1]["actor"], repository.host), Role.TRIAGER)
            ],
            facts=_triage_facts(node, acts),
        )


def _triage_facts(node: Node, acts: Sequence[Node]) -> dict[str, Any]:
    closings = [act for act in acts if act["__typename"] == "ClosedEvent"]
    return told(
        {
            "triage": sorted({ACTS[act["__typename"]] for act in acts}),
            "labels": sorted({act["label"]["name"] for act in acts if "label" in act}),
            "state_reason": (closings[-1]["stateReason"] or "").lower() if closings else "",
            "issues": [node["number"]],
        }
    )
