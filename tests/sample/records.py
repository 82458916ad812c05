"""Contributions as a forge would tell them, from disguised commits.

Reviews, mergers and issue reports are invented in a plausible number, because a git history does
not hold them; everything else follows the history.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from harvesters.filekinds import file_kind
from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from tests.sample.history import (
    HE,
    HOST,
    LI,
    LI_BY_MAIL,
    OWNER,
    WU,
    Cast,
    Disguise,
    Numbers,
    Row,
    disguised_path,
    is_assistant,
    is_bot,
    moment,
)
from tests.sample.words import issue_title_of, title_of

FILES_KEPT = 12
NEAR = timedelta(days=120)
STUDENTS = (LI, WU, HE)


@dataclass(frozen=True, slots=True)
class _Change:
    row: Row
    sizes: dict[str, list[int]] | None
    files: list[list[Any]]
    main_kind: str
    number: int | None


class Retelling:
    """Tells one project's history anew."""

    def __init__(self, project: str, rows: Sequence[Row], disguise: Disguise) -> None:
        self._url = f"https://{HOST}/{OWNER}/{project}"
        self._rows = rows
        self._disguise = disguise
        self._dice = disguise.dice
        self._numbers = Numbers.over(rows, disguise.dice)
        self._told: set[int] = set()
        self._busy: dict[int, Counter[str]] = defaultdict(Counter)
        self._by_subject: dict[str, str] = {}
        for row in rows:
            if not is_bot(row["author"]["name"]) and not is_assistant(row["author"]["name"]):
                self._busy[moment(row).toordinal() // NEAR.days][row["author"]["name"]] += 1

    def records(self) -> Iterator[ContributionRecord]:
        """Yield everything that happened, commits in their order with what belongs to each."""
        for row in self._rows:
            change = self._read(row)
            if change.number is None:
                yield self._commit(change)
            else:
                yield from self._pull_request(change, change.number)

    def _read(self, row: Row) -> _Change:
        numstat = row["numstat"]
        files = [[disguised_path(path), added, deleted] for added, deleted, path in numstat or []]
        files.sort(key=lambda file: -((file[1] or 0) + (file[2] or 0)))
        sizes: dict[str, list[int]] = {}
        for path, added, deleted in files:
            size = sizes.setdefault(str(file_kind(path)), [0, 0])
            size[0] += added or 0
            size[1] += deleted or 0
        main_kind = max(sizes, key=lambda kind: sum(sizes[kind]), default="other")
        number = next((self._numbers.by_old[old] for old in row["pull_requests"]), None)
        is_merge = len(row["parents"]) > 1
        if is_merge or number in self._told:
            number = None
        elif number is not None:
            self._told.add(number)
        return _Change(row, None if numstat is None else sizes, files, main_kind, number)

    def _title(self, change: _Change) -> str:
        row = change.row
        if len(row["parents"]) > 1 and row["pull_requests"]:
            return f"Merge pull request #{self._numbers.by_old[row['pull_requests'][0]]}"
        if len(row["parents"]) > 1:
            return "Merge branch 'main'"
        if not change.files:
            return "Trigger the checks again"
        path, added, deleted = change.files[0]
        title = title_of(change.main_kind, path, (added or 0, deleted or 0), self._dice)
        reverts = self._reverted(row)
        return f"Take back a change of {title.split(' ', 1)[-1]}" if reverts else title

    def _reverted(self, row: Row) -> str | None:
        subject: str = row["subject"]
        if not subject.startswith('Revert "'):
            return None
        return self._by_subject.get(subject.split('"')[1])

    def _facts(self, change: _Change) -> dict[str, Any]:
        row = change.row
        sha = self._disguise.sha(row["sha"])
        reverts = self._reverted(row)
        self._by_subject[row["subject"]] = sha
        self._by_subject[row["subject"].rsplit(" (#", 1)[0]] = sha
        facts = {
            "sha": sha,
            "sizes": change.sizes,
            "files": change.files[:FILES_KEPT],
            "files_count": len(change.files),
            "pull_requests": [self._numbers.by_old[old] for old in row["pull_requests"]],
            "closes": [self._numbers.by_old[old] for old in row["closes"]],
            "is_merge": len(row["parents"]) > 1,
            "reverts": reverts,
            "ai_assistance": self._assistants(row),
            "trailers": [
                [kind.lower(), self._disguise.actor(name).login]
                for kind, name, _ in row["trailers"]
                if not is_assistant(name)
            ],
        }
        return {name: value for name, value in facts.items() if value or name == "sizes"}

    def _assistants(self, row: Row) -> list[str]:
        names = [row["author"]["name"], *(name for _, name, _ in row["trailers"])]
        return sorted({self._disguise.assistant(name) for name in names if is_assistant(name)})

    def _participants(self, row: Row) -> list[Participant]:
        author = row["author"]["name"]
        co_authors = [name for kind, name, _ in row["trailers"] if kind.lower() == "co-authored-by"]
        people = {name: Role.CO_AUTHOR for name in co_authors if not is_assistant(name)}
        people.pop(author, None)
        return [
            self._part(author, Role.AUTHOR),
            *(self._part(name, role) for name, role in people.items()),
        ]

    def _part(self, person: str, role: Role) -> Participant:
        actor = self._disguise.actor(person)
        return _participant(actor, role, is_bot=is_bot(person))

    def _commit(self, change: _Change) -> ContributionRecord:
        facts = self._facts(change)
        return ContributionRecord(
            external_id=facts["sha"],
            kind=Kind.COMMIT,
            occurred_at=moment(change.row),
            state="merged",
            title=self._title(change),
            url=f"{self._url}/commit/{facts['sha']}",
            participants=self._participants(change.row),
            facts=facts,
        )

    def _pull_request(self, change: _Change, number: int) -> Iterator[ContributionRecord]:
        merged_at = moment(change.row)
        facts = self._facts(change)
        for closed in facts.get("closes", []):
            if closed not in self._told:
                self._told.add(closed)
                yield self._issue(change, closed, is_confirmed=True)
        if change.main_kind == "code" and self._dice.random() < 0.04:
            yield self._issue(change, self._numbers.take(), is_confirmed=False)
        reviewers = self._reviewers(change)
        yield from (self._review(change, number, reviewer) for reviewer in reviewers)
        author = change.row["author"]["name"]
        mergers = [name for name in reviewers if self._disguise.actor(name) not in STUDENTS]
        merger = mergers[0] if mergers else self._maintainer(merged_at, without="")
        facts |= {"reviewers": len(reviewers), "merged_by_author": merger == author}
        yield ContributionRecord(
            external_id=str(number),
            kind=Kind.CHANGE,
            occurred_at=merged_at,
            state="merged",
            title=self._title(change),
            url=f"{self._url}/pull/{number}",
            participants=[*self._participants(change.row), self._part(merger, Role.MERGER)],
            facts=facts,
        )

    def _reviewers(self, change: _Change) -> list[str]:
        author = change.row["author"]["name"]
        if is_bot(author) or change.main_kind not in {"code", "tests", "docs"}:
            return []
        wanted = self._dice.choices((0, 1, 2), (35, 55, 10))[0]
        found = [self._reviewer(moment(change.row), without=author) for _ in range(wanted)]
        return sorted(set(found) - {author}, key=found.index)

    def _reviewer(self, when: datetime, *, without: str) -> str:
        """Mostly a maintainer, now and then a student who is at home there by now."""
        busy = self._busy[when.toordinal() // NEAR.days]
        students = [name for name in busy if self._disguise.actor(name) in STUDENTS]
        if students and self._dice.random() < 0.05:
            return self._dice.choice(students)
        return self._maintainer(when, without=without)

    def _maintainer(self, when: datetime, *, without: str) -> str:
        """Somebody who worked on the project about then, the busy ones more often."""
        busy = self._busy[when.toordinal() // NEAR.days]
        others = {
            name: count
            for name, count in busy.most_common(8)
            if name != without and self._disguise.actor(name) not in (*STUDENTS, LI_BY_MAIL)
        }
        if not others:
            return without or self._rows[0]["author"]["name"]
        return self._dice.choices(list(others), list(others.values()))[0]

    def _review(self, change: _Change, number: int, reviewer: str) -> ContributionRecord:
        verdict = self._dice.choices(("approved", "changes_requested", "commented"), (78, 8, 14))[0]
        size = sum(map(sum, (change.sizes or {}).values()))
        comments = self._dice.randrange(0, 3 + min(size, 600) // 60)
        before = timedelta(minutes=self._dice.randrange(20, 4000))
        review_id = self._dice.randrange(10**8, 10**9)
        facts = {
            "review_state": verdict,
            "comments": comments,
            "resolved_threads": self._dice.randrange(0, comments + 1),
            "pull_requests": [number],
            "sizes": change.sizes,
        }
        return ContributionRecord(
            external_id=str(review_id),
            kind=Kind.REVIEW,
            occurred_at=moment(change.row) - before,
            state=verdict,
            title=f"Review of #{number}",
            url=f"{self._url}/pull/{number}#review-{review_id}",
            participants=[self._part(reviewer, Role.REVIEWER)],
            facts=facts,
        )

    def _issue(self, change: _Change, number: int, *, is_confirmed: bool) -> ContributionRecord:
        before = timedelta(hours=self._dice.randrange(6, 500))
        reporter = self._reporter(moment(change.row))
        reason = "completed" if is_confirmed else "not_planned"
        return ContributionRecord(
            external_id=str(number),
            kind=Kind.ISSUE,
            occurred_at=moment(change.row) - before,
            state="closed",
            title=issue_title_of(change.files[0][0] if change.files else "README", self._dice),
            url=f"{self._url}/issues/{number}",
            participants=[reporter],
            facts={
                "confirmed": is_confirmed,
                "state_reason": reason,
                "comments": self._dice.randrange(0, 9),
            },
        )

    def _reporter(self, when: datetime) -> Participant:
        busy: Mapping[str, int] = self._busy[when.toordinal() // NEAR.days]
        if busy and self._dice.random() < 0.6:
            return self._part(self._dice.choice(list(busy)), Role.REPORTER)
        return _participant(self._disguise.stranger(), Role.REPORTER, is_bot=False)


def _participant(actor: Cast, role: Role, *, is_bot: bool) -> Participant:
    return Participant(ActorRecord(actor.host, actor.external_id, actor.login, is_bot), role)
