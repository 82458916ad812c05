"""Parts that many of Gitea's answers share: accounts, moments, labels, and where they belong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harvesters.forge import ActorRecord, RepositoryRecord
from harvesters.numbers import number_of
from harvesters.people import GHOST, actor_of, is_bot

Item = Mapping[str, Any]

NOBODY = frozenset({-1, 0})
"""The numbers that Gitea gives to everybody who deleted an account."""


@dataclass(frozen=True, slots=True)
class Home:
    """The repository as it is called now, and since when its forge has it."""

    record: RepositoryRecord
    founded_at: datetime

    @property
    def host(self) -> str:
        return self.record.host

    @property
    def address(self) -> str:
        """Where its lists are."""
        return f"/repos/{self.record.path}"


def actor_record(user: Item | None, host: str) -> ActorRecord:
    """An account by its number; all deleted ones are the same ghost, and Gitea's own are bots."""
    number = -1 if user is None else int(number_of(user["id"]))
    if user is None or number in NOBODY:
        return ActorRecord(host, GHOST, "ghost")
    login = user["login"]
    return ActorRecord(host, str(number), login, is_bot=number < 0 or is_bot(login))


def who(user: Item | None, at: str, home: Home, original: str = "") -> ActorRecord:
    """Who did what happened ``at`` that time, as the account ``user`` that Gitea names.

    What is older than the repository was brought here from another forge, and bears the account
    of whoever brought it. Its author is at most a name, the ``original`` one, which nobody can
    claim here; there, it can be harvested.
    """
    if original:
        return actor_of(original, "")
    if moment_of(at) < home.founded_at:
        return ActorRecord(home.host, GHOST, "ghost")
    return actor_record(user, home.host)


def is_same(one: ActorRecord, other: ActorRecord) -> bool:
    """Whether both are one account; of ghosts nobody knows."""
    return one == other and one.external_id != GHOST


def labels_of(item: Item) -> list[str]:
    """The names of its labels."""
    return [label["name"] for label in item["labels"] or ()]


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says something."""
    return {name: value for name, value in facts.items() if value}


def moment_of(text: str) -> datetime:
    """A moment as Gitea writes it, with its zone.

    Raises:
        ValueError: it has none, or is the first of Go's calendar, which stands for none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year == 1:
        raise ValueError(f"'{text:.40}' is no moment")
    return moment
