"""Merge requests as GitLab tells them, read as contributions.

What an answer lacks is an error here and a gap to the caller; nothing is guessed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from harvesters.filekinds import sizes_by_kind
from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitlab.items import Home, Item, actor_record, is_same, moment_of, told, who
from harvesters.forges.gitlab.work import Commit, Work
from harvesters.gitlog import first_reverted, trailers_of
from harvesters.mechanical import is_mechanical
from harvesters.numbers import number_of
from harvesters.people import GIT_HOST, actor_of, ai_assistance

MOST_FILES = 200
LONGEST_TEXT = 100_000

_CLOSING = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?"
    r"((?:,? +and +|,? +|,)(?:issues? +)?(?:#[0-9]{1,9}\b|https?://[^\s,]{1,300}))+",
    re.IGNORECASE | re.ASCII,
)
"""By which words a merge request closes issues: GitLab's default pattern, without Jira's."""

_NUMBER = re.compile(r"(?<!\S)#([0-9]{1,9})\b|(https?://\S+?)/-?/?issues/([0-9]{1,9})\b", re.ASCII)


def state_of(change: Item) -> str:
    """``merged``, ``closed`` or ``open``, as ``opened`` and ``locked`` are."""
    state = str(change["state"])
    return state if state in {"merged", "closed"} else "open"


def author_of(change: Item, home: Home) -> ActorRecord:
    """Who opened it."""
    return who(change["author"], change["created_at"], home)


def change_record(
    change: Item, work: Work, reviews: Sequence[ContributionRecord], home: Home
) -> ContributionRecord:
    """The merge request ``change``.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitLab promises.
    """
    author = author_of(change, home)
    ended_at = change["merged_at"] or change["closed_at"] or change["created_at"]
    return ContributionRecord(
        external_id=number_of(change["id"]),
        kind=Kind.CHANGE,
        occurred_at=moment_of(ended_at),
        state=state_of(change),
        title=change["title"],
        url=change["web_url"],
        participants=_participants(change, work, author, home),
        facts=_sizes(change, work) | told(_facts(change, work, reviews, home)),
    )


def _facts(
    change: Item, work: Work, reviews: Sequence[ContributionRecord], home: Home
) -> dict[str, Any]:
    author = author_of(change, home)
    messages = [commit.message for commit in work.commits or ()]
    trailers = list(dict.fromkeys(one for message in messages for one in trailers_of(message)))
    squashed = change.get("squash_commit_sha")
    return {
        "labels": list(change["labels"]),
        "pull_requests": [change["iid"]],
        "closes": closed_issues([change["description"] or "", *messages], home),
        "reverts": _reverts(change, messages),
        "comments": change["user_notes_count"],
        "reviewers": len(reviews),
        "resolved_threads": sum(review.facts.get("resolved_threads", 0) for review in reviews),
        "merged_by_author": _is_merged_alone(change, author, reviews),
        "trailers": [[trailer.kind, trailer.name] for trailer in trailers],
        "ai_assistance": ai_assistance(trailers),
        "is_mechanical": is_mechanical(
            change["title"], "\n".join(messages), list(change["labels"])
        ),
        "commits": [commit.sha for commit in work.commits or ()] + [squashed] * bool(squashed),
        "merge_commit": change["merge_commit_sha"] or squashed,
    }


def closed_issues(texts: Sequence[str], home: Home) -> list[int]:
    """Numbers of the issues of this project that ``texts`` say are closed."""
    found = set()
    for text in texts:
        for closing in _CLOSING.finditer(text[:LONGEST_TEXT]):
            for number, place, other in _NUMBER.findall(closing[0].replace(",", " ")):
                if number or place == home.record.url:
                    found.add(int(number or other))
    return sorted(found)


def merger_of(change: Item) -> Item | None:
    """Who merged it; ``merged_by`` is its name before GitLab 14.7."""
    merger: Item | None = change.get("merge_user") or change.get("merged_by")
    return merger


def _is_merged_alone(
    change: Item, author: ActorRecord, reviews: Sequence[ContributionRecord]
) -> bool:
    """Whether the author merged it, and nobody else approved it."""
    merger = merger_of(change)
    is_own = merger is not None and is_same(actor_record(merger, author.host), author)
    return is_own and not any(review.state == "approved" for review in reviews)


def _reverts(change: Item, messages: Sequence[str]) -> str | None:
    """What this takes back, as a whole: one commit of many does not tell."""
    if not change["title"].startswith("Revert "):
        return None
    said = [*messages, change["description"] or ""]
    return first_reverted(said, is_one_numbering=False)


def _sizes(change: Item, work: Work) -> dict[str, Any]:
    """Sizes by kind of file; only what was merged is asked for its files."""
    if state_of(change) != "merged":
        return {}
    if work.files is None:
        return {"sizes": None}
    largest = sorted(work.files, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
    return {
        "sizes": sizes_by_kind(work.files),
        "files": [list(file) for file in largest[:MOST_FILES]],
        "files_count": len(work.files),
    }


def _participants(change: Item, work: Work, author: ActorRecord, home: Home) -> list[Participant]:
    """The author, everybody else who wrote a part of it, once each, and who merged it."""
    parts = [Participant(author, Role.AUTHOR)]
    seen = {(author.host, author.external_id)}
    for actor in _writers(change, work.commits or (), home):
        key = (actor.host, actor.external_id)
        if key not in seen:
            seen.add(key)
            parts.append(Participant(actor, Role.CO_AUTHOR))
    merger = merger_of(change)
    if state_of(change) == "merged" and merger is not None:
        at = change["merged_at"] or change["created_at"]
        parts.append(Participant(who(merger, at, home), Role.MERGER))
    return parts


def _writers(change: Item, commits: Sequence[Commit], home: Home) -> Iterator[ActorRecord]:
    """Who wrote the commits, and whom their trailers name.

    A name without an account that is the author's own is the author at another address.
    """
    user = change["author"] or {}
    own_names = {str(user.get(key) or "").casefold() for key in ("username", "name")} - {""}
    accounts = {one.email.lower(): one.account for one in commits if one.account and one.email}
    for name, email in _signatures(commits):
        actor = accounts.get(email.lower()) or actor_of(name, email, {home.host: "gitlab"})
        if actor.host != GIT_HOST or actor.login.casefold() not in own_names:
            yield actor


def _signatures(commits: Sequence[Commit]) -> Iterator[tuple[str, str]]:
    # What merges another branch into this one is written by whoever clicked the button.
    for commit in commits:
        if not commit.is_merge:
            yield commit.name, commit.email
        for trailer in trailers_of(commit.message):
            if trailer.kind == "co-authored-by":
                yield trailer.name, trailer.email
