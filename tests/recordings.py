"""What forges were recorded to tell, and which of its fields are read or ignored by name.

``tests/data/<forge>/ignored.txt`` names the fields that are ignored, one a line: a path as
`tests.noted` writes it, with all that stands below it, or ``*.name`` for a name in every place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harvesters.forge import Answer
from tests.noted import Read, noted, paths_of

DATA = Path(__file__).parent / "data"

_NUMBERS = re.compile(r"(?<=/)([0-9]+|[0-9a-f]{40})(?=/|$)")


@dataclass
class Fields:
    """The fields that were ``told``, and those of them that were ``read``."""

    told: set[str] = field(default_factory=set)
    read: Read = field(default_factory=set)

    def note(self, payload: Any, what: str) -> Any:
        """The ``payload`` that ``what`` tells, in which every reading is noted."""
        self.told |= paths_of(payload, what)
        return noted(payload, self.read, what)


@dataclass
class Noting:
    """A ``transport`` without a network whose answers note which of their fields are read."""

    transport: Any
    fields: Fields

    def request(self, method: str, path: str, **asked: Any) -> Answer:
        answer: Answer = self.transport.request(method, path, **asked)
        what = _NUMBERS.sub("N", path.partition("?")[0])
        return replace(answer, body=self.fields.note(answer.body, what))


@dataclass(frozen=True)
class Ignored:
    """The fields of one forge that are ignored by name."""

    patterns: tuple[str, ...]

    @classmethod
    def of(cls, forge: str) -> "Ignored":
        lines = (DATA / forge / "ignored.txt").read_text("utf-8").splitlines()
        return cls(tuple(line for line in lines if line and not line.startswith("#")))

    def covering(self, path: str) -> Iterator[str]:
        """The patterns that name ``path`` or something above it."""
        above = [path[: place.start()] for place in re.finditer(r"[.\[]", path)]
        for pattern in self.patterns:
            # Brackets are a part of the path here, and no choice of characters.
            form = pattern.replace("[]", "[[]]")
            if any(fnmatchcase(each, form) for each in [*above, path]):
                yield pattern


def unknown_fields(fields: Fields, ignored: Ignored) -> list[str]:
    """What was told, and is neither read nor ignored; of an object that is new, its name."""
    new = {path for path in fields.told - fields.read if not any(ignored.covering(path))}
    return sorted(path for path in new if not any(_is_below(path, other) for other in new))


def idle_patterns(fields: Fields, ignored: Ignored) -> list[str]:
    """What is ignored, and is read, or is told no more."""
    used = {name for path in fields.told - fields.read for name in ignored.covering(path)}
    return sorted(set(ignored.patterns) - used)


def _is_below(path: str, other: str) -> bool:
    return path.startswith((f"{other}.", f"{other}[]"))
