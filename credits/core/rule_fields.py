"""The fields of a rule set's form: which there are, and how each value is written in one.

What a person wrote is never lost or mended: what is no number stays as it was written, and the
reader of rule sets says what is wrong with it.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from credits.core.rule_writer import inline
from credits.core.rules import LimitKind, Period

REST = "else"
"""The field of an entry that holds, as TOML, what no other field shows."""


class Shape(StrEnum):
    """How a value is written in its field."""

    LINE = "line"
    TEXT = "text"
    EXPRESSION = "expression"
    CHOICE = "choice"
    NUMBER = "number"
    LIST = "list"
    STEPS = "steps"
    FACTS = "facts"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of an entry; ``bands.of`` is one in a table. Its ``default`` is not written."""

    name: str
    shape: Shape
    choices: tuple[str, ...] = ()
    default: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))


_SENTENCE = (FieldSpec("en", Shape.TEXT), FieldSpec("zh", Shape.TEXT))
_WHY = FieldSpec("source", Shape.TEXT)
_ID, _WHEN = FieldSpec("id", Shape.LINE), FieldSpec("when", Shape.EXPRESSION)
TABLES: Mapping[str, tuple[FieldSpec, ...]] = {
    "guards": (
        _ID,
        _WHEN,
        FieldSpec("state", Shape.CHOICE, ("not_counted", "waiting"), "not_counted"),
        FieldSpec("days", Shape.NUMBER),
        *_SENTENCE,
        _WHY,
    ),
    "rules": (
        _ID,
        FieldSpec("category", Shape.LINE),
        _WHEN,
        FieldSpec("points", Shape.EXPRESSION),
        FieldSpec("bands.of", Shape.LINE),
        FieldSpec("bands.steps", Shape.STEPS),
        FieldSpec("bands.more", Shape.NUMBER),
        *_SENTENCE,
        _WHY,
    ),
    "factors": (_ID, _WHEN, FieldSpec("factor", Shape.NUMBER), *_SENTENCE, _WHY),
    "limits": (
        _ID,
        FieldSpec("kind", Shape.CHOICE, tuple(LimitKind)),
        FieldSpec("per", Shape.CHOICE, tuple(Period)),
        FieldSpec("of", Shape.LIST),
        FieldSpec("rules", Shape.LIST),
        FieldSpec("most", Shape.NUMBER),
        FieldSpec("above", Shape.NUMBER),
        FieldSpec("steps", Shape.STEPS),
        FieldSpec("rest", Shape.NUMBER),
        *_SENTENCE,
        _WHY,
    ),
    "cases": (
        FieldSpec("name", Shape.LINE),
        FieldSpec("facts", Shape.FACTS),
        FieldSpec("points", Shape.NUMBER),
    ),
    "alignments": (
        FieldSpec("name", Shape.LINE),
        FieldSpec("url", Shape.LINE),
        FieldSpec("framework", Shape.LINE),
        FieldSpec("code", Shape.LINE),
        FieldSpec("category", Shape.LINE),
    ),
}
TOP: tuple[FieldSpec, ...] = (
    FieldSpec("slug", Shape.LINE),
    FieldSpec("version", Shape.LINE),
    FieldSpec("title.en", Shape.LINE),
    FieldSpec("title.zh", Shape.LINE),
    FieldSpec("description.en", Shape.TEXT),
    FieldSpec("description.zh", Shape.TEXT),
)


def to_text(spec: FieldSpec, value: Any) -> str:
    """``value`` as its field shows it."""
    return _TO_TEXT[spec.shape](value)


def from_text(spec: FieldSpec, text: str) -> Any:
    """What was written in a field, as the rule set has it."""
    return _FROM_TEXT[spec.shape](text)


def _number_text(value: Any) -> str:
    return value if isinstance(value, str) else inline(value)


def _number(text: str) -> Any:
    """A number as TOML has it; what is none stays as it was written."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    return number if set(text) & set(".eE") else int(number)


def _list_text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else _number_text(value)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _steps_text(value: Any) -> str:
    """Pairs, one a line: ``5: 1``."""
    if not isinstance(value, list):
        return _number_text(value)
    return "\n".join(
        ": ".join(map(_number_text, step)) if isinstance(step, list) else _number_text(step)
        for step in value
    )


def _steps(text: str) -> list[Any]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [[_number(part.strip()) for part in line.split(":")] for line in lines]


def _facts_text(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _number_text(value)
    return "\n".join(f"{key} = {inline(part)}" for key, part in value.items())


def _facts(text: str) -> Any:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError:
        return text


_TO_TEXT: Mapping[Shape, Callable[[Any], str]] = {
    **dict.fromkeys(Shape, _number_text),
    Shape.LIST: _list_text,
    Shape.STEPS: _steps_text,
    Shape.FACTS: _facts_text,
}
_FROM_TEXT: Mapping[Shape, Callable[[str], Any]] = {
    **dict.fromkeys(Shape, str),
    Shape.NUMBER: _number,
    Shape.LIST: _list,
    Shape.STEPS: _steps,
    Shape.FACTS: _facts,
}
