"""Gitea, Forgejo and Codeberg, by REST: changes, reviews, comments, issues, triage, releases.

Each server describes its API at /api/swagger; see also docs.gitea.com/api. Pull requests are
listed by their latest update, issues by creation with all that was updated since, releases by
creation. What was merged is asked for its commits and files, every change for its reviews, a
review for its comments on lines if it has some, and an issue for its timeline if it has one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from harvesters.estimates import Estimate, estimate_streams
from harvesters.forge import (
    Answer,
    Cursor,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.gitea.items import Home, Item, moment_of
from harvesters.forges.gitea.lists import Lists
from harvesters.forges.gitea.outlook import Outlook, new_outlook
from harvesters.forges.gitea.reader import Reader
from harvesters.numbers import number_of
from harvesters.own_rules import OWN_RULES, OwnRules
from harvesters.streams import Stream
from harvesters.sweep import BROKEN_PROMISES, walk

USUAL_PAGE = 50
"""What a server lists at once unless its operator said otherwise, and what we ask for at most."""

FIRST_REQUESTS = 3
"""For the repository, for what is new in it, and for how many items a page may hold."""

REQUESTS_FOR_NOTHING = 2
"""Where nothing is new, nobody asks how much a page may hold."""

_PATH = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The repository, what is to be seen of it, and what it lists; nothing if none is new."""

    record: RepositoryRecord
    rules: OwnRules
    outlook: Outlook
    most: int
    streams: list[Stream]


@dataclass(frozen=True, slots=True)
class Gitea:
    """One server, which calls itself ``host``; ``now`` is when this harvest starts."""

    name: ClassVar[str] = "gitea"
    transport: Transport
    host: str
    now: datetime

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look ``owner/name`` up; Gitea follows a rename by itself."""
        if not _PATH.fullmatch(path):
            raise SourceNotFoundError(f"'{path:.200}' is no repository. Write HOST/OWNER/NAME.")
        with _as_promised():
            return self._home(self._ask(f"/repos/{path}")).record

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Walk what the repository with this number lists, unless nothing is new."""
        with _as_promised():
            opened = self._open(repository, cursor)
        for page in opened.rules.behind(self._walk(opened, cursor), cursor):
            yield replace(page, repository=opened.record)

    def _walk(self, opened: _Opened, cursor: Cursor) -> Iterator[Page]:
        if not opened.streams:
            yield Page([], cursor, is_last=True)
            return
        seen = {"outlook": opened.outlook.as_cursor(), "most": opened.most}
        for page in walk(opened.streams, cursor.get("walk", {}), self.now):
            yield replace(page, cursor={"walk": page.cursor, **seen})

    def estimate(self, repository: RepositoryRecord, cursor: Cursor) -> Estimate:
        """What a harvest would take; it begins by asking whether anything is new."""
        with _as_promised():
            opened = self._open(repository, cursor)
            walked, streams = cursor.get("walk", {}), opened.streams
            lists = estimate_streams(streams, walked, self.now) if streams else []
        rules = opened.rules.requests(cursor, [one.items for one in lists])
        first = FIRST_REQUESTS if lists else REQUESTS_FOR_NOTHING
        return Estimate(lists, first_requests=first + rules)

    def _open(self, repository: RepositoryRecord, cursor: Cursor) -> _Opened:
        """Look at the repository.

        How many items a page holds is asked for where a walk begins, and known as long as it goes.
        """
        answer = self._ask(_by_number(repository))
        home = self._home(answer)
        if home.record.external_id != repository.external_id:
            raise SourceNotFoundError(f"{home.record.path} is another repository.")
        lists = Lists(self.transport, home.address, _by_number(repository), USUAL_PAGE)
        rules = self._own_rules(home, answer.body)
        outlook = Outlook.of(cursor.get("outlook", {}))
        most = int(cursor.get("most", 0))
        walked = cursor.get("walk", {})
        if not walked.get("began"):
            if not walked.get("again") and outlook.is_unchanged(answer.body, lists):
                return _Opened(home.record, rules, outlook, most, [])
            outlook, most = new_outlook(answer.body, lists, answer.date), 0
        most = most or self._page_size()
        streams = Reader(replace(lists, most=most), home).streams(answer.body)
        return _Opened(home.record, rules, outlook, most, streams)

    def _own_rules(self, home: Home, repository: Item) -> OwnRules:
        """Each push updates the repository itself."""

        def ask() -> Any:
            return self.transport.request("GET", f"{home.address}/contents/{OWN_RULES}").body

        return OwnRules(ask, repository.get("updated_at"))

    def _ask(self, path: str) -> Answer:
        """The answer, asked for a second time where the forge gave up."""
        with suppress(ForgeOverloadedError):
            return self.transport.request("GET", path)
        return self.transport.request("GET", path)

    def _home(self, answer: Answer) -> Home:
        found: dict[str, Any] = answer.body
        if not _PATH.fullmatch(found["full_name"]):
            raise ValueError(f"'{found['full_name']:.200}' is no name of a repository")
        record = RepositoryRecord(
            host=found["html_url"].split("/")[2].lower(),
            external_id=number_of(found["id"]),
            path=found["full_name"],
            url=found["html_url"],
        )
        if record.host != self.host:
            raise SourceNotFoundError(
                f"{self.host} calls itself {record.host}. Write gitea:{record.host}/{record.path}, "
                "or set its ROOT_URL right if it is yours."
            )
        return Home(record, moment_of(found["created_at"]))

    def _page_size(self) -> int:
        """How many items the server lists at once; an old one does not tell."""
        with suppress(SourceNotFoundError):
            told = self._ask("/settings/api").body["max_response_items"]
            return max(1, min(USUAL_PAGE, int(told)))
        return USUAL_PAGE


def _by_number(repository: RepositoryRecord) -> str:
    return f"/repositories/{repository.external_id}"


@contextmanager
def _as_promised() -> Iterator[None]:
    try:
        yield
    except BROKEN_PROMISES as error:
        raise ForgeAnswerError(
            f"The forge's answer is not what its description promises: {error!r:.200}"
        ) from error
    except ForgeOverloadedError as error:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
