"""Where a harvest of a repository of the Hub stands: what its cursor keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from harvesters.forge import ActorRecord, Cursor, RepositoryRecord
from harvesters.forges.huggingface.accounts import Accounts
from harvesters.forges.huggingface.nodes import Node, account_record
from harvesters.people import GHOST


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a harvest stands.

    ``commit`` is the newest commit that was walked; while a walk goes on, it is at ``page`` of
    the commits up to ``head``, ``before`` digests the page before and ``size`` is how many that
    had; ``accounts`` are those that it met, until it ends: a name may be another's the next time.
    ``creator`` made the first commit; ``card`` digests what the card said, and of a space on
    which day it was last seen, and how. ``marks`` tell, by number, what was last seen of each
    discussion; ``listed`` is where in their list a sweep is.
    """

    commit: str = ""
    head: str = ""
    page: int = 0
    before: str = ""
    size: int = 0
    accounts: Accounts = field(default_factory=dict)
    creator: Sequence[Any] = ()
    card: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    listed: Sequence[int] = (0, 0, 0)


def resumed(cursor: Cursor) -> Stand:
    known = {one.name for one in fields(Stand)}
    return Stand(**{name: value for name, value in cursor.items() if name in known})


def at_the_end(stand: Stand, commits: Sequence[Node]) -> Stand:
    """Behind the last page of a walk; of the first walk, the oldest commit tells the creator."""
    creator = stand.creator
    if not stand.commit and commits:
        author = (commits[-1].get("authors") or [{}])[0]
        creator = [author.get("_id"), author.get("user")]
    return Stand(
        commit=stand.head,
        creator=creator,
        card=stand.card,
        marks=stand.marks,
        listed=stand.listed,
    )


def creator_of(stand: Stand, repository: RepositoryRecord) -> ActorRecord:
    """Who made the first commit; a ghost where nobody is named."""
    number, name = [*stand.creator, None, None][:2]
    if not name:
        return ActorRecord(repository.host, GHOST, "ghost")
    return account_record({"_id": number, "user": name}, repository.host)
