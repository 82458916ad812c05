"""JSON of strangers: read in one way only, or refused in words."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.transports.json_text import DEEPEST, AmbiguousJsonError, JsonError, parse_json

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_what_json_writes_is_read_as_it_was(value):
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_name(raw):
    with suppress(JsonError):
        parse_json(raw)


@given(st.text(alphabet='[]{}"\\:,a1 ', max_size=600))
def test_any_brackets_are_read_or_refused_by_name(text):
    with suppress(JsonError):
        parse_json(text.encode())


REFUSED = {
    "NaN": b'{"a": NaN}',
    "infinity": b"[-Infinity]",
    "a number too large": b"[1e400]",
    "a name told twice": b'{"id": 1, "id": 2}',
    "a name told twice inside": b'[{"a": {"b": 1, "b": 1}}]',
    "a hundred thousand deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "a number without end": b"1" * 5_000,
    "half of it": b'{"a": [1, 2',
    "a web page": b"<html>",
    "nothing": b"",
    "bytes that are no text": b'"\xff\xfe"',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_what_two_readers_would_read_differently_is_refused(raw):
    with pytest.raises(JsonError):
        parse_json(raw)


@pytest.mark.parametrize(
    "key", ["NaN", "a name told twice", "a hundred thousand deep", "deep objects"]
)
def test_what_asking_again_will_not_change_has_a_name_of_its_own(key):
    with pytest.raises(AmbiguousJsonError):
        parse_json(REFUSED[key])


@given(PLAIN, st.data())
def test_what_was_cut_off_is_not_taken_for_something_else(value, data):
    raw = json.dumps([value]).encode()

    with pytest.raises(JsonError) as refused:
        parse_json(raw[: data.draw(st.integers(0, len(raw) - 1))])
    assert not isinstance(refused.value, AmbiguousJsonError)


@given(st.integers(1, 2 * DEEPEST), st.booleans())
def test_depth_is_counted_alike_for_lists_and_objects(depth, is_list):
    begin, end = (b"[", b"]") if is_list else (b'{"a":', b"}")
    raw = begin * depth + b"1" + end * depth

    if depth <= DEEPEST:
        parse_json(raw)
    else:
        with pytest.raises(AmbiguousJsonError, match="deep"):
            parse_json(raw)


def test_brackets_inside_of_texts_are_not_depth():
    assert parse_json(json.dumps(["[" * 1_000, '"' + "{" * 1_000]).encode())[0] == "[" * 1_000


def test_depth_ends_where_it_is_said_to():
    assert parse_json(b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(JsonError, match="deep"):
        parse_json(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))


def test_a_million_signs_and_large_ids_are_read():
    value = {"title": "a" * 1_000_000, "id": 2**70, "name": "\ud800"}

    assert parse_json(json.dumps(value).encode()) == value


def test_a_byte_order_mark_is_no_fault():
    assert parse_json(b"\xef\xbb\xbf{}") == {}
