"""Whether anything is new in a repository, for one request more than asking for its name.

Gitea knows no conditional requests. But one list tells the issues and pull requests that were
updated since a moment, and whatever is done to either updates it; releases are counted with the
repository itself.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from harvesters.forge import ForgeOverloadedError, SourceNotFoundError
from harvesters.forges.gitea.items import Item, moment_of
from harvesters.forges.gitea.lists import Lists
from harvesters.streams import Listing

MARGIN = timedelta(minutes=1)
"""How far behind the forge's own clock an outlook begins: it may run on several machines."""

MOST_SEEN = 10
"""Where more happened than this, much is new anyway."""

_TELLING = ("full_name", "release_counter", "has_issues", "has_pull_requests", "has_releases")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was to be seen of the repository, and of its items updated ``since``.

    An empty one was taken while something happened, and tells nothing.
    """

    since: str = ""
    digest: str = ""

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> Self:
        return cls(str(cursor.get("since", "")), str(cursor.get("digest", "")))

    def as_cursor(self) -> dict[str, str]:
        return asdict(self)

    def is_unchanged(self, repository: Item, lists: Lists) -> bool:
        """Whether there is still just that to be seen."""
        return bool(self.since) and _look(repository, lists, self.since) == self


def new_outlook(repository: Item, lists: Lists, date: datetime | None) -> Outlook:
    """What is to be seen at ``date`` by the forge's clock; nothing, where that tells no time."""
    if date is None:
        return Outlook()
    since = (date - MARGIN).astimezone(UTC).isoformat()
    return _look(repository, lists, since, at=date)


def _look(repository: Item, lists: Lists, since: str, at: datetime | None = None) -> Outlook:
    """What is to be seen; nothing, where more was updated than this tells, or only just ``at``.

    Gitea tells whole seconds: in one that is not over, more may happen unseen. Nor is a clock
    believed that tells another time a moment later: what happens until it is right would never be
    seen.
    """
    told = since.replace("+00:00", "Z")
    try:
        listing = lists.page("issues", 1, MOST_SEEN, state="all", since=told)
    except (ForgeOverloadedError, SourceNotFoundError):
        return Outlook()
    seen = [(item["id"], item["updated_at"]) for item in listing.items]
    if listing.has_more or (at and not _is_past(listing, seen, at)):
        return Outlook()
    marks = [[repository.get(name) for name in _TELLING], seen]
    return Outlook(since, hashlib.sha256(json.dumps(marks).encode()).hexdigest()[:32])


def _is_past(listing: Listing, seen: Iterable[tuple[object, str]], at: datetime) -> bool:
    """Whether the forge's clock says ``at`` once more, and nothing was seen in this moment."""
    is_same_clock = listing.date is not None and abs(listing.date - at) < MARGIN / 2
    return is_same_clock and all(moment_of(updated) < at - MARGIN / 2 for _, updated in seen)
