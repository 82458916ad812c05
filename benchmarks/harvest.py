"""Harvesting a git history: read alone, and stored; beside ``git log --numstat`` on the same.

The floor is what git itself needs to tell the sizes of every commit, its words thrown away. All
take turns, and the time is the clock's, because git is another process. Without a repository to
read, one is made: 2,000 commits of Python, tests and documents by 40 people.
"""

import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harvesters.forge import RepositoryRecord
from harvesters.forges.git import Git
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.transports.git import open_git

NAMES = ("harvest-read", "harvest-rate", "reharvest")
ROUNDS, QUICK_ROUNDS = 7, 2
SIZE, QUICK_SIZE = 2_000, 500
FLOOR = "git log --numstat"
FLOOR_OF_NEWS = "git rev-parse HEAD"
BEGUN = 1_772_326_800


@dataclass
class Course:
    """One repository, harvested as often as needed; each time it is another to the database."""

    folder: Path
    runs: int = 0

    def forge(self) -> tuple[Git, RepositoryRecord]:
        forge = Git(open_git(str(self.folder), self.folder), datetime.now(UTC))
        return forge, forge.find_repository(str(self.folder))

    def read(self) -> int:
        """Read every commit into a record."""
        forge, repository = self.forge()
        return sum(len(page.records) for page in forge.harvest(repository, {}))

    def store(self) -> int:
        """Read every commit into a record, and the records into an empty repository's rows."""
        self.runs += 1
        return self.store_again()

    def store_again(self) -> int:
        """Look for news, and store them."""
        forge, repository = self.forge()
        numbered = replace(repository, external_id=f"run {self.runs}")
        now = datetime.now(UTC)
        cursor = register_source(f"git:{self.folder}#{self.runs}", numbered, now=now)
        return harvest_repository(lease_source(cursor, now=now), forge).new

    def floor(self) -> int:
        """Let git tell the sizes of every commit to nobody."""
        self._git("log", "--numstat")
        return self.size()

    def floor_of_news(self) -> int:
        self._git("rev-parse", "HEAD")
        return 0

    def size(self) -> int:
        return int(self._git("rev-list", "--count", "HEAD"))

    def _git(self, *arguments: str) -> bytes:
        command = ("git", "-c", "safe.directory=*", "-C", str(self.folder), *arguments)
        return subprocess.run(command, check=True, capture_output=True).stdout


def run(names: list[str], quick: bool, repository: Path | None = None) -> list[dict[str, Any]]:
    """One row for each of ``names`` that is measured here."""
    wanted = [name for name in NAMES if name in names]
    if not wanted:
        return []
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with _course(repository, QUICK_SIZE if quick else SIZE) as course:
        return list(_rows(course, wanted, rounds))


@contextmanager
def _course(repository: Path | None, size: int) -> Iterator[Course]:
    if repository is not None:
        yield Course(repository.resolve())
        return
    with tempfile.TemporaryDirectory(prefix="oc-benchmark-git-") as folder:
        made = Path(folder)
        grow(made, size)
        yield Course(made)


def _rows(course: Course, wanted: list[str], rounds: int) -> Iterator[dict[str, Any]]:
    ways = {"harvest-read": course.read, "harvest-rate": course.store, FLOOR: course.floor}
    done = {way() for way in ways.values()}  # and so files and programs lie in memory
    if len(done) > 1:
        raise RuntimeError(f"read, stored and logged are {done} commits")
    size = done.pop()
    spent = _spent(ways, rounds)
    for name in ("harvest-read", "harvest-rate"):
        if name in wanted:
            yield _row(name, size / spent[name], FLOOR, size / spent[FLOOR], size)
    if "reharvest" in wanted:
        news = _spent({"": course.store_again, FLOOR_OF_NEWS: course.floor_of_news}, rounds)
        yield _row("reharvest", 1 / news[""], FLOOR_OF_NEWS, 1 / news[FLOOR_OF_NEWS], size)


def _spent(ways: dict[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    """The seconds that each way takes at its best: what is above is the machine's other work."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in seconds.items()}


def _row(name: str, rate: float, floor: str, floor_rate: float, size: int) -> dict[str, Any]:
    return {
        "name": name,
        "ours": round(rate, 1),
        "unit": "unchanged histories per second" if name == "reharvest" else "commits per second",
        "peer": floor,
        "peer_value": round(floor_rate, 1),
        "ratio": round(rate / floor_rate, 2),
        "floor": floor,
        "floor_value": round(floor_rate, 1),
        "size": f"{size} commits",
    }


def grow(folder: Path, count: int) -> None:
    """Make a bare repository with ``count`` commits, always the same."""
    subprocess.run(
        ("git", "init", "--quiet", "--bare", "--initial-branch=main", folder), check=True
    )
    subprocess.run(
        ("git", "-C", folder, "fast-import", "--quiet"),
        input=b"".join(_history(count)),
        check=True,
    )
    subprocess.run(("git", "-C", folder, "gc", "--quiet"), check=True)


def _history(count: int) -> Iterator[bytes]:
    chance = random.Random(1)
    paths = [
        *(f"src/lab/part{number}/model.py" for number in range(60)),
        *(f"tests/test_part{number}.py" for number in range(40)),
        *(f"docs/part{number}.md" for number in range(20)),
    ]
    contents = {path: [f"line {n} of {path}" for n in range(200)] for path in paths}
    for number in range(count):
        yield b"commit refs/heads/main\ncommitter %s %d +0800\n" % (_person(chance), BEGUN + number)
        yield _data(_message(number, chance))
        for path in chance.sample(paths, chance.randint(1, 6)):
            lines = contents[path]
            at = chance.randrange(len(lines))
            lines[at : at + chance.randint(0, 8)] = [
                f"value_{number}_{n} = {chance.random()}" for n in range(chance.randint(1, 12))
            ]
            yield b"M 100644 inline %s\n" % path.encode() + _data("\n".join(lines) + "\n")


def _person(chance: random.Random) -> bytes:
    number = chance.randrange(40)
    return b"Person %d <person%d@lab.example>" % (number, number)


def _message(number: int, chance: random.Random) -> str:
    helper = _person(chance).decode()
    trailer = f"\n\nCo-authored-by: {helper}\n" if chance.random() < 0.2 else "\n"
    return f"Improve part {number % 60} (#{number})\n\nFixes #{number + 7}." + trailer


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)
