"""Issues as Gitea tells them, who sorted them (triage), and releases.

A triage contribution is what one account did to one issue on one day (UTC), however many labels
that took, so that sorting twice a day earns once. The author of an issue does not sort it, and a
change that closes it solves it, which is no sorting either.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import Any

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitea.items import Home, Item, is_same, labels_of, moment_of, told, who
from harvesters.labels import says_confirmed
from harvesters.numbers import number_of

ACTS = {"label": "labeled", "close": "closed", "reopen": "reopened", "assignees": "assigned"}
ADDED = "1"
"""What the event of a label says where the label was set; nothing where it was taken away."""

AT_ONCE = timedelta(seconds=30)
"""Gitea closes an issue within this time after the merge or the push that solves it."""


def has_a_story(issue: Item) -> bool:
    """Whether anything but comments can have happened to it: its timeline is worth a request."""
    return bool(issue["state"] != "open" or issue["labels"] or issue["assignees"])


def issue_records(issue: Item, events: Sequence[Item], home: Home) -> list[ContributionRecord]:
    """The issue ``issue``, and after it each triage contribution to it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as Gitea's description says.
    """
    reporter = who(issue["user"], issue["created_at"], home, issue["original_author"])
    facts = {
        "labels": labels_of(issue),
        "comments": issue["comments"],
        "confirmed": _is_solved(issue, events) or _is_confirmed(issue, events, reporter, home),
    }
    record = ContributionRecord(
        external_id=number_of(issue["id"]),
        kind=Kind.ISSUE,
        occurred_at=moment_of(issue["created_at"]),
        state=issue["state"],
        title=issue["title"],
        url=issue["html_url"],
        participants=[Participant(reporter, Role.REPORTER)],
        facts=told(facts),
    )
    return [record, *_triage(issue, events, reporter, home)]


def _is_solved(issue: Item, events: Sequence[Item]) -> bool:
    """Whether a change or a commit closed it, the last time it was closed."""
    closings = [event for event in events if event["type"] == "close"]
    return issue["state"] == "closed" and any(_is_fix(one, events) for one in closings[-1:])


def _is_fix(closing: Item, events: Sequence[Item]) -> bool:
    """Whether what closed it is a merged change, or a commit, that names it.

    Gitea tells a reference and the closing as two events, at the same time.
    """
    return any(_is_followed(event, closing) for event in events)


def _is_followed(event: Item, closing: Item) -> bool:
    if event["type"] == "commit_ref":
        began = event["created_at"]
    elif event["type"] == "pull_ref" and event["ref_action"] == "closes":
        began = ((event["ref_issue"] or {}).get("pull_request") or {}).get("merged_at")
    else:
        return False
    if not began:
        return False
    return timedelta() <= moment_of(closing["created_at"]) - moment_of(began) <= AT_ONCE


def _is_confirmed(issue: Item, events: Sequence[Item], reporter: ActorRecord, home: Home) -> bool:
    """Whether somebody else, a person, set a label that says so and that still stands."""
    standing = set(labels_of(issue))
    return any(
        event["type"] == "label"
        and event["label"]["name"] in standing
        and says_confirmed(event["label"]["name"])
        and not actor.is_bot
        for actor, event in _acts_of_others(events, reporter, home)
    )


def _acts_of_others(
    events: Sequence[Item], reporter: ActorRecord, home: Home
) -> Iterator[tuple[ActorRecord, Item]]:
    for event in events:
        if not _is_act(event) or (event["type"] == "close" and _is_fix(event, events)):
            continue
        actor = who(event["user"], event["created_at"], home)
        if not is_same(actor, reporter):
            yield actor, event


def _is_act(event: Item) -> bool:
    if event["type"] == "label":
        return event["label"] is not None and event["body"] == ADDED
    return event["type"] in ACTS and not event["removed_assignee"]


def _triage(
    issue: Item, events: Sequence[Item], reporter: ActorRecord, home: Home
) -> Iterator[ContributionRecord]:
    days: dict[tuple[ActorRecord, str], list[Item]] = {}
    for actor, event in _acts_of_others(events, reporter, home):
        day = moment_of(event["created_at"]).astimezone(UTC).date().isoformat()
        days.setdefault((actor, day), []).append(event)
    for (actor, day), acts in days.items():
        yield ContributionRecord(
            external_id=f"{issue['id']}:{actor.external_id}:{day}",
            kind=Kind.TRIAGE,
            occurred_at=moment_of(acts[0]["created_at"]),
            state="done",
            title=issue["title"],
            url=issue["html_url"],
            participants=[Participant(actor, Role.TRIAGER)],
            facts=_triage_facts(issue, acts),
        )


def _triage_facts(issue: Item, acts: Sequence[Item]) -> dict[str, Any]:
    return told(
        {
            "triage": sorted({ACTS[act["type"]] for act in acts}),
            "labels": sorted({act["label"]["name"] for act in acts if act["type"] == "label"}),
            "issues": [issue["number"]],
        }
    )


def release_records(release: Item, home: Home) -> list[ContributionRecord]:
    """The release ``release``, unless it is a draft."""
    if release["draft"]:
        return []
    at = release["published_at"] or release["created_at"]
    return [
        ContributionRecord(
            external_id=number_of(release["id"]),
            kind=Kind.RELEASE,
            occurred_at=moment_of(at),
            state="prerelease" if release["prerelease"] else "published",
            title=release["name"] or release["tag_name"],
            url=release["html_url"],
            participants=[Participant(who(release["author"], at, home), Role.AUTHOR)],
            facts=told({"tag": release["tag_name"]}),
        )
    ]
