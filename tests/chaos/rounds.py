"""The histories that are played, and round after round of them until the time is over."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harvesters.forge import Forge
from harvesters.forges.gitee import Gitee
from tests import gitee_world
from tests.chaos.faults import ANY, GRAPHQL
from tests.chaos.rig import SHARE, Findings, Item, Played, played, run
from tests.git_server import GitServer
from tests.gitee_world import GiteeWorld, Pull
from tests.github_world import Change, GitHubWorld, account, issue, review
from tests.repositories import GitRepository

COMMITS = 1_500
CHANGES, ISSUES, PULLS = 400, 200, 60


def torment(home: Path, *, seconds: float, seed: int) -> dict[str, Any]:
    """Round after round for ``seconds``: first quietly, then with everything going wrong."""
    quiet, bad = [], []
    end = time.monotonic() + seconds
    while not bad or time.monotonic() < end:
        number = len(bad)
        with histories(home / f"histories-{number}", seed + number) as forges:
            quiet.append(run(home / f"quiet-{number}", forges, seconds=0, seed=seed))
            left = max(10, end - time.monotonic())
            bad.append(run(home / f"bad-{number}", forges, seconds=left, seed=seed + number))
    return _told(quiet, bad)


def _told(quiet: list[Findings], bad: list[Findings]) -> dict[str, Any]:
    requests = sum(one.requests for one in bad)
    return {
        "items": sum(one.items for one in bad),
        "kills": sum(one.kills for one in bad),
        "fault_share": SHARE,
        "faults": sum(one.spoilt for one in bad),
        "kinds_of_faults": max(one.kinds_of_faults for one in bad),
        "lost": sum(len(one.lost) for one in [*quiet, *bad]),
        "doubled": sum(len(one.doubled) for one in [*quiet, *bad]),
        "requests": requests,
        "requests_ratio": round(requests / sum(one.requests for one in quiet), 2),
    }


@contextmanager
def histories(home: Path, seed: int) -> Iterator[list[Played]]:
    """One history on each forge."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(_github(seed)),
            stack.enter_context(_gitee(seed)),
            stack.enter_context(_git(home, seed)),
        ]


@contextmanager
def _github(seed: int) -> Iterator[Played]:
    chance = random.Random(seed)
    people = [account(number, f"person-{number}") for number in range(100, 140)]
    changes = [
        Change(
            number,
            chance.choice(people),
            people[0],
            reviews=[
                review(10 * number + place, chance.choice(people[1:]))
                for place in range(chance.randrange(3))
            ],
        )
        for number in range(1, CHANGES + 1)
    ]
    issues = [issue(number, chance.choice(people)) for number in range(1, ISSUES + 1)]
    with played(GitHubWorld(changes, issues), ANY | GRAPHQL, seed=seed) as simulator:
        variables = {"OPENCREDITS_GITHUB_URL": simulator.url}
        yield Played("github:lab/vision", variables, simulator, _items_of(changes, issues))


def _items_of(changes: list[Change], issues: list[dict[str, Any]]) -> frozenset[Item]:
    found: set[Item] = {("issue", told["fullDatabaseId"]) for told in issues}
    for change in changes:
        node = change.node()
        found.add(("change", node["fullDatabaseId"]))
        for told in change.reviews:
            if told["author"] != change.author:
                found.add(("review", told["fullDatabaseId"]))
    return frozenset(found)


@contextmanager
def _gitee(seed: int) -> Iterator[Played]:
    people = [gitee_world.account(number, f"person-{number}") for number in range(100, 104)]
    author, reviewer, other, merger = people
    pulls = [
        Pull(
            number,
            author,
            merger,
            assignees=[gitee_world.accepting(reviewer)],
            comments=[gitee_world.comment(70_000 + number, other, "src/分词.py")],
        )
        for number in range(1, PULLS + 1)
    ]
    issues = [gitee_world.issue(number, other) for number in range(1, ISSUES + 1)]
    world = GiteeWorld(pulls, issues, [gitee_world.release(1, merger)])
    with played(world, ANY, seed=seed) as simulator:
        forge = Gitee(gitee_world.Direct(world), "127.0.0.1", datetime.now(UTC))
        variables = {"OPENCREDITS_GITEE_URL": simulator.url}
        yield Played("gitee:lab/vision", variables, simulator, _items_read(forge))


def _items_read(forge: Forge) -> frozenset[Item]:
    """What an adapter reads where nothing fails, without a network."""
    pages = forge.harvest(forge.find_repository("lab/vision"), {})
    return frozenset((str(one.kind), one.external_id) for page in pages for one in page.records)


@contextmanager
def _git(home: Path, seed: int) -> Iterator[Played]:
    repository = GitRepository.at(home / "git" / "vision")
    repository.grow(COMMITS)
    with played(GitServer(home / "git"), ANY, seed=seed) as simulator:
        items = frozenset(("commit", sha) for sha in repository.commits)
        variables = {"OPENCREDITS_FORGE_HOSTS": "127.0.0.1"}
        yield Played(f"git:{simulator.url}/vision", variables, simulator, items)
