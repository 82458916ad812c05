"""Which contributions are one piece of work, so that cutting it up neither pays nor costs.

Merged changes and commits of one person in one repository that close the same issue are one work
item, whenever they were merged; else those of the same ISO week and the same area, which is the
first three parts of the path of the largest file. Everything else stands alone, and so does a
change of which no file is known.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from credits.core.inputs import Participant, ScoredInput
from credits.core.periods import day_of, week_of

GROUPED_KINDS = frozenset({"commit", "change"})
AREA_PARTS = 3


def work_item_of(item: ScoredInput, path: str | None = None) -> int | None:
    """The number of the work item that ``item`` belongs to; None if it stands alone.

    ``path`` is that of the largest file, if the caller has it apart from the facts. The number is
    63 bits of a hash, the same on any machine.
    """
    if item.kind not in GROUPED_KINDS:
        return None
    who = author_of(item.participants)
    if who == 0:
        return None
    issue = first_closed(item.facts)
    if issue is not None:
        return _number(item.repository, who, "issue", issue)
    largest = largest_path(item.facts) if path is None else path
    if not largest:
        return None
    return _number(item.repository, who, week_of(day_of(item.occurred_at)), area_of(largest))


def author_of(participants: Sequence[Participant]) -> int:
    """Whose work it is: the first author who is no bot, else the first other person; 0 if none."""
    people = [part for part in participants if not part.is_bot and part.weight > 0]
    first = min(people, key=lambda part: (part.role != "author", part.key), default=None)
    return 0 if first is None else first.person or first.key


def first_closed(facts: Mapping[str, Any]) -> Any:
    """The issue that a change closes, the lowest number of several; None if it closes none."""
    closes = facts.get("closes")
    if not isinstance(closes, list):
        return None
    return min((number for number in closes if type(number) is int), default=None)


def largest_path(facts: Mapping[str, Any]) -> str:
    """The path of the largest file; the harvest lists the largest first."""
    files = facts.get("files")
    if isinstance(files, list) and files and isinstance(files[0], list) and files[0]:
        return str(files[0][0])
    return ""


def area_of(path: str) -> str:
    return "/".join(path.split("/")[:AREA_PARTS])


def _number(*parts: Any) -> int:
    named = "\0".join(map(str, parts)).encode(errors="replace")
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big") >> 1
