"""Parts that all of the Hub's answers share: accounts and moments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from harvesters.forge import ActorRecord
from harvesters.people import GHOST, actor_of, is_bot

Node = Mapping[str, Any]

PROGRAMS = frozenset({"system", "sfconvertbot", "parquet-converter", "librarian-bot"})
"""The Hub's own, and those that convert and mend what others published."""


def account_record(account: Node | None, host: str) -> ActorRecord:
    """An account by its id, which stays when its name is changed and given to another.

    Discussions call the name ``name``, commits ``user``, and these tell no id, which is looked up
    (`harvesters.forges.huggingface.accounts`). Whoever has no id here has a name only,
    which nobody can prove to own; who is gone is the ghost.
    """
    name = str((account or {}).get("name") or (account or {}).get("user") or "")
    if not account or not name or name == "deleted":
        return ActorRecord(host, GHOST, "ghost")
    number = account.get("_id")
    is_program = name.lower() in PROGRAMS or is_bot(name)
    if not number:
        unknown = actor_of(name, "")
        return ActorRecord(unknown.host, unknown.external_id, name, is_bot=is_program)
    return ActorRecord(host, str(number), name, is_bot=is_program)


def is_same(one: ActorRecord, other: ActorRecord) -> bool:
    """Whether both are one account; of ghosts nobody knows."""
    return one.external_id == other.external_id != GHOST


def moment_of(text: str) -> datetime:
    """A moment as the Hub writes it: ``2019-02-18T10:36:15.000Z``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r:.40} is in no time zone")
    return moment


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that say something."""
    return {name: value for name, value in facts.items() if value}
