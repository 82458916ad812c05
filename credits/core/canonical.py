"""Bytes that are signed or hashed, and JSON that is safe to read.

Canonical JSON is RFC 8785 (JCS). What has no exact canonical form is refused by name and place:
NaN and infinities, integers beyond 2^53 - 1, keys that are not strings, lone surrogates, and
Python values that JSON does not know. Control characters are allowed here, since JCS defines
their escapes; `proof.py` refuses them in what is signed.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NoReturn

import jcs
import orjson

MAX_SAFE_INTEGER = 2**53 - 1
LEAST_PLAIN, MOST_PLAIN = 1e-4, 1e15
MAX_DEPTH = 32
MAX_WALK = 128
# From here on JCS writes numbers with an exponent; below, a float becomes the digits of an integer.
EXPONENT_FORM = 1e21
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
CONTAINERS = (dict, list)
MULTIHASH_SHA256 = b"\x12\x20"


class DocumentError(ValueError):
    """A document cannot be read, canonicalised, signed or checked; the message says where."""


class CanonicalError(DocumentError):
    """A value has no canonical JSON form."""


class JsonError(DocumentError):
    """The bytes are not JSON that can be trusted to mean one thing."""


def canonical_json(value: Any) -> bytes:
    """The one way to write ``value`` as JSON (RFC 8785), in UTF-8.

    Raises:
        CanonicalError: a value without an exact form; the message names its path.
    """
    if _is_plain(value):
        # For such values orjson writes what RFC 8785 asks for, ten times faster.
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            pass
    for path, item in walk(value):
        _refuse_inexact(item, path)
    canonical: bytes = jcs.canonicalize(value)
    return canonical


def _is_plain(value: Any) -> bool:
    """Whether orjson writes ``value`` as RFC 8785 does.

    It does for texts, exact integers, fractions of middling size, booleans and nulls, under ASCII
    keys; it writes other numbers in its own way, and sorts keys by code point, not by UTF-16.
    """
    level = [value]
    for _ in range(MAX_WALK):
        deeper: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is dict:
                if not _are_plain_keys(item):
                    return False
                deeper += [inner for inner in item.values() if type(inner) is not str]
            elif kind is list:
                deeper += [inner for inner in item if type(inner) is not str]
            elif not _is_plain_scalar(item, kind):
                return False
        if not deeper:
            return True
        level = deeper
    return False


def _are_plain_keys(item: dict[Any, Any]) -> bool:
    try:
        return "".join(item).isascii()
    except TypeError:
        return False


def _is_plain_scalar(value: Any, kind: type) -> bool:
    if kind is int:
        return bool(-MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER)
    if kind is float:
        return bool(LEAST_PLAIN <= abs(value) <= MOST_PLAIN and value % 1 != 0)
    return kind is str or kind is bool or value is None


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_sri(data: bytes) -> str:
    """A ``digestSRI`` as Verifiable Credentials pin resources (W3C SRI, SHA-384)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode("ascii")


def digest_multibase(data: bytes) -> str:
    """A ``digestMultibase``: base64url of a SHA-256 multihash."""
    digest = MULTIHASH_SHA256 + hashlib.sha256(data).digest()
    return "u" + base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def walk(value: Any, path: str = "$", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every value inside ``value`` that is not a container, keys included, with its path."""
    if depth > MAX_WALK:
        raise CanonicalError(f"{path}: nested too deeply to be written")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise CanonicalError(f"{path}: the key {key!r} is not a string")
            yield path, key
            if isinstance(item, (dict, list)):
                yield from walk(item, f"{path}.{key}", depth + 1)
            else:
                yield f"{path}.{key}", item
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, f"{path}[{index}]", depth + 1)
    else:
        yield path, value


def _refuse_inexact(value: Any, path: str) -> None:
    if isinstance(value, str):
        if not value.isascii() and _has_lone_surrogate(value):
            raise CanonicalError(f"{path}: half of a surrogate pair is not text")
    elif isinstance(value, (int, float)):
        _refuse_inexact_number(value, path)
    elif value is not None:
        raise CanonicalError(f"{path}: a {type(value).__name__} is not a JSON value")


def _refuse_inexact_number(value: float, path: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise CanonicalError(f"{path}: {value} is not a JSON number")
    has_exponent = isinstance(value, float) and abs(value) >= EXPONENT_FORM
    if abs(value) > MAX_SAFE_INTEGER and not has_exponent:
        raise CanonicalError(f"{path}: a number beyond 2^53 - 1; write it as a string")


def _has_lone_surrogate(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def parse_json(data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH) -> Any:
    """Read JSON that has one meaning only.

    Refused: more than ``max_bytes`` (before anything is read), other encodings than UTF-8, lone
    surrogates, NaN, infinities and numbers that overflow, a key twice in one object, and nesting
    deeper than ``max_depth``.

    Raises:
        JsonError: the message says what, and line and column or the path.
    """
    if len(data) > max_bytes:
        raise JsonError(f"{len(data)} bytes are more than the {max_bytes} that are read")
    text = _decode(data)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}, line {error.lineno}, column {error.colno}"
        raise JsonError(message) from error
    except RecursionError as error:
        raise JsonError(f"nested deeper than {max_depth} levels") from error
    except ValueError as error:
        raise error if isinstance(error, JsonError) else JsonError(str(error)) from error
    _refuse_depth(value, max_depth)
    if SURROGATE_ESCAPE.search(text):
        _refuse_surrogates(value)
    return value


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise JsonError(f"not UTF-8: line {line}, byte {column} of it") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JsonError(f"the key {twice!r} stands twice in one object")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonError(f"the number {text} is too large")
    return number


def _refuse_depth(value: Any, max_depth: int) -> None:
    level = [value] if type(value) in CONTAINERS else []
    for _ in range(max_depth):
        if not level:
            return
        inside = chain.from_iterable(map(_inside, level))
        level = [item for item in inside if type(item) in CONTAINERS]
    if level:
        raise JsonError(f"nested deeper than {max_depth} levels")


def _inside(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _refuse_surrogates(value: Any) -> None:
    for path, item in walk(value):
        if isinstance(item, str) and _has_lone_surrogate(item):
            raise JsonError(f"{path}: half of a surrogate pair is not text")
