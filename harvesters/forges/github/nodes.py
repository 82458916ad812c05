"""Parts that many of GitHub's nodes share: accounts, labels, moments, lists with holes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from harvesters.forge import ActorRecord
from harvesters.numbers import number_of
from harvesters.people import is_bot

Node = Mapping[str, Any]

GHOST = "0"
"""The id of everybody who deleted an account: shown, counted, never claimed."""


def actor_record(node: Node | None, host: str) -> ActorRecord:
    """An account by its number; all deleted ones are the same ghost.

    A program's login is written as in commits and in GitHub's REST API, with ``[bot]``.
    """
    account = (node or {}).get("user") or node
    if account is None or account.get("databaseId") is None:
        return ActorRecord(host, GHOST, "ghost")
    login = account["login"]
    if account.get("__typename") == "Bot":
        login = login if login.endswith("[bot]") else f"{login}[bot]"
    return ActorRecord(host, number_of(account["databaseId"]), login, is_bot=is_bot(login))


def is_same(one: ActorRecord, other: ActorRecord) -> bool:
    """Whether both are one account; of ghosts nobody knows."""
    return one.external_id == other.external_id != GHOST


def items_of(connection: Node) -> list[Any]:
    """The items of a list, without those that GitHub hides from us and says so."""
    return [item for item in connection["nodes"] if item is not None]


def labels_of(node: Node) -> list[str]:
    """The names of its labels."""
    return [label["name"] for label in items_of(node["labels"] or {"nodes": []})]


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says something."""
    return {name: value for name, value in facts.items() if value}


def moment_of(text: str) -> datetime:
    """A moment as GitHub writes it."""
    return datetime.fromisoformat(text)
