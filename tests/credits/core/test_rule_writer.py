"""A rule set as a structure: what is written reads back as the same."""

import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.rule_reader import parse_rule_set
from credits.core.rule_writer import inline, read_structure, write_rule_set
from credits.core.rules import RuleSetError
from tests.rule_sets import DEFAULT, HEAD, RULE, SMALL

_KEYS = st.text(max_size=8)
_SCALARS = (
    st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text(max_size=30)
    | st.decimals(-1000, 1000, places=3, allow_nan=False)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)
_ENTRIES = st.lists(st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=3)
STRUCTURES = st.dictionaries(_KEYS, _VALUES | _ENTRIES, max_size=6)


@given(STRUCTURES)
def test_what_is_written_reads_back_as_the_same(structure):
    written = write_rule_set(structure)

    assert tomllib.loads(written.text, parse_float=Decimal) == structure


@pytest.mark.parametrize("source", [DEFAULT, SMALL])
def test_a_rule_set_written_anew_is_the_same_rule_set(source):
    again = write_rule_set(read_structure(source)).text

    assert parse_rule_set(again).digest == parse_rule_set(source).digest


@given(STRUCTURES)
def test_each_line_says_what_it_holds(structure):
    written = write_rule_set(structure)

    lines = written.text.split("\n")[:-1]
    assert len(lines) == len(written.paths)
    for path in written.paths:
        value = structure
        for part in path:
            value = value[part]


def test_a_problem_is_led_back_to_its_value():
    structure = read_structure(HEAD + RULE.replace("lines_code > 0", "lines_cod > 0"))
    written = write_rule_set(structure)

    with pytest.raises(RuleSetError) as caught:
        parse_rule_set(written.text)

    (problem,) = caught.value.problems
    assert written.path_of(problem) == ("rules", 0, "when")


def test_a_problem_within_a_line_is_led_back_to_the_very_value():
    structure = read_structure(HEAD + RULE.replace("[45, 4.5]", "[45, 4.5555]"))
    written = write_rule_set(structure)

    with pytest.raises(RuleSetError) as caught:
        parse_rule_set(written.text)

    (problem,) = caught.value.problems
    assert written.path_of(problem) == ("rules", 0, "bands", "steps", 1, 1)


def test_conditions_stay_readable():
    assert inline('kind == "change"') == "'kind == \"change\"'"
    assert inline("it's") == '"it\'s"'
    assert inline('it\'s "so"') == r'"it' + "'" + r's \"so\""'
    assert inline(Decimal(4)) == "4.0"
    assert inline({}) == "{}"


def test_what_is_no_toml_is_refused_with_its_place():
    with pytest.raises(RuleSetError, match="line 1"):
        read_structure("= 3")
