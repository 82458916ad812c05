"""Errors point at the right line and column of a TOML text."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.toml_positions import find_positions

SOURCE = '''\
# [not.a.table]
slug = "x"
title = { en = "A = [1]", "zh" = 'B' }

[[rules]]
id = "one"  # when = 'not here'
when = """
lines > 0 &&
[rules]
"""

[[rules]]
bands.of = 'lines'
bands.steps = [
  [5, 1.5],  # first
  [45, 4],
]

[[rules.parts]]
a = """x\\
   y"""

[other.table]
b = 2026-01-01 10:00:00
'''


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("slug",), (2, 8)),
        (("title",), (3, 9)),
        (("title", "en"), (3, 16)),
        (("title", "zh"), (3, 34)),
        (("rules",), (5, 1)),
        (("rules", 0), (5, 1)),
        (("rules", 0, "id"), (6, 6)),
        (("rules", 0, "when"), (7, 8)),
        (("rules", 0, "missing"), (5, 1)),
        (("rules", 1, "bands", "of"), (13, 12)),
        (("rules", 1, "bands", "steps", 1, 0), (16, 4)),
        (("rules", 1, "parts", 0, "a"), (20, 5)),
        (("other", "table", "b"), (24, 5)),
        (("nowhere",), (1, 1)),
        ((), (1, 1)),
    ],
)
def test_a_value_is_found_or_what_should_hold_it(path, place):
    assert find_positions(SOURCE).of(path) == place


def test_a_name_is_found():
    positions = find_positions(SOURCE)

    assert positions.of_key(("title", "zh")) == (3, 27)
    assert positions.of_key(("rules", 0, "when")) == (7, 1)


@pytest.mark.parametrize(
    ("path", "count", "place"),
    [
        (("slug",), 0, (2, 9)),
        (("rules", 0, "when"), 0, (8, 1)),
        (("rules", 0, "when"), 13, (9, 1)),
        (("rules", 1, "parts", 0, "a"), 1, (21, 4)),
        (("other", "table", "b"), 2, (24, 7)),
    ],
)
def test_a_character_of_a_text_is_found_where_it_is_written(path, count, place):
    assert find_positions(SOURCE).inside(path, count) == place


def test_escapes_count_as_the_one_character_that_they_stand_for():
    positions = find_positions(r'a = "\"\u0041\U00000042!"')

    assert positions.inside(("a",), 3) == (1, 24)


def _written(text: str) -> str:
    escaped = "".join(
        f"\\U{ord(sign):08X}" if sign in '"\\' or not sign.isprintable() else sign for sign in text
    )
    return f'"{escaped}"'


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_NAME = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
_VALUE = st.recursive(
    st.one_of(_TEXT, st.integers(-9, 999), st.booleans()),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(_NAME, part, max_size=3),
    max_leaves=8,
)


def _toml(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + ",  # comment ]\n".join(map(_toml, value)) + "\n]"
    if isinstance(value, bool):
        return str(value).lower()
    return _written(value) if isinstance(value, str) else str(value)


def _leaves(value, path=()):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _leaves(part, (*path, index))
    else:
        yield path, value


def _inline(value):
    """Inline tables hold no line breaks in TOML 1.0, so no lists stand inside them here."""
    if isinstance(value, dict):
        return {name: _inline(part) for name, part in value.items() if not isinstance(part, list)}
    return [_inline(part) for part in value] if isinstance(value, list) else value


_TABLES = st.lists(st.dictionaries(_NAME, _VALUE, max_size=4), max_size=4)


@given(_TABLES)
def test_every_value_of_any_table_is_found(tables):
    source = "".join(
        "[[rules]]\n"
        + "".join(f"{name} = {_toml(_inline(value))}\n" for name, value in table.items())
        for table in tables
    )
    positions = find_positions(source)
    lines = source.split("\n")

    for path, leaf in _leaves(tomllib.loads(source)):
        line, column = positions.of(path)
        assert lines[line - 1][column - 1 :].startswith(_toml(leaf))


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text):
    assert find_positions(text).of(("rules", 0)) >= (1, 1)
