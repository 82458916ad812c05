"""A commit as a contribution: who wrote it, how large it is, what its message tells.

Plain git and every forge whose repositories are fetched read commits in this one way.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.forge import (
    ContributionRecord,
    Gap,
    Kind,
    Page,
    Participant,
    Role,
    authors_of,
)
from harvesters.gitlog import (
    Commit,
    Trailer,
    closes_of,
    pull_requests_of,
    reverts_of,
    trailers_of,
)
from harvesters.mechanical import is_mechanical
from harvesters.people import actor_of, ai_assistance

FORGES_OWN_EMAILS = frozenset({"noreply@github.com", "noreply@gitlab.com", "noreply@gitee.com"})
FIRST_PLAUSIBLE = datetime(1990, 1, 1, tzinfo=UTC)


def read_commits(
    commits: Iterable[Commit], address: str, now: datetime, forges: Mapping[str, str]
) -> Page:
    """``commits`` as a page; one that cannot be read, or whose size is unknown, is a gap."""
    records: list[ContributionRecord] = []
    gaps: list[Gap] = []
    items = 0
    for commit in commits:
        items += 1
        short = commit.sha[:12]
        try:
            record = parse_commit(commit, address, now, forges)
        except (ValueError, OverflowError) as error:
            gaps.append(Gap(f"commit {short}", f"its date cannot be told: {error}"))
            continue
        records.append(record)
        if commit.diff is None and not record.facts["is_merge"]:
            why = "the clone lacks its files"
            gaps.append(Gap(f"size of {short}", why, authors_of(record)))
    return Page(records, {}, gaps, items=items)


def parse_commit(
    commit: Commit, address: str, now: datetime, forges: Mapping[str, str] | None = None
) -> ContributionRecord:
    """A commit as a contribution.

    Raises:
        ValueError, OverflowError: its date lies outside of what can be told.
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=commit.authored_at)
    trailers = trailers_of(commit.message)
    return ContributionRecord(
        external_id=commit.sha,
        kind=Kind.COMMIT,
        occurred_at=moment,
        state="merged",
        title=commit.subject or "(no message)",
        url=f"{address}/commit/{commit.sha}" if address else "",
        participants=_participants(commit, trailers, forges),
        facts=_facts(commit, trailers, is_suspect=not FIRST_PLAUSIBLE <= moment <= now + _A_DAY),
    )


_A_DAY = timedelta(days=1)


def _facts(commit: Commit, trailers: Sequence[Trailer], *, is_suspect: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"sizes": None, "is_merge": len(commit.parents) > 1}
    if commit.diff is not None:
        facts |= commit.diff.facts()
    told = {
        "pull_requests": pull_requests_of(commit),
        "closes": closes_of(commit.message),
        "reverts": reverts_of(commit.message),
        "trailers": [[trailer.kind, trailer.name] for trailer in trailers],
        "ai_assistance": ai_assistance(trailers),
        "date_suspect": is_suspect,
        "is_mechanical": is_mechanical(commit.subject, commit.message),
    }
    return facts | {name: value for name, value in told.items() if value}


def _participants(
    commit: Commit, trailers: Sequence[Trailer], forges: Mapping[str, str] | None
) -> list[Participant]:
    parts = [Participant(actor_of(*commit.author, forges), Role.AUTHOR)]
    parts += [
        Participant(actor_of(trailer.name, trailer.email, forges), _ROLES[trailer.kind])
        for trailer in trailers
        if trailer.kind in _ROLES
    ]
    if commit.committer[1].lower() not in FORGES_OWN_EMAILS:
        parts.append(Participant(actor_of(*commit.committer, forges), Role.COMMITTER))
    return each_once(parts)


def each_once(parts: Iterable[Participant]) -> list[Participant]:
    """The author, each co-author once, reviewers, and a committer who is somebody else."""
    kept: list[Participant] = []
    seen: set[tuple[str, str]] = set()
    for part in parts:
        key = (part.actor.host, part.actor.external_id)
        if part.role is Role.REVIEWER or key not in seen:
            kept.append(part)
            seen.add(key)
    return kept


_ROLES = {"co-authored-by": Role.CO_AUTHOR, "reviewed-by": Role.REVIEWER}
