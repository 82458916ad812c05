"""JSON Lines: a file of contributions, from anywhere, in our own format.

The first line says what follows::

    {"format": "opencredits-contributions/1",
     "repository": {"host": "forge.example", "external_id": "7", "path": "lab/vision",
                    "url": "https://forge.example/lab/vision", "kind": "code"}}

Each other line is one contribution, in any order::

    {"external_id": "4f2a", "kind": "commit", "occurred_at": "2026-03-01T09:00:00+08:00",
     "state": "merged", "title": "Fix the loader", "url": "",
     "participants": [{"host": "forge.example", "external_id": "101", "login": "liming",
                       "is_bot": false, "role": "author", "weight": 1}],
     "facts": {"sizes": {"code": [12, 3]}}}

``url``, ``is_bot``, ``weight`` and ``facts`` may be left out. Empty lines are skipped. A line that
cannot be read is a gap of its own; the others count.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar, NoReturn, Protocol

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Cursor,
    ForgeAnswerError,
    Gap,
    Kind,
    Page,
    Participant,
    RepositoryKind,
    RepositoryRecord,
    Role,
)

FORMAT = "opencredits-contributions/1"
PAGE_SIZE = 500
HEAVIEST = 2**31 - 1


class LineTransport(Protocol):
    """Reads a file line by line."""

    def lines(self) -> Iterator[bytes]:
        """The lines from the first on; raises `SourceNotFoundError` or `ForgeAnswerError`."""

    def digest(self) -> str:
        """A digest of the whole content: the same content is harvested once."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A file of contributions."""

    name: ClassVar[str] = "jsonl"
    transport: LineTransport

    def find_repository(self, path: str) -> RepositoryRecord:
        """The repository that the first line names."""
        for line in self.transport.lines():
            return parse_header(line)
        raise ForgeAnswerError(f"{path} is empty; its first line says what it holds.")

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """The lines after the cursor, unless the whole file was read before as it is now.

        Each page says which repository it is: the file may tell of another one than before.
        """
        present = self.find_repository(repository.path)
        digest = self.transport.digest()
        is_same = cursor.get("digest") == digest
        number = int(cursor.get("line", 1)) if is_same else 1
        lines = islice(enumerate(self.transport.lines(), 1), number, None)
        while chunk := list(islice(lines, PAGE_SIZE)):
            records, gaps = _read(chunk)
            number = chunk[-1][0]
            place = {"digest": digest, "line": number}
            yield Page(records, place, gaps, repository=present)
        yield Page([], {"digest": digest, "line": number}, is_last=True, repository=present)


def dump_lines(
    repository: RepositoryRecord, records: Iterable[ContributionRecord]
) -> Iterator[str]:
    """The lines of a file that holds ``records``, without line feeds."""
    header = {
        "host": repository.host,
        "external_id": repository.external_id,
        "path": repository.path,
        "url": repository.url,
        "kind": repository.kind,
    }
    yield _dumped({"format": FORMAT, "repository": header})
    for record in records:
        yield _dumped(
            {
                "external_id": record.external_id,
                "kind": record.kind,
                "occurred_at": record.occurred_at.isoformat(),
                "state": record.state,
                "title": record.title,
                "url": record.url,
                "participants": [_participant_fields(part) for part in record.participants],
                "facts": dict(record.facts),
            }
        )


def parse_header(line: bytes) -> RepositoryRecord:
    """Read the first line."""
    try:
        header = _object(line)
        if header.get("format") != FORMAT:
            _refuse(f'the first line must say "format": "{FORMAT}"')
        said = header["repository"]
        return RepositoryRecord(
            host=_text(said, "host"),
            external_id=_text(said, "external_id"),
            path=_text(said, "path"),
            url=str(said.get("url", "")),
            kind=RepositoryKind(said.get("kind", "code")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ForgeAnswerError(f"line 1: {_why(error)}") from error


def parse_record(line: bytes) -> ContributionRecord:
    """Read one contribution; what is wrong with it is a ValueError, KeyError or TypeError."""
    said = _object(line)
    occurred_at = datetime.fromisoformat(_text(said, "occurred_at"))
    if occurred_at.tzinfo is None:
        _refuse("occurred_at has no time zone; end it with Z or +08:00")
    facts = said.get("facts", {})
    if not isinstance(facts, dict):
        _refuse("facts must be an object")
    return ContributionRecord(
        external_id=_text(said, "external_id"),
        kind=Kind(said["kind"]),
        occurred_at=occurred_at,
        state=_text(said, "state"),
        title=str(said["title"]),
        url=str(said.get("url", "")),
        participants=[_participant(part) for part in said["participants"]],
        facts=facts,
    )


def _read(chunk: list[tuple[int, bytes]]) -> tuple[list[ContributionRecord], list[Gap]]:
    records: list[ContributionRecord] = []
    gaps: list[Gap] = []
    for number, line in chunk:
        if not line.strip():
            continue
        try:
            records.append(parse_record(line))
        except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
            gaps.append(Gap(f"line {number}", _why(error)))
    return records, gaps


def _object(line: bytes) -> dict[str, Any]:
    value = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    if not isinstance(value, dict):
        _refuse("a line is one JSON object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"{name} is no JSON number")


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return f"{error}" or type(error).__name__


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said[key]
    if not isinstance(value, str) or not value:
        _refuse(f"'{key}' must be a text that is not empty")
    return str(value)


def _participant(said: Mapping[str, Any]) -> Participant:
    weight = said.get("weight", 1)
    if not isinstance(weight, int) or not 0 <= weight <= HEAVIEST:
        _refuse("a weight is a whole number from 0 on")
    actor = ActorRecord(
        host=_text(said, "host"),
        external_id=_text(said, "external_id"),
        login=_text(said, "login"),
        is_bot=bool(said.get("is_bot", False)),
    )
    return Participant(actor, Role(said["role"]), weight)


def _participant_fields(part: Participant) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "host": part.actor.host,
        "external_id": part.actor.external_id,
        "login": part.actor.login,
        "role": part.role,
    }
    if part.actor.is_bot:
        fields["is_bot"] = True
    if part.weight != 1:
        fields["weight"] = part.weight
    return fields


def _dumped(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
