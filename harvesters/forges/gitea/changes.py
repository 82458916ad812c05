"""Pull requests as Gitea tells them, read as contributions.

What an answer lacks is an error here and a gap to the caller; nothing is guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harvesters.filekinds import Sized, sizes_by_kind
from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitea.items import (
    NOBODY,
    Home,
    Item,
    actor_record,
    is_same,
    labels_of,
    moment_of,
    told,
    who,
)
from harvesters.gitlog import closes_of, first_reverted, trailers_of
from harvesters.mechanical import is_mechanical
from harvesters.numbers import number_of
from harvesters.people import GIT_HOST, actor_of, ai_assistance, is_noreply

MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Work:
    """The commits of a pull request, and the files they change: None where Gitea tells none."""

    commits: Sequence[Item] = ()
    files: Sequence[Item] | None = None


def author_of(pull: Item, home: Home) -> ActorRecord:
    """Who opened it."""
    return who(pull["user"], pull["created_at"], home)


def change_record(
    pull: Item, work: Work, reviews: Sequence[ContributionRecord], home: Home
) -> ContributionRecord:
    """The pull request ``pull``.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as Gitea's description says.
    """
    author = author_of(pull, home)
    ended_at = pull["merged_at"] or pull["closed_at"] or pull["created_at"]
    return ContributionRecord(
        external_id=number_of(pull["id"]),
        kind=Kind.CHANGE,
        occurred_at=moment_of(ended_at),
        state="merged" if pull["merged"] else pull["state"],
        title=pull["title"],
        url=pull["html_url"],
        participants=_participants(pull, work, author, home),
        facts=_sizes(pull, work) | told(_facts(pull, work, author, reviews)),
    )


def _facts(
    pull: Item, work: Work, author: ActorRecord, reviews: Sequence[ContributionRecord]
) -> dict[str, Any]:
    messages = [commit["commit"]["message"] or "" for commit in work.commits]
    trailers = [trailer for message in messages for trailer in trailers_of(message)]
    said = "\n".join([pull["title"], pull["body"] or "", *messages])
    return {
        "labels": labels_of(pull),
        "pull_requests": [pull["number"]],
        "closes": closes_of(said),
        "reverts": _reverts(pull, messages),
        "comments": pull["comments"],
        "reviewers": len({review.participants[0].actor for review in reviews}),
        "resolved_threads": sum(review.facts.get("resolved_threads", 0) for review in reviews),
        "merged_by_author": _is_merged_alone(pull, author, reviews),
        "trailers": [[trailer.kind, trailer.name] for trailer in dict.fromkeys(trailers)],
        "ai_assistance": ai_assistance(trailers),
        "is_mechanical": is_mechanical(pull["title"], "\n".join(messages), labels_of(pull)),
        "commits": [commit["sha"] for commit in work.commits],
        "merge_commit": pull["merge_commit_sha"] if pull["merged"] else None,
    }


def _is_merged_alone(
    pull: Item, author: ActorRecord, reviews: Sequence[ContributionRecord]
) -> bool:
    """Whether the author merged it, and nobody else approved it."""
    is_own = pull["merged"] and is_same(actor_record(pull["merged_by"], author.host), author)
    return bool(is_own) and not any(review.state == "approved" for review in reviews)


def _reverts(pull: Item, messages: Sequence[str]) -> str | None:
    """What this takes back, as a whole."""
    if not pull["title"].startswith("Revert "):
        return None
    return first_reverted([*messages, pull["body"] or "", pull["title"]])


def _sizes(pull: Item, work: Work) -> dict[str, Any]:
    """Sizes by kind of file; unknown, never less, where Gitea did not name every file.

    Only what was merged is asked for its files.
    """
    if not pull["merged"]:
        return {}
    changed: list[Sized] = [
        (file["filename"], file["additions"], file["deletions"]) for file in work.files or ()
    ]
    largest = sorted(changed, key=lambda file: -((file[1] or 0) + (file[2] or 0)))
    return {
        "sizes": sizes_by_kind(changed) if lists_every_file(pull, work) else None,
        "files": [list(file) for file in largest[:MOST_FILES]],
        "files_count": files_count(pull, work),
    }


def lists_every_file(pull: Item, work: Work) -> bool:
    """Whether the size of the change is known as a whole."""
    return work.files is not None and len(work.files) >= files_count(pull, work)


def files_count(pull: Item, work: Work) -> int:
    """How many files it changes: as Forgejo and newer Giteas say, else as many as are listed."""
    count = pull.get("changed_files")
    return len(work.files or ()) if count is None else int(count)


def _participants(pull: Item, work: Work, author: ActorRecord, home: Home) -> list[Participant]:
    """The author, everybody else who wrote a part of it, once each, and who merged it."""
    parts = [Participant(author, Role.AUTHOR)]
    seen = {(author.host, author.external_id)}
    for actor in _writers(pull, work, home):
        key = (actor.host, actor.external_id)
        if key not in seen:
            seen.add(key)
            parts.append(Participant(actor, Role.CO_AUTHOR))
    if pull["merged"] and pull["merged_by"] is not None:
        parts.append(Participant(who(pull["merged_by"], pull["merged_at"], home), Role.MERGER))
    return parts


def _writers(pull: Item, work: Work, home: Home) -> Iterator[ActorRecord]:
    """Who wrote the commits, and whom their trailers name.

    A name without an account that is the author's own is the author at another address.
    """
    user = pull["user"] or {}
    own_names = {str(user.get(key) or "").casefold() for key in ("login", "full_name")} - {""}
    # What merges another branch into this one is written by whoever clicked the button.
    written = [commit for commit in work.commits if len(commit["parents"] or ()) < 2]  # noqa: PLR2004
    accounts = dict(_accounts(written, home))
    for name, email in _signatures(written):
        account = accounts.get(email.lower())
        actor = account or actor_of(name, email, {home.host: "gitea"})
        if actor.host != GIT_HOST or actor.login.casefold() not in own_names:
            yield actor


def _signatures(commits: Sequence[Item]) -> Iterator[tuple[str, str]]:
    for commit in commits:
        signed: Mapping[str, Any] = commit["commit"]["author"]
        yield signed["name"] or "", signed["email"] or ""
        for trailer in trailers_of(commit["commit"]["message"] or ""):
            if trailer.kind == "co-authored-by":
                yield trailer.name, trailer.email


def _accounts(commits: Sequence[Item], home: Home) -> Iterator[tuple[str, ActorRecord]]:
    """The accounts behind the addresses of commits, as Gitea says.

    An address without mail that holds a login is whoever has that login now. If that account
    is younger than the commit, it was somebody else.
    """
    for commit in commits:
        user, signed = commit["author"], commit["commit"]["author"]
        email = signed["email"] or ""
        if user is None or int(number_of(user["id"])) in NOBODY or not email:
            continue
        if is_noreply(email) and moment_of(user["created"]) > moment_of(signed["date"]):
            continue
        yield email.lower(), actor_record(user, home.host)
