"""A GitHub that is played and harvested: what it holds, and what must be stored after."""

from datetime import UTC, datetime
from typing import Any

from harvesters.forge import Kind
from harvesters.models import Contribution
from tests.github_nodes import (
    Change,
    accepted,
    account,
    act,
    discussion,
    issue,
    release,
    remark,
    review,
    thread,
)
from tests.github_world import GitHubWorld, recorded

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI = account(101, "liming")
WU = account(102, "wu")
MERGER = account(104, "maintainer")
FIRST_ANSWERS = 3
"""A harvest begins by looking the repository up by name, by number, and for what is new."""

Item = tuple[str, str]


def world_of(changes: int = 60, issues: int = 30) -> GitHubWorld:
    """So many changes and issues, and some of everything else."""
    return GitHubWorld(
        [
            Change(
                number,
                LI,
                MERGER,
                reviews=[review(number, WU)],
                threads=[thread(remark(number, WU, number))],
            )
            for number in range(1, changes + 1)
        ],
        [
            issue(number, WU, acts=[act("Labeled", MERGER, number)])
            for number in range(1, issues + 1)
        ],
        [discussion(number, LI, **accepted(WU, LI)) for number in range(1, 11)],
        [release(number, LI) for number in range(1, 6)],
        recorded("advisories"),
    )


def stored() -> list[Item]:
    """Every contribution that we know of."""
    return sorted(Contribution.objects.values_list("kind", "external_id"))


def all_of(world: GitHubWorld) -> list[Item]:
    """Every contribution that the world tells of, once."""
    found = [(Kind.CHANGE, change.node()["fullDatabaseId"]) for change in world.changes]
    for change in world.changes:
        found += [(Kind.REVIEW, told["fullDatabaseId"]) for told in change.reviews]
        for held in change.threads:
            found += [(Kind.COMMENT, said["fullDatabaseId"]) for said in _all(held["comments"])]
    for told in world.issues:
        number = told["fullDatabaseId"]
        found.append((Kind.ISSUE, number))
        found += [
            (Kind.TRIAGE, f"{number}:104:{done['createdAt'][:10]}")
            for done in _all(told["timelineItems"])
        ]
    for kind in (Kind.DISCUSSION, Kind.ANSWER):
        found += [(kind, str(told["databaseId"])) for told in world.discussions]
    found += [(Kind.RELEASE, str(told["databaseId"])) for told in world.releases]
    found += [(Kind.ADVISORY, told["ghsa_id"]) for told in world.advisories]
    return sorted(found)


def _all(connection: Any) -> Any:
    return connection(None)["nodes"]
