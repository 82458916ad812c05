"""What a forge is to us: the interface every adapter implements and the plain records it yields.

An adapter turns a forge's answers into pages of `ContributionRecord`. It is handed its
`Transport`, so it neither opens a socket nor knows Django; `tests/simulator.py` plays a forge
through the same door.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

AS_IT_IS = {"Accept": "application/octet-stream"}
"""Headers that ask for a file and no JSON: the body tells its bytes in base64, and its size."""

Cursor = Mapping[str, Any]
"""Where a harvest stands, as the adapter wrote it: a small JSON object, empty at the start."""


class ForgeError(Exception):
    """The forge did not give what was asked for."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or type(self).__doc__ or "")


class SourceNotFoundError(ForgeError):
    """There is no such source, or it may not be read."""


class ForgeAnswerError(ForgeError):
    """The forge answered something that its own documentation does not allow."""


class ForgeBusyError(ForgeError):
    """The forge asks us to wait; time heals this."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class RateLimitError(ForgeBusyError):
    """The limit of our account is used up: no worker that shares it may ask before it ends."""


class ForgeOverloadedError(ForgeError):
    """The forge gave up on the answer; ask for less at once, or later."""


class ForgeRefusedError(ForgeError):
    """The forge does not accept our token; it must be renewed, or its rights widened."""


class Kind(StrEnum):
    """What was contributed."""

    COMMIT = "commit"
    CHANGE = "change"
    REVIEW = "review"
    ISSUE = "issue"
    COMMENT = "comment"
    TRIAGE = "triage"
    DISCUSSION = "discussion"
    ANSWER = "answer"
    RELEASE = "release"
    ADVISORY = "advisory"
    CLAIM = "claim"
    MAINTENANCE = "maintenance"


class Role(StrEnum):
    """In what part somebody took part."""

    AUTHOR = "author"
    CO_AUTHOR = "co_author"
    COMMITTER = "committer"
    REVIEWER = "reviewer"
    REPORTER = "reporter"
    MERGER = "merger"
    TRIAGER = "triager"


class RepositoryKind(StrEnum):
    """What a repository holds."""

    CODE = "code"
    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    """A repository as its forge names it: ``external_id`` stays when ``path`` is renamed."""

    host: str
    external_id: str
    path: str
    url: str = ""
    kind: RepositoryKind = RepositoryKind.CODE


@dataclass(frozen=True, slots=True)
class ActorRecord:
    """A forge account. ``(host, external_id)`` is who it is; ``login`` is only a label.

    ``external_id`` is the forge's numeric id where there is one. A git author without a forge
    account is ``host="git"`` with ``email:<sha256 of the lower-case address>``, or
    ``name:<sha256 of the name>`` where the commit holds no address: such an actor can be
    shown, but nobody can prove to own it.
    """

    host: str
    external_id: str
    login: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """One actor's part in a contribution; shares of a change are ``weight`` over their sum."""

    actor: ActorRecord
    role: Role
    weight: int = 1


@dataclass(frozen=True, slots=True)
class ContributionRecord:
    """What happened, once: unique by (repository, kind, external_id)."""

    external_id: str
    kind: Kind
    occurred_at: datetime
    state: str
    title: str
    url: str
    participants: Sequence[Participant]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be read, and why; shown to those whom it ``concerns``, where we know whom."""

    subject: str
    reason: str
    concerns: tuple[ActorRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whether a demo was live when somebody looked; ``day`` is in UTC."""

    day: date
    is_live: bool


def authors_of(record: ContributionRecord) -> tuple[ActorRecord, ...]:
    """Whose work ``record`` is: whom it concerns if a part of it cannot be read."""
    wrote = {Role.AUTHOR, Role.CO_AUTHOR, Role.REPORTER}
    return tuple(dict.fromkeys(one.actor for one in record.participants if one.role in wrote))


@dataclass(frozen=True, slots=True)
class Page:
    """A bite of history and the cursor that stands behind it.

    ``records`` and ``cursor`` are stored in one transaction. ``total`` is the forge's own count
    of all items, where it tells one, and ``items`` how many of them this page covers (as many as
    records, if None): a progress bar needs both. ``is_last`` ends this sweep. ``repository`` says
    how the repository is called at present, where the forge tells it. ``subjects`` are the items
    that were read, as gaps call them: earlier gaps in them that are not told again are closed.
    ``is_part`` is true where the answers that it was read from have more to tell. ``files`` are
    the texts of files of the default branch by their paths, None where there is no such file; what
    is not told stays as it is known. ``sighting`` says how a demo was seen; the demo's release is
    among the ``records`` then.
    """

    records: Sequence[ContributionRecord]
    cursor: Cursor
    gaps: Sequence[Gap] = ()
    total: int | None = None
    is_last: bool = False
    items: int | None = None
    repository: RepositoryRecord | None = None
    subjects: Sequence[str] = ()
    is_part: bool = False
    files: Mapping[str, str | None] = field(default_factory=dict)
    sighting: Sighting | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a transport brings back: status, headers (lower-case names) and the parsed body.

    ``cost`` is what it took of our account's limit, in points where the forge counts such.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    seconds: float = 0.0
    cost: int = 1

    @property
    def date(self) -> datetime | None:
        """The forge's own clock (RFC 9110, section 6.6.1), where it tells the time."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except (TypeError, ValueError):
            return None
        return told if told.tzinfo else None


class Transport(Protocol):
    """The one door to a forge's network. It retries what time heals and names what it cannot."""

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask ``path`` below the forge's base address; with `AS_IT_IS`, for a file.

        Raises:
            SourceNotFoundError: 404, 410, 451.
            RateLimitError: a rate limit, with the time when it ends.
            ForgeBusyError: no answer at all, or no budget left to ask.
            ForgeOverloadedError: 5xx or a timeout.
            ForgeRefusedError: 401, or 403 that is no rate limit.
            ForgeAnswerError: an answer that is not what the forge promises.
        """


class Forge(Protocol):
    """One kind of forge, behind one interface."""

    name: ClassVar[str]

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look ``path`` up; renamed repositories answer with their present path and old id."""

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Yield the pages after ``cursor``, oldest first; raises `ForgeError` only."""


@runtime_checkable
class Comparing(Protocol):
    """A forge that tells of many repositories at once which have nothing new."""

    def unchanged(self, cursors: Sequence[tuple[RepositoryRecord, Cursor]]) -> set[str]:
        """The ids of those with nothing new behind their cursors; raises `ForgeError` only."""
