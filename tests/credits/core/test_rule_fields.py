"""Each value of a rule set has its field, and is read back as it is shown."""

from decimal import Decimal

import pytest

from credits.core.rule_entries import KEYS
from credits.core.rule_fields import TABLES, TOP, FieldSpec, Shape, from_text, to_text


def test_every_key_of_a_rule_set_has_a_field():
    shown = {(table, spec.path[0]) for table, specs in TABLES.items() for spec in specs}

    for table in TABLES:
        assert KEYS[table] == {key for name, key in shown if name == table}
    assert KEYS["top"] == {*TABLES, *(spec.path[0] for spec in TOP)}


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        (Shape.NUMBER, 4, "4"),
        (Shape.NUMBER, Decimal("0.25"), "0.25"),
        (Shape.NUMBER, "many", "many"),
        (Shape.LIST, ["code", "docs"], "code, docs"),
        (Shape.STEPS, [[5, 1], [45, Decimal("4.5")]], "5: 1\n45: 4.5"),
        (Shape.STEPS, [["many"]], "many"),
        (Shape.FACTS, {"kind": "issue", "lines": 3}, 'kind = "issue"\nlines = 3'),
        (Shape.EXPRESSION, "lines > 3", "lines > 3"),
    ],
)
def test_a_value_is_read_back_as_it_is_shown(shape, value, text):
    spec = FieldSpec("x", shape)

    assert to_text(spec, value) == text
    assert from_text(spec, text) == value


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1e999999", "--", "٣x"])
def test_what_is_no_number_stays_as_it_was_typed(typed):
    found = from_text(FieldSpec("x", Shape.NUMBER), typed)

    assert isinstance(found, str | Decimal)
    assert str(found).lower().replace("+", "") == typed.lower()
