"""JSON as strangers write it: read strictly, or refused by name (RFC 8259).

Numbers that are none, names told twice and endless depth are refused: two readers would read
them differently, or not at all. Integers beyond 64 bits are read as they are, since ids are kept
as text; halves of surrogate pairs too, which are cleaned where they are stored.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

DEEPEST = 200
LONGEST_NUMBER = 400
_WHOLES = frozenset({dict, list})


class JsonError(ValueError):
    """The text is no JSON: cut off, or something else."""


class AmbiguousJsonError(JsonError):
    """The text cannot be read in one way only; asking again will not change that."""


def parse_json(raw: bytes) -> Any:
    """Read ``raw``.

    Raises:
        AmbiguousJsonError, JsonError: in words, what is wrong with it.
    """
    try:
        content = json.loads(
            raw.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_float,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise JsonError(f"it is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        raise JsonError(str(error)[:200]) from error
    _refuse_depth(content)
    return content


def _refuse_depth(content: Any) -> None:
    level: list[Any] = [[content]]
    for _ in range(DEEPEST + 1):
        level = [part for whole in level for part in _parts(whole) if type(part) in _WHOLES]
        if not level:
            return
    raise _too_deep()


def _parts(whole: Any) -> Iterable[Any]:
    return whole.values() if isinstance(whole, dict) else whole


def _too_deep() -> AmbiguousJsonError:
    return AmbiguousJsonError(f"it is nested more than {DEEPEST} deep")


def _refuse_constant(name: str) -> Any:
    raise AmbiguousJsonError(f"{name} is no number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise AmbiguousJsonError(f"a number has more than {LONGEST_NUMBER} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise AmbiguousJsonError("a number is larger than any that can be kept")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AmbiguousJsonError("a name is told twice")
    return found
