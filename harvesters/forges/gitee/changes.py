"""Gitee's pull requests as contributions, with all who wrote them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harvesters.filekinds import Sized, sizes_by_kind
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Gap,
    Kind,
    Participant,
    Role,
    authors_of,
)
from harvesters.forges.gitee.nodes import (
    Node,
    actor_record,
    closed_issues,
    is_same,
    labels_of,
    moment_of,
    told,
)
from harvesters.forges.gitee.reviews import comment_records, remarks_of, review_records
from harvesters.gitlog import first_reverted, trailers_of
from harvesters.mechanical import is_mechanical
from harvesters.numbers import number_of
from harvesters.people import GIT_HOST, actor_of, ai_assistance
from harvesters.streams import Reading

MOST_FILES = 200
ALL_FILES, ALL_COMMITS = 300, 250
"""Gitee tells no more files and commits of a pull request than these."""

MERGES = frozenset({"merged_pr", "merged", "merge"})
"""What the log of a pull request calls its merge."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is asked about one pull request; None is what Gitee does not show."""

    files: Sequence[Node] | None = ()
    commits: Sequence[Node] | None = ()
    comments: Sequence[Node] | None = ()
    log: Sequence[Node] | None = ()


def state_of(pull: Node) -> str:
    """``merged``, ``closed`` or ``open``, as GitCode's ``opened`` and ``locked`` are."""
    state = str(pull["state"])
    return state if state in {"merged", "closed"} else "open"


def read_change(pull: Node, details: Details, host: str) -> Reading:
    """The pull request, each review and each comment on its lines.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as Gitee describes it.
    """
    author = actor_record(pull["user"], host)
    remarks = remarks_of(details.comments or ())
    reviews = list(review_records(pull, remarks, author)) if state_of(pull) != "open" else []
    change = ContributionRecord(
        external_id=number_of(pull["id"]),
        kind=Kind.CHANGE,
        occurred_at=moment_of(pull["merged_at"] or pull["closed_at"] or pull["created_at"]),
        state=state_of(pull),
        title=pull["title"],
        url=pull["html_url"],
        participants=_participants(pull, details, author),
        facts=_sizes(pull, details) | told(_facts(pull, details, author, reviews)),
    )
    comments = comment_records(pull, remarks, author)
    gaps = list(_gaps(pull, details, change))
    return Reading([change, *reviews, *comments], gaps, _subject(pull))


def merger_of(pull: Node, log: Sequence[Node]) -> Node | None:
    """Who merged: GitCode says so at once, Gitee in the log."""
    merges = (entry for entry in log if entry.get("action_type") in MERGES)
    merger: Node | None = pull.get("merged_by") or next((one["user"] for one in merges), None)
    return merger


def _facts(
    pull: Node,
    details: Details,
    author: ActorRecord,
    reviews: Sequence[ContributionRecord],
) -> dict[str, Any]:
    commits = details.commits or ()
    messages = [commit["commit"]["message"] or "" for commit in commits]
    trailers = list(dict.fromkeys(one for message in messages for one in trailers_of(message)))
    return {
        "labels": labels_of(pull),
        "pull_requests": [pull["number"]],
        "closes": closed_issues(pull),
        "commits": [commit["sha"] for commit in commits],
        "merge_commit": pull.get("merge_commit_sha"),
        "reverts": _reverts(pull, messages),
        "comments": len(details.comments or ()) or pull.get("comments"),
        "reviewers": len(reviews),
        "resolved_threads": sum(review.facts.get("resolved_threads", 0) for review in reviews),
        "merged_by_author": _is_merged_alone(pull, details, author, reviews),
        "trailers": [[trailer.kind, trailer.name] for trailer in trailers],
        "ai_assistance": ai_assistance(trailers),
        "is_mechanical": is_mechanical(pull["title"], "\n".join(messages), labels_of(pull)),
    }


def _reverts(pull: Node, messages: Sequence[str]) -> str | None:
    """What this takes back, as a whole: one commit of many does not tell."""
    is_whole = len(messages) == 1 or pull["title"].startswith("Revert ")
    said = (*messages, pull.get("body") or "") if is_whole else ()
    return first_reverted(said, is_one_numbering=False)


