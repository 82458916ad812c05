"""Real histories, harvested by ``git:`` into the database, beside what ``git log`` says of them.

``python -m benchmarks histories PATH...``. What git says is read here by a few lines of its own:
commits, who wrote them, whom their messages name as co-authors, lines added and deleted but for
white space and blank lines; of notebooks none, as only their sources count here. Whatever differs
is listed. An address that differs in capitals only is one person, and so is an account of
GitHub by its number; a commit without an address is its author's name.
"""

import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from harvesters.forges.git import Git
from harvesters.models import Contribution, HarvestGap, Participation, Repository
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.transports.git import open_git

NAMES = ("histories",)
MOST_LISTED = 20
SAYS = ("-c", "safe.directory=*", "-c", "log.showSignature=false")
BETWEEN, END = "\x1f", "\x1e"
COMMIT = f"%H{BETWEEN}%an{BETWEEN}%ae{BETWEEN}%B{END}"
CO_AUTHOR = "co-authored-by:"
EFFECTIVE = ("log", "-w", "--ignore-blank-lines", "--numstat", "--format=")
NUMBERED = re.compile(r"(\d+)\+[^@]+@users\.noreply\.github\.com")


@dataclass(frozen=True)
class Told:
    """A history: each commit's author and co-authors, and the lines of all."""

    authors: Mapping[str, str]
    co_authors: Mapping[str, frozenset[str]]
    added: int
    deleted: int

    @property
    def people(self) -> set[str]:
        return {*self.authors.values()}.union(*self.co_authors.values())


@dataclass
class Same:
    """Which of git's people is which of ours: each must be one, both ways."""

    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def is_one(self, ours: str, theirs: str) -> bool:
        known = self.ours.setdefault(theirs, ours), self.theirs.setdefault(ours, theirs)
        return known == (ours, theirs)


def run(names: list[str], quick: bool, paths: Sequence[Path] = ()) -> Iterator[dict[str, Any]]:
    """One row for each of ``paths``."""
    if NAMES[0] not in names:
        return
    for path in paths:
        repository, seconds = _harvested(path)
        yield _row(path, _stored(repository), _said(path), seconds, repository)


def _harvested(path: Path) -> tuple[Repository, float]:
    begun, now = time.perf_counter(), datetime.now(UTC)
    forge = Git(open_git(str(path), path), now)
    cursor = register_source(f"git:{path}", forge.find_repository(str(path)), now=now)
    harvest_repository(lease_source(cursor, now=now), forge)
    assert cursor.repository is not None
    return cursor.repository, time.perf_counter() - begun


def _stored(repository: Repository) -> Told:
    commits = Contribution.objects.filter(repository=repository, kind="commit")
    sizes = [lines for facts in commits.values_list("facts", flat=True) for lines in _lines(facts)]
    told = _parts(commits, "co_author")
    return Told(
        {sha: next(iter(who)) for sha, who in _parts(commits, "author").items()},
        {sha: frozenset(who) for sha, who in told.items()},
        sum(added for added, _ in sizes),
        sum(deleted for _, deleted in sizes),
    )


def _lines(facts: Mapping[str, Any]) -> Iterable[Sequence[int]]:
    """Lines by kind, and those that were only moved; of notebooks, what `_said` tells as well."""
    yield facts.get("moved") or (0, 0)
    yield from (facts.get("sizes") or {}).values()
    for path, added, deleted in facts.get("files") or ():
        if path.endswith(".ipynb") and added is not None:
            yield -added, -deleted


