"""What reading a rule set and reading a credit policy have in common.

A source is read from TOML; every problem is gathered with its line and column, instead of
stopping at the first.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar

from credits.core.canonical import canonical_json, sha256_hex
from credits.core.points import LARGEST_POINTS, THOUSAND
from credits.core.problems import Problem, SourceError
from credits.core.suggestions import suggestion
from credits.core.texts import Text
from credits.core.toml_positions import Path, Positions, find_positions

MOST_DOTS = 100
"""Dots in a line: the time ``tomllib`` takes grows with the square of the dots in a key."""
DEEPEST_NESTING = 12
MOST_PROBLEMS = 30
LONGEST_EXPONENT = 15
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VERSION = re.compile(r"[0-9A-Za-z]+([.-][0-9A-Za-z]+)*")
LONGEST_SLUG, LONGEST_VERSION = 60, 20
LONGEST_CATEGORY = 32

_TEXT_KEYS = frozenset({"en", "zh"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
_LONG_NUMBER = re.compile(r"(?<![0-9_])[0-9_]{1000}")


class TomlReader:
    """Reads one source; `finish` raises ``error`` with every problem found."""

    error: ClassVar[type[SourceError]] = SourceError

    def __init__(self, source: str, longest: int) -> None:
        if len(source) > longest:
            message = f"the text has {len(source)} characters, at most {longest} are read"
            raise self.error([Problem(1, 1, message)])
        # Windows' Notepad puts a mark at the beginning and writes line ends of two characters.
        self.source = source.removeprefix("\ufeff").replace("\r\n", "\n")
        self.lines = self.source.split("\n")
        self.problems: list[Problem] = []
        self.data = self._load()

    @cached_property
    def positions(self) -> Positions:
        return find_positions(self.source)

    @property
    def digest(self) -> str:
        """SHA-256 of what the source says; spaces and comments do not count."""
        return sha256_hex(canonical_json(_plain(self.data)))

    def finish(self) -> None:
        """Raise ``error`` if there are problems, in the order of the source."""
        if self.problems:
            raise self.error(sorted(self.problems, key=lambda found: (found.line, found.column)))

    def _load(self) -> dict[str, Any]:
        self._refuse_unreadable()
        try:
            data = tomllib.loads(self.source, parse_float=_decimal)
        except tomllib.TOMLDecodeError as error:
            raise self._stopped(*self._toml_problem(str(error))) from error
        except RecursionError as error:
            raise self._stopped((1, 1), _TOO_DEEP) from error
        except ValueError as error:
            place = _LONG_NUMBER.search(self.source)
            at = Positions(self.source, {}, {}).place(place.start() if place else 0)
            raise self._stopped(at, "this number has too many digits") from error
        if _is_deep(data):
            raise self._stopped((1, 1), _TOO_DEEP)
        return data

    def _refuse_unreadable(self) -> None:
        """Refuse what cannot be read, or not in a short time."""
        for number, line in enumerate(self.lines, 1):
            if line.count(".") > MOST_DOTS:
                raise self._stopped((number, 1), f"more than {MOST_DOTS} dots in one line")
        try:
            self.source.encode()
        except UnicodeEncodeError as error:
            at = Positions(self.source, {}, {}).place(error.start)
            raise self._stopped(at, "this is not a character; save the text as UTF-8") from error

    def _stopped(self, place: tuple[int, int], message: str) -> SourceError:
        return self.error([self._problem(place, message)])

    def _toml_problem(self, said: str) -> tuple[tuple[int, int], str]:
        place = _PLACE.search(said)
        end = (len(self.lines), len(self.lines[-1]) + 1)
        at = (int(place[1]), int(place[2])) if place and place[1] else end
        return at, f"this is not TOML: {_PLACE.sub('', said).strip()}"

    def _problem(self, place: tuple[int, int], message: str) -> Problem:
        line, column = place
        shown = self.lines[line - 1] if line <= len(self.lines) else ""
        return Problem(line, column, message, shown.encode(errors="replace").decode())

    def add(self, path: Path, message: str) -> None:
        """Note a problem of the value at ``path``."""
        self.add_at(self.positions.of(path), message)

    def add_at(self, place: tuple[int, int], message: str) -> None:
        """Note a problem at a line and column; after many, reading stops."""
        self.problems.append(self._problem(place, message))
        if len(self.problems) == MOST_PROBLEMS:
            self.finish()

    def check_keys(self, data: Iterable[str], known: frozenset[str], path: Path) -> None:
        for key in data:
            if key not in known:
                hint = suggestion(key, sorted(known))
                self.add_at(self.positions.of_key((*path, key)), f"unknown key {key!r}{hint}")

    def tables(self, name: str, most: int) -> Iterator[tuple[dict[str, Any], Path]]:
        """Each ``[[name]]`` with its path."""
        found = self.data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self.add((name,), f"write each of the {name} as its own [[{name}]]")
            return
        if len(found) > most:
            self.add((name,), f"there are {len(found)} {name}, at most {most}")
            return
        for index, entry in enumerate(found):
            yield entry, (name, index)

    def text(self, data: Mapping[str, Any], key: str, path: Path, longest: int = 60) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value.strip():
            problem = "must be a text in quotes" if value else "is missing"
            self.add((*path, key), f"'{key}' {problem}")
            return ""
        if len(value) > longest:
            self.add((*path, key), f"'{key}' has more than {longest} characters")
        if _CONTROL.search(value):
            self.add((*path, key), f"'{key}' has a control character")
        return value

    def slug(self, data: Mapping[str, Any], key: str, path: Path, longest: int) -> str:
        value = self.text(data, key, path, longest)
        if value and not SLUG.fullmatch(value):
            self.add((*path, key), f"'{key}' is lower-case letters, digits and single dashes")
        return value

    def version(self) -> str:
        value = self.text(self.data, "version", (), LONGEST_VERSION)
        if value and not VERSION.fullmatch(value):
            self.add(("version",), "'version' is letters and digits with dots or dashes between")
        return value

    def one_of(self, value: Any, allowed: Collection[str], path: Path) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        self.add(path, f"'{path[-1]}' is one of: {', '.join(sorted(allowed))}")
        return ""

    def both(self, data: Mapping[str, Any], key: str, path: Path, longest: int = 1000) -> Text:
        """A text in both languages: ``{en = ..., zh = ...}``."""
        value, path = data.get(key), (*path, key)
        if not isinstance(value, dict):
            self.add(path, f"'{key}' is missing: write it as {{en = ..., zh = ...}}")
            return Text("", "")
        self.check_keys(value, _TEXT_KEYS, path)
        return Text(self.text(value, "en", path, longest), self.text(value, "zh", path, longest))

    def number(self, value: Any, path: Path) -> Decimal:
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.add(path, f"'{name}' takes a number, such as 4 or 0.25")
            return Decimal(0)
        exact = Decimal(value)
        if not exact.is_finite() or abs(exact) > LARGEST_POINTS:
            self.add(path, f"'{name}' takes a number of a sensible size")
            return Decimal(0)
        return exact

    def whole(self, value: Any, path: Path, most: int) -> int:
        """A count of at most ``most``."""
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.add(path, f"'{name}' takes a whole number from 0 to {most}")
            return 0
        return value

    def thousandths(self, value: Any, path: Path) -> int:
        """Points as written, times 1000."""
        scaled = self.number(value, path) * THOUSAND
        if scaled != scaled.to_integral_value():
            self.add(path, "points have at most three decimals")
        if abs(scaled) >= LARGEST_POINTS:
            self.add(path, f"points are below {LARGEST_POINTS // THOUSAND}")
        return int(scaled)


_TOO_DEEP = f"the text is nested more than {DEEPEST_NESTING} deep"


def _decimal(written: str) -> Decimal:
    """The number as written; NaN for one of a size that nobody means."""
    try:
        value = Decimal(written)
    except InvalidOperation:
        return Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > LONGEST_EXPONENT:
        return Decimal("NaN")
    return value


def _is_deep(data: Any) -> bool:
    level = [data]
    for _ in range(DEEPEST_NESTING):
        level = [part for value in level for part in _parts(value)]
    return bool(level)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _plain(value: Any) -> Any:
    """``value`` without decimals, for the canonical form: numbers as text, exactly as written."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if isinstance(value, bool | int | str) else str(value)