def _is_merged_alone(
    pull: Node, details: Details, author: ActorRecord, reviews: Sequence[ContributionRecord]
) -> bool:
    """Whether the author merged it, and nobody else accepted it."""
    merger = merger_of(pull, details.log or ())
    is_own = merger is not None and is_same(actor_record(merger, author.host), author)
    return is_own and not any(review.state == "approved" for review in reviews)


def _participants(pull: Node, details: Details, author: ActorRecord) -> list[Participant]:
    """The author, everybody else who wrote a part of it, once each, and who merged it."""
    parts = [Participant(author, Role.AUTHOR)]
    seen = {(author.host, author.external_id)}
    for actor in _writers(pull, details.commits or (), author.host):
        key = (actor.host, actor.external_id)
        if key not in seen:
            seen.add(key)
            parts.append(Participant(actor, Role.CO_AUTHOR))
    merger = merger_of(pull, details.log or ())
    if state_of(pull) == "merged" and merger is not None:
        parts.append(Participant(actor_record(merger, author.host), Role.MERGER))
    return parts


def _writers(pull: Node, commits: Sequence[Node], host: str) -> Iterator[ActorRecord]:
    """Who wrote the commits, and whom their messages name as co-authors.

    A name without an account that is the author's own is the author at another address.
    """
    own = pull["user"] or {}
    own_names = {str(own.get(key) or "").casefold() for key in ("login", "name")}
    for commit in commits:
        account = commit.get("author")
        if isinstance(account, dict) and account.get("id"):
            yield actor_record(account, host)
        for actor in _signed(commit, has_account=bool(account and account.get("id"))):
            if actor.host != GIT_HOST or actor.login.casefold() not in own_names:
                yield actor


def _signed(commit: Node, *, has_account: bool) -> Iterator[ActorRecord]:
    signed = commit["commit"]["author"] or {}
    if not has_account:
        yield actor_of(signed.get("name") or "", signed.get("email") or "")
    for trailer in trailers_of(commit["commit"]["message"] or ""):
        if trailer.kind == "co-authored-by":
            yield actor_of(trailer.name, trailer.email)


def _sizes(pull: Node, details: Details) -> dict[str, Any]:
    """Sizes by kind of file; unknown, never less, where Gitee does not tell every file."""
    if state_of(pull) != "merged":
        return {}
    if details.files is None:
        return {"sizes": None}
    changed = [_sized(file) for file in details.files]
    is_whole = len(changed) < ALL_FILES and not any(size[1] is None for size in changed)
    largest = sorted(changed, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
    return {
        "sizes": sizes_by_kind(changed) if is_whole else None,
        "files": [list(file) for file in largest[:MOST_FILES]],
        "files_count": len(changed),
    }


def _sized(file: Node) -> Sized:
    """The path and the lines, which Gitee writes as texts; None where it does not count them."""
    added, deleted = str(file["additions"]), str(file["deletions"])
    is_uncounted = bool((file.get("patch") or {}).get("too_large")) and added == deleted == "0"
    if is_uncounted or not (added.isdecimal() and deleted.isdecimal()):
        return file["filename"], None, None
    return file["filename"], int(added), int(deleted)


def _subject(pull: Node) -> str:
    return f"pull request {pull['number']}"


def _gaps(pull: Node, details: Details, change: ContributionRecord) -> Iterator[Gap]:
    subject, whose = _subject(pull), authors_of(change)
    if change.facts.get("sizes", {}) is None:
        yield Gap(f"size of {subject}", "Gitee does not tell all of its files", whose)
    if details.commits is None or len(details.commits) >= ALL_COMMITS:
        yield Gap(f"co-authors of {subject}", "Gitee does not tell all of its commits", whose)
    if details.comments is None:
        yield Gap(f"reviews of {subject}", "Gitee does not show its comments")
    if state_of(pull) == "merged" and merger_of(pull, details.log or ()) is None:
        yield Gap(f"merger of {subject}", "Gitee does not tell who merged it", whose)
