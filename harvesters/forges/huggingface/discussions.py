"""Pull requests and discussions on the Hub, which are one list there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from harvesters.diffs import of_diff
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Gap,
    Kind,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.forges.huggingface.nodes import Node, account_record, is_same, moment_of, told
from harvesters.gitlog import reverts_of
from harvesters.mechanical import is_mechanical
from harvesters.numbers import number_of
from harvesters.streams import Reading


def mark_of(node: Node) -> str:
    """What changes when anything happens in a discussion, as the list tells it."""
    return f"{node.get('status')} {node.get('numComments', '')} {node.get('title', '')}"[:200]


def needs_details(node: Node) -> bool:
    """Whether there is more to know than the list tells."""
    return node.get("status") in {"merged", "closed"} or bool(node.get("numComments"))


def read_discussion(node: Node, details: Node | None, repository: RepositoryRecord) -> Reading:
    """A discussion or pull request, comments by others, and who closed what was not theirs."""
    author = account_record(node.get("author"), repository.host)
    events: Sequence[Node] = (details or {}).get("events") or ()
    if node["isPullRequest"]:
        first, gaps = _change(node, details, author, repository)
        gaps = [replace(gap, concerns=(author,)) for gap in gaps]
    else:
        first, gaps = _discussion(node, author, repository), []
    records = [first, *_comments(node, events, author, repository)]
    records += _closings(node, events, author, repository)
    return Reading(records, gaps, f"pull request {node['num']}")


def _change(
    node: Node, details: Node | None, author: ActorRecord, repository: RepositoryRecord
) -> tuple[ContributionRecord, list[Gap]]:
    events: Sequence[Node] = (details or {}).get("events") or ()
    merging = _last(events, "merged") if node["status"] == "merged" else None
    participants = [Participant(author, Role.AUTHOR)]
    merger = account_record(merging.get("author"), repository.host) if merging else None
    if merger is not None:
        participants.append(Participant(merger, Role.MERGER))
    facts = {
        "pull_requests": [node["num"]],
        "commits": [event["data"]["oid"] for event in events if event["type"] == "commit"],
        "merge_commit": ((details or {}).get("changes") or {}).get("mergeCommitId"),
        "merged_by_author": merger is not None and is_same(merger, author),
        "reverts": reverts_of(node["title"]),
        "is_mechanical": is_mechanical(node["title"]),
    }
    sizes, gaps = _sizes(node, details)
    state = node["status"] if node["status"] in {"merged", "closed"} else "open"
    record = ContributionRecord(
        external_id=number_of(node["num"]),
        kind=Kind.CHANGE,
        occurred_at=moment_of((merging or node)["createdAt"]),
        state=state,
        title=node["title"],
        url=_url(node, repository),
        participants=participants,
        facts=sizes | told(facts),
    )
    return record, gaps


def _sizes(node: Node, details: Node | None) -> tuple[dict[str, Any], list[Gap]]:
    diff = (details or {}).get("diff")
    if node["status"] != "merged":
        return {"sizes": None}, []
    if not isinstance(diff, str):
        return {"sizes": None}, [Gap(_subject(node), "The Hub does not tell what it changed.")]
    try:
        return of_diff(diff).facts(), []
    except ValueError as error:
        return {"sizes": None}, [Gap(_subject(node), f"What it changed cannot be read: {error}.")]


def _subject(node: Node) -> str:
    return f"size of pull request {node['num']}"


def _discussion(
    node: Node, author: ActorRecord, repository: RepositoryRecord
) -> ContributionRecord:
    return ContributionRecord(
        external_id=number_of(node["num"]),
        kind=Kind.DISCUSSION,
        occurred_at=moment_of(node["createdAt"]),
        state=node["status"],
        title=node["title"],
        url=_url(node, repository),
        participants=[Participant(author, Role.AUTHOR)],
        facts=told({"comments": node.get("numComments")}),
    )


def _comments(
    node: Node, events: Sequence[Node], author: ActorRecord, repository: RepositoryRecord
) -> Iterator[ContributionRecord]:
    """What somebody else than the ``author`` said, and did not take back."""
    for event in events:
        writer = account_record(event.get("author"), repository.host)
        is_shown = event["type"] == "comment" and not event["data"].get("hidden")
        if not is_shown or is_same(writer, author):
            continue
        yield ContributionRecord(
            external_id=number_of(event["id"]),
            kind=Kind.COMMENT,
            occurred_at=moment_of(event["createdAt"]),
            state="shown",
            title=node["title"],
            url=f"{_url(node, repository)}#{event['id']}",
            participants=[Participant(writer, Role.AUTHOR)],
            facts={"pull_requests": [node["num"]]} if node["isPullRequest"] else {},
        )


def _closings(
    node: Node, events: Sequence[Node], author: ActorRecord, repository: RepositoryRecord
) -> Iterator[ContributionRecord]:
    """Who closed what somebody else had opened: once for each person and day."""
    seen: set[str] = set()
    for event in events:
        closer = account_record(event.get("author"), repository.host)
        is_closing = event["type"] == "status-change" and event["data"]["status"] == "closed"
        if not is_closing or is_same(closer, author):
            continue
        moment = moment_of(event["createdAt"])
        key = f"{node['num']}:{closer.external_id}:{moment.date().isoformat()}"
        if key not in seen:
            seen.add(key)
            yield ContributionRecord(
                external_id=key,
                kind=Kind.TRIAGE,
                occurred_at=moment,
                state="done",
                title=node["title"],
                url=_url(node, repository),
                participants=[Participant(closer, Role.TRIAGER)],
                facts={"triage": ["closed"]},
            )


def _last(events: Sequence[Node], status: str) -> Node | None:
    found = [
        event
        for event in events
        if event["type"] == "status-change" and event["data"]["status"] == status
    ]
    return found[-1] if found else None


def _url(node: Node, repository: RepositoryRecord) -> str:
    return f"{repository.url}/discussions/{node['num']}"
