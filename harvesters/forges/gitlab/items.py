"""Parts that many of GitLab's answers share: accounts, moments, and where they belong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harvesters.forge import ActorRecord, RepositoryRecord
from harvesters.people import GHOST, is_bot

Item = Mapping[str, Any]

_GHOST_LOGIN = re.compile(r"ghost\d*", re.ASCII)
_GHOST_NAME = "Ghost User"
_PROGRAM = re.compile(r"(project|group)_\d+_bot(_|\d|$)|service_account_", re.ASCII)
"""How GitLab calls the accounts that it makes for tokens."""

_PATH = re.compile(r"(?!\.{1,2}/)[\w.-]+(?:/(?!\.{1,2}(?:/|$))[\w.-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Home:
    """The project as it is called now, since when its forge has it, and what is switched on."""

    record: RepositoryRecord
    founded_at: datetime
    has_changes: bool = True
    has_issues: bool = True

    @property
    def host(self) -> str:
        return self.record.host

    @property
    def address(self) -> str:
        """Where its lists are."""
        return f"/projects/{self.record.external_id}"


def home_record(number: int, path: str, url: str) -> RepositoryRecord:
    """A project, at the host that it says it is at."""
    if not is_path(path):
        raise ValueError(f"'{path:.200}' is no path of a project")
    return RepositoryRecord(url.split("/")[2].lower(), str(int(number)), path, url)


def is_path(text: str) -> bool:
    """Whether ``text`` can be a project: groups within groups, and a name."""
    return _PATH.fullmatch(text) is not None


def who(user: Item | None, at: str, home: Home) -> ActorRecord:
    """Who did what happened ``at`` that time, as the account ``user`` that GitLab names.

    What is older than the project was imported from elsewhere, and may bear the account of
    whoever imported it. Its author can be known there, and not here.
    """
    if moment_of(at) < home.founded_at:
        return ActorRecord(home.host, GHOST, "ghost")
    return actor_record(user, home.host)


def actor_record(user: Item | None, host: str) -> ActorRecord:
    """An account by its number. What deleted accounts did, GitLab gives to its "Ghost User"."""
    if user is None:
        return ActorRecord(host, GHOST, "ghost")
    login = user["username"]
    if user.get("name") == _GHOST_NAME and _GHOST_LOGIN.fullmatch(login):
        return ActorRecord(host, GHOST, "ghost")
    is_program = user.get("bot") is True or is_bot(login) or bool(_PROGRAM.match(login))
    return ActorRecord(host, str(number_of(user["id"])), login, is_bot=is_program)


def number_of(identifier: int | str) -> int:
    """A number, or the one at the end of ``gid://gitlab/User/7``."""
    return int(str(identifier).rsplit("/", 1)[-1])


def is_same(one: ActorRecord, other: ActorRecord) -> bool:
    """Whether both are one account; of ghosts nobody knows."""
    return (one.host, one.external_id) == (other.host, other.external_id) and (
        one.external_id != GHOST
    )


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says something."""
    return {name: value for name, value in facts.items() if value}


def moment_of(text: str) -> datetime:
    """A moment as GitLab writes it, with its zone: ``2026-03-01T09:00:00.123Z``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text:.40}' is in no time zone")
    return moment