def _parts(commits: QuerySet[Contribution], role: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    parts = Participation.objects.filter(contribution__in=commits, role=role, weight__gt=0)
    for sha, host, number in parts.values_list(
        "contribution__external_id", "actor__host", "actor__external_id"
    ):
        found.setdefault(sha, set()).add(f"{host} {number}")
    return found


def _said(path: Path) -> Told:
    authors, co_authors = {}, {}
    for commit in _git(path, "log", f"--format={COMMIT}").split(END)[:-1]:
        sha, name, email, message = commit.lstrip("\n").split(BETWEEN)
        authors[sha] = _person(name, email)
        named = frozenset(_named(message)) - {authors[sha]}
        if named:
            co_authors[sha] = named
    # Lines of binary files are told as "-".
    rows = (line.split("\t") for line in _git(path, *EFFECTIVE).splitlines())
    counted = (row for row in rows if len(row) > 2 and row[0].isdigit())
    sizes = [(int(row[0]), int(row[1])) for row in counted if not _is_notebook(row[2])]
    return Told(authors, co_authors, sum(one for one, _ in sizes), sum(one for _, one in sizes))


def _is_notebook(path: str) -> bool:
    # A path may be quoted, and that of a renamed file ends in a brace.
    return path.rstrip('"}').endswith(".ipynb")


def _named(message: str) -> Iterator[str]:
    for line in message.splitlines():
        if line.lower().startswith(CO_AUTHOR):
            name, _, email = line[len(CO_AUTHOR) :].partition("<")
            yield _person(name.strip(), email.partition(">")[0].strip())


def _person(name: str, email: str) -> str:
    account = NUMBERED.fullmatch(email.lower())
    return f"account {account[1]}" if account else email.lower() if "@" in email else f"= {name}"


def _git(path: Path, *arguments: str) -> str:
    command = ("git", *SAYS, "-C", str(path), *arguments)
    done = subprocess.run(command, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace")


def _row(
    path: Path, ours: Told, theirs: Told, seconds: float, repository: Repository
) -> dict[str, Any]:
    found = list(_differences(ours, theirs))
    gaps = HarvestGap.objects.filter(cursor__repository=repository).count()
    named = {sha: len(who) for sha, who in theirs.co_authors.items()}
    return {
        "name": NAMES[0],
        "ours": len(ours.authors),
        "unit": "commits",
        "peer": "git log",
        "peer_value": len(theirs.authors),
        "ratio": round(len(ours.authors) / len(theirs.authors), 4),
        "floor": "differences",
        "floor_value": len(found),
        "size": (
            f"{path}: {len(ours.people)} people of {len(theirs.people)},"
            f" {sum(map(len, ours.co_authors.values()))} parts of co-authors of"
            f" {sum(named.values())}, lines +{ours.added} -{ours.deleted} of +{theirs.added}"
            f" -{theirs.deleted}; {gaps} gaps; {len(ours.authors) / seconds:.0f} commits/s"
        ),
        "details": found[:MOST_LISTED],
    }


def _differences(ours: Told, theirs: Told) -> Iterator[str]:
    """What is not the same, in words."""
    same = Same()
    for sha in sorted({*ours.authors, *theirs.authors}):
        one, other = ours.authors.get(sha), theirs.authors.get(sha)
        if one is None or other is None:
            yield f"{sha} is known to {'git' if one is None else 'us'} only"
        elif not same.is_one(one, other):
            yield f"{sha} was written by {other}, whom we take for {same.theirs[one]}"
    for sha in sorted({*ours.co_authors, *theirs.co_authors}):
        yield from _of_co_authors(sha, ours.co_authors, theirs.co_authors, same)
    if (ours.added, ours.deleted) != (theirs.added, theirs.deleted):
        yield f"+{ours.added} -{ours.deleted} lines, and git +{theirs.added} -{theirs.deleted}"


def _of_co_authors(
    sha: str,
    ours: Mapping[str, frozenset[str]],
    theirs: Mapping[str, frozenset[str]],
    same: Same,
) -> Iterator[str]:
    mine, others = set(ours.get(sha, ())), theirs.get(sha, frozenset())
    unknown = {one for one in others if same.ours.get(one) not in mine}
    rest = mine - {same.ours.get(one) for one in others}
    if len(unknown) != len(rest):
        yield f"{sha} has {sorted(others)} as co-authors, and with us {len(mine)}"
    elif len(rest) == 1:
        # Somebody who wrote no commit alone: this is the first that is known of them.
        same.is_one(rest.pop(), unknown.pop())
