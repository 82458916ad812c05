"""Harvesting pull requests of one GitHub on loopback: requests, time and work, beside others.

Each answer takes 150 ms, as over the sea. A pull request has 3 reviews, 4 comments on its lines, 3
under it, 5 commits and 6 files; git serves it too, and ours begins with that. Naive PyGithub is
what its examples teach, without its own pause between requests; Perceval is run as it comes, in an
environment of its own (it is GPL, and tells no sizes of files). All must tell the same numbers of
pull requests, reviews and comments. The floor is a list of 100 pull requests a request, with
nothing else; ``harvest-thousand`` is ours alone, beside what was promised.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.git_server import GitServer
from tests.github_hosted import Hosted, is_git, write
from tests.github_nodes import Change, account, commit, remark, review, thread
from tests.github_rest import GitHubRest
from tests.github_world import GitHubWorld
from tests.repositories import GitRepository
from tests.simulator import ForgeSimulator, Reply, Request

NAMES = ("harvest-requests", "harvest-thousand")
LATENCY_SECONDS = 0.15
SIZE, QUICK_SIZE, THOUSAND = 30, 10, 1_000
CHANGES_OF_ONE = 5
"""Pull requests for each person: Perceval asks for everybody twice."""

PROMISE = 100
"""Requests for a thousand pull requests, at most."""

PERCEVAL = "perceval==1.6.1"
FLOOR_PAGE = 100
PEERS = Path(__file__).parent / "peers"
PROJECT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Run:
    """What one harvester took: requests, and seconds of the clock and of the processor."""

    told: dict[str, int]
    requests: int
    git_requests: int
    seconds: float
    cpu_seconds: float

    @property
    def items(self) -> int:
        return sum(self.told.values())

    @property
    def rate(self) -> float:
        return self.items / self.seconds

    @property
    def work(self) -> float:
        """Milliseconds of the processor for an item."""
        return 1000 * self.cpu_seconds / self.items


def run(names: list[str], quick: bool, pulls: int | None = None) -> Iterator[dict[str, Any]]:
    """One row for each of the others, with so many ``pulls``; one for a thousand."""
    if NAMES[0] in names:
        size = pulls or (QUICK_SIZE if quick else SIZE)
        with _served(size) as simulator:
            ours = _measure(simulator, OURS)
            yield from (_row(*one, ours, size) for one in _others(simulator))
    if NAMES[1] in names:
        with _served(pulls or THOUSAND) as simulator:
            yield _thousand(_measure(simulator, OURS))


OURS = (sys.executable, "-m", "benchmarks.peers.ours")


def _others(simulator: ForgeSimulator) -> Iterator[tuple[str, Run]]:
    yield (
        "naive PyGithub",
        _measure(simulator, [sys.executable, str(PEERS / "naive_pygithub.py")]),
    )
    with tempfile.TemporaryDirectory(prefix="oc-perceval-") as folder:
        command = [str(_environment(Path(folder))), str(PEERS / "perceval_default.py")]
        yield "Perceval 1.6.1", _measure(simulator, command)


@contextmanager
def _served(size: int) -> Iterator[ForgeSimulator]:
    with (
        tempfile.TemporaryDirectory(prefix="oc-github-") as served,
        _played(size, Path(served)) as simulator,
    ):
        yield simulator


@contextmanager
def _played(size: int, folder: Path) -> Iterator[ForgeSimulator]:
    world, repository = world_of(size), GitRepository.at(folder / "vision")
    write(repository, world.changes)
    world.history = repository
    hosted = Hosted(world, GitServer(folder), GitHubRest(world))

    def slowly(request: Request) -> Reply:
        time.sleep(LATENCY_SECONDS)
        return hosted(request)

    with ForgeSimulator(slowly).serving() as simulator:
        yield simulator


def world_of(size: int) -> GitHubWorld:
    """``size`` merged pull requests, each with all that it may have."""
    people = [
        account(number, f"person-{number}") for number in range(1, 6 + size // CHANGES_OF_ONE)
    ]
    return GitHubWorld([_change(number, people) for number in range(1, size + 1)])


def _change(number: int, people: Sequence[dict[str, Any]]) -> Change:
    author, *others = (people[(number + place) % len(people)] for place in range(5))
    reviews = [review(10 * number + place, other) for place, other in enumerate(others[:3])]
    remarks = [
        remark(100 * number + place, others[place % 3], 10 * number + place % 3)
        for place in range(4)
    ]
    return Change(
        number,
        author,
        others[3],
        files=[(f"src/part{place}.py", 12, 3) for place in range(6)],
        reviews=reviews,
        commits=[commit() for _ in range(5)],
        comments=3,
        threads=[thread(*remarks[:2], resolved=True), thread(*remarks[2:])],
    )


def _environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", PERCEVAL, "setuptools<81"]
    subprocess.run(install, check=True, capture_output=True)
    return python


def _measure(simulator: ForgeSimulator, command: Sequence[str]) -> Run:
    simulator.requests.clear()
    begun, before = time.perf_counter(), os.times()
    done = subprocess.run(
        [*command, simulator.url],
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    seconds, after = time.perf_counter() - begun, os.times()
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Run(
        json.loads(done.stdout),
        sum(not is_git(request) for request in simulator.requests),
        sum(map(is_git, simulator.requests)),
        seconds,
        after.children_user + after.children_system - before.children_user - before.children_system,
    )


def _row(peer: str, theirs: Run, ours: Run, size: int) -> dict[str, Any]:
    if theirs.told != ours.told:
        raise RuntimeError(f"{peer} tells {theirs.told}, and ours {ours.told}")
    return {
        "name": NAMES[0],
        "ours": ours.requests,
        "unit": "requests",
        "peer": peer,
        "peer_value": theirs.requests,
        "ratio": round(theirs.requests / ours.requests, 1),
        "floor": f"lists of {FLOOR_PAGE}",
        "floor_value": 1 + -(-size // FLOOR_PAGE),
        "size": (
            f"both tell {_counts(ours)}; {ours.git_requests} requests of one git fetch besides;"
            f" items/s {_pair(ours.rate, theirs.rate)}; CPU ms an item"
            f" {_pair(ours.work, theirs.work)}"
        ),
    }


def _thousand(ours: Run) -> dict[str, Any]:
    size = ours.told["change"]
    return {
        "name": NAMES[1],
        "ours": ours.requests,
        "unit": "requests",
        "peer": "promised at most",
        "peer_value": PROMISE,
        "ratio": round(PROMISE / ours.requests, 1),
        "floor": f"lists of {FLOOR_PAGE}",
        "floor_value": 1 + -(-size // FLOOR_PAGE),
        "size": (
            f"{_counts(ours)}; {ours.git_requests} requests of one git fetch besides;"
            f" items/s {ours.rate:.1f}; CPU ms an item {ours.work:.2f}"
        ),
    }


def _counts(run: Run) -> str:
    words = {"change": "pull requests", "review": "reviews", "comment": "comments on lines"}
    return ", ".join(f"{count} {words[kind]}" for kind, count in run.told.items())


def _pair(ours: float, theirs: float) -> str:
    return f"{ours:.2f} to {theirs:.2f} (ratio {ours / theirs:.2f})"
