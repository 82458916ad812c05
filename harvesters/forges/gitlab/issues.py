"""Issues as GitLab tells them, who sorted them (triage), and releases.

A triage contribution is what one account did to one issue on one day (UTC), however many labels
that took, so that sorting twice a day earns once. The author of an issue does not sort it, and a
change that closes it solves it, which is no sorting either. GitLab tells who closed an issue last
in the list itself; assignments it tells nowhere for less than a request of their own, and they
are not asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitlab.items import Home, Item, is_same, moment_of, told, who
from harvesters.labels import says_confirmed
from harvesters.numbers import number_of

ADDED = "add"


@dataclass(frozen=True, slots=True)
class _Act:
    """What somebody did to an issue."""

    actor: ActorRecord
    what: str
    at: str
    label: str = ""


def may_be_solved(issue: Item) -> bool:
    """Whether a merge request says that it closes this issue, which is closed."""
    is_sorted_out = _reason(issue) != ""
    return (
        issue["state"] == "closed"
        and bool(issue.get("merge_requests_count"))
        and (not is_sorted_out)
    )


def is_solved_by(changes: Sequence[Item]) -> bool:
    """Whether one of the ``changes`` that close an issue was merged."""
    return any(change["state"] == "merged" for change in changes)


def issue_records(
    issue: Item, events: Sequence[Item], home: Home, *, is_solved: bool
) -> list[ContributionRecord]:
    """The issue ``issue``, and after it each triage contribution to it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitLab promises.
    """
    reporter = who(issue["author"], issue["created_at"], home)
    acts = [
        act
        for act in _acts(issue, events, home, is_solved=is_solved)
        if not is_same(act.actor, reporter)
    ]
    facts = {
        "labels": list(issue["labels"]),
        "comments": issue["user_notes_count"],
        "state_reason": "completed" if is_solved else _reason(issue),
        "confirmed": is_solved or any(_confirms(act, issue) for act in acts),
    }
    record = ContributionRecord(
        external_id=number_of(issue["id"]),
        kind=Kind.ISSUE,
        occurred_at=moment_of(issue["created_at"]),
        state="closed" if issue["state"] == "closed" else "open",
        title=issue["title"],
        url=issue["web_url"],
        participants=[Participant(reporter, Role.REPORTER)],
        facts=told(facts),
    )
    return [record, *_triage(issue, acts)]


def _reason(issue: Item) -> str:
    """Why it was closed, where that was neither a change nor left unsaid."""
    if issue.get("moved_to_id"):
        return "transferred"
    return "duplicate" if (issue.get("_links") or {}).get("closed_as_duplicate_of") else ""


def _acts(issue: Item, events: Sequence[Item], home: Home, *, is_solved: bool) -> Iterator[_Act]:
    """Labels set by somebody, and the last closing, if it was not a solution."""
    for event in events:
        if event["action"] == ADDED and event["label"] is not None and event["user"] is not None:
            actor = who(event["user"], event["created_at"], home)
            yield _Act(actor, "labeled", event["created_at"], event["label"]["name"])
    closer = issue.get("closed_by")
    if issue["state"] == "closed" and closer and issue["closed_at"] and not is_solved:
        what = {"transferred": "transferred", "duplicate": "marked_as_duplicate"}
        done = what.get(_reason(issue), "closed")
        yield _Act(who(closer, issue["closed_at"], home), done, issue["closed_at"])


def _confirms(act: _Act, issue: Item) -> bool:
    """Whether a person set a label that says so and that still stands."""
    is_standing = act.label in issue["labels"]
    return is_standing and says_confirmed(act.label) and not act.actor.is_bot


def _triage(issue: Item, acts: Sequence[_Act]) -> Iterator[ContributionRecord]:
    days: dict[tuple[str, str], list[_Act]] = {}
    for act in acts:
        day = moment_of(act.at).astimezone(UTC).date().isoformat()
        days.setdefault((act.actor.external_id, day), []).append(act)
    for (actor_id, day), done in days.items():
        yield ContributionRecord(
            external_id=f"{issue['id']}:{actor_id}:{day}",
            kind=Kind.TRIAGE,
            occurred_at=moment_of(min(act.at for act in done)),
            state="done",
            title=issue["title"],
            url=issue["web_url"],
            participants=[Participant(done[-1].actor, Role.TRIAGER)],
            facts=_triage_facts(issue, done),
        )


def _triage_facts(issue: Item, done: Sequence[_Act]) -> dict[str, Any]:
    closes = any(act.what != "labeled" for act in done)
    return told(
        {
            "triage": sorted({act.what for act in done}),
            "labels": sorted({act.label for act in done} - {""}),
            "state_reason": _reason(issue) if closes else "",
            "issues": [issue["iid"]],
        }
    )


def release_records(release: Item, home: Home) -> list[ContributionRecord]:
    """The release ``release``, unless its day has not come yet.

    GitLab gives releases no number; a tag names one of them within a project.
    """
    if release.get("upcoming_release"):
        return []
    author = who(release.get("author"), release["created_at"], home)
    return [
        ContributionRecord(
            external_id=release["tag_name"],
            kind=Kind.RELEASE,
            occurred_at=moment_of(release["released_at"] or release["created_at"]),
            state="published",
            title=release["name"] or release["tag_name"],
            url=(release.get("_links") or {}).get("self") or home.record.url,
            participants=[Participant(author, Role.AUTHOR)],
            facts={"tag": release["tag_name"]},
        )
    ]


def noticed_until(release: Item) -> str:
    """The moment by which a release is ordered: when it was made, or is to come out, if later."""
    made_at: str = release["created_at"]
    return max(made_at, release["released_at"] or made_at, key=moment_of)
