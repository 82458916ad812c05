"""Rule sets in words: nothing of a form or a diff is without a name."""

import pytest
from django.utils import translation

from credits.core.comparison import Change
from credits.core.rule_diff import Difference
from credits.core.rule_entries import KEYS
from credits.core.rule_fields import TABLES, TOP, FieldSpec, Shape
from credits.core.rule_form import Entry, FieldError
from credits.services.standing import Stand, Standing
from credits.templatetags.rules import (
    CHOICES,
    FIELD_NAMES,
    change_bar,
    difference_name,
    difference_tag,
    errors_of,
    field_name,
    signed_percent,
    stand_name,
    stand_tag,
    table_name,
    tables_name,
    value_of,
)


@pytest.mark.parametrize("stand", Stand)
def test_every_state_has_a_name(stand):
    standing = Standing(stand, None)

    assert stand_name(standing)[0].isupper()
    assert stand_tag(standing) in {"", "ok", "wait", "bad"}


@pytest.mark.parametrize("difference", Difference)
def test_every_difference_has_a_name(difference):
    assert difference_name(difference)
    assert difference_tag(difference) in {"", "ok", "wait", "bad"}


def test_every_field_table_and_choice_has_a_name():
    specs = [*TOP, *(spec for found in TABLES.values() for spec in found)]

    assert {spec.name for spec in specs} <= FIELD_NAMES.keys()
    assert {choice for spec in specs for choice in spec.choices} <= CHOICES.keys()
    for table in TABLES:
        assert KEYS[table] <= FIELD_NAMES.keys()
        assert table_name(table) != tables_name(table) != table
    assert field_name("unheard") == "unheard"


def test_a_field_shows_what_was_written_or_what_holds_without():
    state = FieldSpec("state", Shape.CHOICE, ("a", "b"), "a")

    assert value_of(Entry({}), state) == "a"
    assert value_of(Entry({"state": "b"}), state) == "b"
    assert errors_of(Entry({}), "state") == []
    assert errors_of(Entry({}, errors={"state": [FieldError("no")]}), "state")[0].message == "no"


def test_a_bar_goes_to_the_side_of_the_change():
    less, more = change_bar(Change(10, 5), 10), change_bar(Change(5, 15), 10)

    assert 'class="change less"' in less
    assert 'x="25.00" y="1" width="25.00"' in less
    assert 'x="50.00" y="1" width="50.00"' in more
    assert 'width="0.00"' in change_bar(Change(5, 5), 0)


def test_per_cent_have_their_sign_and_are_not_said_of_nothing():
    assert signed_percent(Change(100, 150)) == "+50 %"
    assert signed_percent(Change(100, 93)) == "−7 %"
    assert signed_percent(Change(0, 5)) == signed_percent(Change(5, 5)) == ""


def test_names_follow_the_language_of_the_reader():
    with translation.override("zh-hans"):
        assert table_name("") == str(translation.gettext("Top of the rule set"))
