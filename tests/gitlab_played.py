"""A GitLab with a history, and what of it a database must hold in the end."""

from datetime import UTC, datetime

from harvesters.models import Contribution
from tests.gitlab_items import Account, Change, Event, Issue, Note, Release, Thread, approval
from tests.gitlab_world import GitLabWorld

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI, WU, LEAD = Account(101, "liming"), Account(102, "wu"), Account(104, "maintainer")
CHANGES, ISSUES, RELEASES = 60, 20, 3


def change(number, **told):
    """A merged one, with a thread on a line, and an approval."""
    thread = Thread([Note(2_000 + number, WU, path="src/config.py")], resolved=True)
    threads = [thread, approval(3_000 + number, WU)]
    return Change(number, LI, LEAD, **{"threads": threads, **told})


def issue(number, **told):
    """One that a maintainer sorted, for a request."""
    events = [Event(4_000 + number, LEAD, "bug")]
    return Issue(number, WU, **{"labels": ["bug"], "events": events, **told})


def world_of(changes=CHANGES, issues=ISSUES, releases=RELEASES, **told):
    return GitLabWorld(
        [change(number) for number in range(1, changes + 1)],
        [issue(number) for number in range(1, issues + 1)],
        [Release(f"v{number}", LEAD) for number in range(1, releases + 1)],
        **told,
    )


def all_of(world):
    """What there is, as (kind, id)."""
    reviews = {
        (one.id, note.author.number)
        for one in world.changes
        for thread in one.threads
        for note in thread.notes
    }
    remarks = [
        note.number
        for one in world.changes
        for thread in one.threads
        for note in thread.notes
        if note.path
    ]
    triage = [
        f"{one.id}:{event.author.number}:{event.at[:10]}"
        for one in world.issues
        for event in one.events
    ]
    return sorted(
        [("change", str(one.id)) for one in world.changes]
        + [("review", f"{number}:{who}") for number, who in reviews]
        + [("comment", str(number)) for number in remarks]
        + [("issue", str(one.id)) for one in world.issues]
        + [("triage", one) for one in triage]
        + [("release", one.tag) for one in world.releases]
    )


def stored():
    return sorted(Contribution.objects.values_list("kind", "external_id"))
