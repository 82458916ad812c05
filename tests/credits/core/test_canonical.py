import json
import math
from contextlib import suppress

import jcs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.canonical import (
    CanonicalError,
    JsonError,
    canonical_json,
    digest_multibase,
    digest_sri,
    parse_json,
    sha256_hex,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15)
    | st.floats(-1, 1)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def parsed(text, **limits):
    return parse_json(text.encode(), **{"max_bytes": 10_000, **limits})


def test_the_example_of_rfc_8785_becomes_its_canonical_form():
    # RFC 8785, section 3.2.2.
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }

    assert canonical_json(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16():
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7}

    assert list(json.loads(canonical_json(value)).values()) == [2, 4, 6, 7, 1, 5, 3]


@given(JSON)
def test_canonical_json_reads_back_as_the_same_value(value):
    assert json.loads(canonical_json(value)) == value
    assert canonical_json(json.loads(canonical_json(value))) == canonical_json(value)


@given(JSON)
def test_both_ways_of_writing_write_the_same(value):
    assert canonical_json(value) == jcs.canonicalize(value)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, math.nan]}, r"\$\.a\[1\]: nan"),
        ({"a": math.inf}, r"\$\.a: inf"),
        ({"a": 2.0**60}, r"\$\.a: a number beyond"),
        ({"a": 2**53}, r"\$\.a: a number beyond"),
        ({"a": {1: 2}}, r"\$\.a: the key 1 is not a string"),
        ({"a": "\ud800"}, r"\$\.a: half of a surrogate pair"),
        ({"\udc00": 1}, r"\$: half of a surrogate pair"),
        ({"a": {"b": b""}}, r"\$\.a\.b: a bytes is not a JSON value"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value, place):
    with pytest.raises(CanonicalError, match=place):
        canonical_json(value)


def test_nesting_without_end_is_refused_in_writing():
    value = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(CanonicalError, match="nested too deeply"):
        canonical_json(value)


def test_digests_have_their_published_forms():
    assert sha256_hex(b"abc").startswith("ba7816bf8f01cfea")
    assert digest_sri(b"alert('Hello, world.');") == (
        "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
    )
    assert digest_multibase(b"") == "uEiDjsMRCmPwcFJr79MiZb7kkJ65B5GSbk0yklZkbeFK4VQ"


def test_json_is_read_as_it_is():
    assert parsed('{"a": [1, 2.5, "é\\u4e2d", null, true]}') == {"a": [1, 2.5, "é中", None, True]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1, "a": 1}', "'a' stands twice"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not"),
        (b'{"a": 1e999}', "1e999 is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "integer string conversion"),
        (b'{\n  "a": tru\n}', "line 2, column 8"),
        (b'{"a": 1', "line 1, column 8"),
        (b"", "line 1, column 1"),
        (b'{\n"a": "\xff"}', "not UTF-8: line 2, byte 7"),
        (b'{"a": "\\ud800"}', r"\$\.a: half of a surrogate pair"),
        (b'{"\\uDFFF": 1}', "half of a surrogate pair"),
        (b'{"a": 1} {"b": 2}', "Extra data"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
    ],
)
def test_json_with_two_meanings_or_none_is_refused_by_name(data, message):
    with pytest.raises(JsonError, match=message):
        parse_json(data, max_bytes=10_000)


def test_a_pair_of_surrogates_is_one_character():
    assert parsed('["\\ud83d\\ude00"]') == ["😀"]


def test_a_blob_is_refused_by_its_size_alone():
    with pytest.raises(JsonError, match="are more than the 10 that are read"):
        parse_json(b"\xff" * 11, max_bytes=10)


def test_nesting_is_limited():
    assert parsed("[[[1]]]", max_depth=3) == [[[1]]]
    with pytest.raises(JsonError, match="deeper than 2 levels"):
        parsed("[[[1]]]", max_depth=2)
    with pytest.raises(JsonError, match="deeper than 32 levels"):
        parsed('{"a":' * 50 + "1" + "}" * 50)
    with pytest.raises(JsonError, match="deeper than 32 levels"):
        parse_json(b"[" * 1_000_000, max_bytes=2_000_000)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_by_name(data):
    with suppress(JsonError):
        parse_json(data, max_bytes=50)
