"""Forges that lie: each field that an adapter reads, of one item after the other, is spoilt.

An adapter joins by one more entry in `FORGES`: a world of sound items, and where its answers hold
an item or a part of one.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from harvesters.forge import Answer, Forge, Transport
from harvesters.forges.gitea import Gitea
from harvesters.forges.gitee import Gitee
from harvesters.forges.github import GitHub
from tests import gitea_items, gitea_world, gitee_world, github_nodes, github_world
from tests.gitea_described import Account
from tests.noted import Read, found_at, noted, spoilt
from tests.simulator import Reply

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PATH = "lab/vision"
VAST = 10**30
STRIDE = 5
"""Of so many cases one is played: each field meets some values, and each value many fields."""

TEXTS = ("", "a\0b", "\ud800", "x" * 300, "../../user")
IMPOSSIBLE = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2026-03-01", "10000-01-01")
"""Moments that are none, or that no calendar of ours holds."""

VALUES: dict[type, Sequence[Any]] = {
    str: (None, 5, VAST, {}, ["x"], *TEXTS),
    int: (None, -1, 2**63, VAST, 1.5, "7x", "1\0", [], {}),
    bool: (None, "x", 2, []),
    dict: (None, [], "x", 7, {}),
    list: (None, {}, "x", [None], ["x"], 3),
    type(None): ({}, [], "x", 7),
}
"""By what a field of each type is replaced."""


_DATE = re.compile(r"\d{4}-\d\d-\d\dT")


@dataclass(frozen=True, eq=False)
class Case:
    """What is spoilt of one item: which payload, where in it, by what."""

    payload: str
    path: str
    value: Any

    def __str__(self) -> str:
        return f"{self.payload} {self.path} = {self.value!r:.40}"


@dataclass(frozen=True)
class Played:
    """One forge: ``count`` sound items in each of its lists, and how its answers are taken apart.

    ``odd`` is one with three changes, the second of which was ``updated`` then and has ``files``.

    ``payloads`` tells of an answer which item it belongs to, if it is a part of one, by what was
    asked; what kind of payload it holds; and the list of them. ``ordered_by`` are the fields by
    which lists are sorted: no forge lists what it cannot sort. Those ``guarding`` say whose item it
    is: another number there means that nothing here may be believed. What the ``frame`` of an
    answer is made of has no item: where it is broken, nothing of it is believed.
    """

    name: str
    transport: Callable[[int], Transport]
    forge: Callable[[Transport], Forge]
    odd: Callable[..., Transport]
    payloads: Callable[[str, Any, Any], Iterator[tuple[str, str, list[Any]]]]
    name_of: Callable[[Any], str]
    first: int = 1
    most: int = 1_000
    ordered_by: Sequence[str] = ("updated_at", "created_at")
    guarding: Sequence[str] = ()
    frame: re.Pattern[str] = re.compile("(?!)")

    def place(self, name: str) -> int:
        """The place of what ``name`` names: its number ends as that of the ``first``, and on."""
        found = re.search(r"\d+", name)
        assert found
        return int(found[0]) % self.most - self.first


def stream_of(payload: str) -> str:
    return payload.partition("/")[0]


@dataclass
class Spoiling:
    """A transport that spoils items on their way: ``cases`` says how, by stream and place."""

    transport: Transport
    played: Played
    cases: Mapping[str, Sequence[Case | None]]
    met: set[Case] = field(default_factory=set)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        answer = self.transport.request(method, path, **asked)
        for number, payload, items in self.played.payloads(path, asked.get("body"), answer.body):
            for place, item in enumerate(items):
                whole = {"number": number} if number else item
                case = self._case(payload, self.played.place(self.played.name_of(whole)))
                if case is not None and case.payload == payload:
                    items[place] = self._spoilt(item, case)
        return answer

    def _case(self, payload: str, place: int) -> Case | None:
        cases = self.cases.get(stream_of(payload), ())
        return cases[place] if place < len(cases) else None

    def _spoilt(self, item: Any, case: Case) -> Any:
        try:
            told = spoilt(item, case.path, case.value)
        except (LookupError, TypeError):
            return item
        self.met.add(case)
        return told


@dataclass
class Noting:
    """A transport that notes what is read of each payload, and what stands there."""

    transport: Transport
    played: Played
    read: dict[str, Read] = field(default_factory=dict)
    sound: dict[str, list[Any]] = field(default_factory=dict)

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        answer = self.transport.request(method, path, **asked)
        for _, payload, items in self.played.payloads(path, asked.get("body"), answer.body):
            self.sound.setdefault(payload, []).extend(items)
            read = self.read.setdefault(payload, set())
            items[:] = [noted(item, read) for item in items]
        return answer


def cases_of(played: Played, *, of_frame: bool = False) -> list[Case]:
    """The fields that the adapter reads of a sound item, each spoilt in some ways."""
    noting = Noting(played.transport(2), played)
    forge = played.forge(noting)
    list(forge.harvest(forge.find_repository(PATH), {}))
    spoilt = [
        Case(payload, path, value)
        for payload in sorted(noting.read)
        for path in sorted(noting.read[payload])
        if bool(played.frame.search(path)) is of_frame
        for value in _values(played, path, noting.sound[payload])
    ]
    return spoilt[::STRIDE]


def _values(played: Played, path: str, sound: Sequence[Any]) -> Iterator[Any]:
    for item in sound:
        try:
            told = found_at(item, path)
        except (LookupError, TypeError):
            continue
        is_order = path in played.ordered_by
        values = VALUES[bool if told is True or told is False else type(told)]
        for one in values:
            is_another = path in played.guarding and type(one) is int
            if not is_another:
                yield one
        if isinstance(told, str) and _DATE.match(told) and not is_order:
            yield from IMPOSSIBLE
        return


# GitHub

MODEL, FIRST = 7777, 1000
"""The number of the one sound item, of which the others are copies under other numbers."""


def _github() -> github_world.GitHubWorld:
    li, wu = github_nodes.account(101, "liming"), github_nodes.account(102, "wu")
    signed = github_nodes.writer(wu, "Wu", "wu@lab.example")
    change = github_nodes.Change(
        MODEL,
        li,
        wu,
        reviews=[github_nodes.review(MODEL, wu)],
        threads=[github_nodes.thread(github_nodes.remark(MODEL, wu, MODEL), resolved=True)],
        commits=[github_nodes.commit(signed)],
        squash_writers=[signed],
        labels=["bug"],
        closes=[github_nodes.closed_issue(1)],
    )
    acts = [github_nodes.act("Labeled", li, 1), github_nodes.act("Closed", li, 50)]
    issue = github_nodes.issue(
        MODEL,
        wu,
        fullDatabaseId=str(MODEL),
        labels=["bug"],
        comments=[github_nodes.said()],
        acts=acts,
    )
    discussion = github_nodes.discussion(
        MODEL, li, databaseId=MODEL, **github_nodes.accepted(wu, li)
    )
    release = {**github_nodes.release(1, li), "id": f"RE_{MODEL}", "databaseId": MODEL}
    advisory = {**github_world.recorded("advisories")[0], "ghsa_id": f"GHSA-{MODEL}-2222-3333"}
    return github_world.GitHubWorld([change], [issue], [discussion], [release], [advisory])


@dataclass
class _ManyOfGitHub:
    """A GitHub whose lists hold ``count`` copies: to execute a query for each would take long."""

    count: int
    direct: github_world.Direct = field(default_factory=lambda: github_world.Direct(_github()))

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        body = asked.get("body")
        if not isinstance(body, dict):
            answer = self.direct.request(method, path, **asked)
            if isinstance(answer.body, list):
                answer.body[:] = self._copies(answer.body[0], 0, self.count)
            return answer
        variables = body["variables"]
        model = {**body, "variables": {**variables, "after": None}}
        answer = self.direct.request(method, path, **{**asked, "body": model})
        for name in _GITHUB_LISTS:
            for told in (
                answer.body["data"].get("repository"),
                *answer.body["data"].get("nodes", ()),
            ):
                if told and name in told:
                    self._multiply(told[name], variables)
        return answer

    def _multiply(self, connection: Any, variables: Any) -> None:
        connection["totalCount"] = self.count
        if "pageInfo" in connection:
            start, size = int(variables["after"] or 0), variables["page"]
            end = min(self.count, start + size)
            connection["nodes"] = self._copies(connection["nodes"][0], start, end)
            connection["pageInfo"] = {"hasNextPage": end < self.count, "endCursor": str(end)}

    def _copies(self, item: Any, start: int, end: int) -> list[Any]:
        text = json.dumps(item)
        numbers = range(FIRST + start, FIRST + end)
        return [json.loads(text.replace(str(MODEL), str(number))) for number in numbers]


def _odd_github(updated: str = "", files: int = 1) -> Transport:
    """GitHub itself tells at most 3,000 files of a change."""
    li = github_nodes.account(101, "liming")
    changes = [github_nodes.Change(number, li) for number in (1, 2, 3)]
    told = [(f"src/part{number}.py", 1, 0) for number in range(min(files, 3_000))]
    changes[1] = replace(changes[1], updated=updated, files=told, changed_files=files)
    return github_world.Direct(github_world.GitHubWorld(changes))


_FRAME = re.compile(
    r"(^|[.])(commits|authors|reviews|reviewThreads|comments|files|labels|nodes|timelineItems"
    r"|closingIssuesReferences|pageInfo([.]\w+)?|__typename|id)$"
)
"""Lists and their pages: GitHub leaves them out where it gives up."""

_GITHUB_LISTS = {
    "pullRequests": "change",
    "issues": "issue",
    "discussions": "discussion",
    "releases": "release",
}


def _github_payloads(path: str, asked: Any, body: Any) -> Iterator[tuple[str, str, list[Any]]]:
    if "/security-advisories" in path:
        yield "", "advisory", body
    if path == "/graphql" and isinstance(asked, dict):
        repository = (body["data"] or {}).get("repository") or {}
        for name, payload in _GITHUB_LISTS.items():
            if name in repository and "pageInfo" in repository[name]:
                yield "", payload, repository[name]["nodes"]


def _github_name(item: Any) -> str:
    return str(item.get("id") or item["ghsa_id"])


# Gitea


class _UncheckedGitea(gitea_world.GiteaWorld):
    """A world whose answers are not held to the description: that takes long, and is done once."""

    def _told(self, _: str, body: Any) -> Reply:
        return Reply.of(body)

    @cache  # noqa: B019 - the world lasts as long as its test
    def _all_files(self, number: int) -> list[Any]:
        return super()._files({}, number) or []

    def _files(self, _: dict[str, str], number: int) -> list[Any]:
        return self._all_files(number)

    __hash__ = object.__hash__


def _gitea(count: int) -> gitea_world.GiteaWorld:
    li, wu = Account(101, "liming"), Account(102, "wu")
    return _UncheckedGitea(
        [
            gitea_items.Pull(
                number,
                li,
                wu,
                commits=[gitea_items.Commit(wu, "Wu", "wu@lab.example", sha=f"{number:040x}")],
                reviews=[
                    gitea_items.Review(
                        1_000 + number,
                        wu,
                        remarks=[gitea_items.Remark(2_000 + number, wu, resolver=li)],
                    )
                ],
                labels=["bug"],
            )
            for number in range(1, count + 1)
        ],
        [
            gitea_items.Issue(
                10_000 + number,
                wu,
                labels=["bug"],
                assignees=[li],
                events=[gitea_items.Event(3_000 + number, "label", li, label="bug", body="1")],
                created=gitea_items.moment(number),
            )
            for number in range(1, count + 1)
        ],
        [
            gitea_items.Release(number, wu, tag=f"v{number}", at=gitea_items.moment(number))
            for number in range(1, count + 1)
        ],
    )


def _odd_gitea(updated: str = "", files: int = 1) -> Transport:
    li = Account(101, "liming")
    pulls = [gitea_items.Pull(number, li) for number in (1, 2, 3)]
    told = [(f"src/part{number}.py", 1, 0) for number in range(files)]
    pulls[1] = replace(pulls[1], updated=updated, files=told)
    return gitea_world.Direct(_UncheckedGitea(pulls))


def _name(item: Any) -> str:
    return str(item.get("number") or item["id"])


_REST = re.compile(r"/(pulls|issues|releases)(?:/([^/]+)(?:/(.+))?)?$")


def _rest_payloads(path: str, _: Any, body: Any) -> Iterator[tuple[str, str, list[Any]]]:
    found = _REST.search(path)
    if found and isinstance(body, list):
        part = re.sub(r"/\d+", "", found[3] or "")
        yield found[2] or "", f"{found[1]}/{part}" if part else found[1], body


# Gitee


def _gitee(count: int) -> gitee_world.GiteeWorld:
    li, wu = gitee_world.account(101, "liming"), gitee_world.account(102, "wu")
    return gitee_world.GiteeWorld(
        [
            gitee_world.Pull(
                number,
                li,
                wu,
                labels=["bug"],
                assignees=[gitee_world.accepting(wu)],
                comments=[gitee_world.comment(70_000 + number, wu, "src/分词.py")],
                commits=[gitee_world.commit(who=wu, sha=f"{number:040x}")],
            )
            for number in range(1, count + 1)
        ],
        [
            gitee_world.issue(
                number,
                wu,
                state="closed",
                labels=["bug"],
                pull_requests=[{"id": 1, "number": 1, "state": "merged"}],
            )
            for number in range(1, count + 1)
        ],
        [gitee_world.release(number, li, id=number) for number in range(1, count + 1)],
    )


def _odd_gitee(updated: str = "", files: int = 1) -> Transport:
    li = gitee_world.account(101, "liming")
    pulls = [gitee_world.Pull(number, li, li) for number in (1, 2, 3)]
    told = [gitee_world.file(f"src/part{number}.py", 1, 0) for number in range(files)]
    pulls[1] = replace(pulls[1], updated=updated, files=told)
    return gitee_world.Direct(gitee_world.GiteeWorld(pulls))


def _gitee_name(item: Any) -> str:
    """An issue ``I1DACG`` is called by its number in base 36."""
    told = _name(item)
    return str(int(told[1:], 36)) if told.startswith("I") else told


FORGES: Sequence[Played] = (
    Played(
        "github",
        _ManyOfGitHub,
        lambda transport: GitHub(transport, NOW),
        _odd_github,
        _github_payloads,
        _github_name,
        FIRST,
        10_000,
        ("updatedAt", "createdAt", "created_at"),
        frame=_FRAME,
    ),
    Played(
        "gitea",
        lambda count: gitea_world.Direct(_gitea(count)),
        lambda transport: Gitea(transport, gitea_items.HOST, NOW),
        _odd_gitea,
        _rest_payloads,
        _name,
        guarding=("base.repo_id", "repository.id"),
    ),
    Played(
        "gitee",
        lambda count: gitee_world.Direct(_gitee(count)),
        lambda transport: Gitee(transport, "gitee.com", NOW),
        _odd_gitee,
        _rest_payloads,
        _gitee_name,
    ),
)
