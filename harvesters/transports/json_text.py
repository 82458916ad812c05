"""JSON as strangers write it: read strictly, or refused by name (RFC 8259).

Numbers that are none, names told twice and endless depth are refused: two readers would read
them differently, or not at all. Integers of any length are read; ids are kept as text.
"""

import json
import re
from typing import Any

DEEPEST = 200
LONGEST_NUMBER = 400
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


class JsonError(ValueError):
    """The text is no JSON that can be read in one way only."""


def parse_json(raw: bytes) -> Any:
    """Read ``raw``.

    Raises:
        JsonError: in words, what is wrong with it.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonError(f"it is not UTF-8 at byte {error.start}") from error
    _refuse_depth(text)
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
    except JsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)[:200]) from error


def _refuse_depth(text: str) -> None:
    """Count brackets outside of strings, so that the reader itself never goes too deep."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
            if depth > DEEPEST:
                raise JsonError(f"it is nested more than {DEEPEST} deep")
        elif sign in "]}":
            depth -= 1


def _refuse_constant(name: str) -> Any:
    raise JsonError(f"{name} is no number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise JsonError(f"a number has more than {LONGEST_NUMBER} digits")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("a name is told twice")
    return found
