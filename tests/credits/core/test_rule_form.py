"""A rule set as a form: nothing is lost on the way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.problems import Problem
from credits.core.rule_fields import REST, TABLES
from credits.core.rule_form import Entry, form_of
from credits.core.rule_reader import parse_rule_set
from credits.core.rule_writer import read_structure, write_rule_set
from credits.core.rules import RuleSetError
from tests.rule_sets import DEFAULT, GUARD, HEAD, REVIEW, RULE, SMALL


def through_form(source):
    return write_rule_set(form_of(read_structure(source)).structure()).text


WHOLE = (
    SMALL.replace('en = "Not counted: a merge"', 'days = 7\nen = "Waits"', 1)
    + """
[[factors]]
id = "bulk"
when = 'is_mechanical'
factor = 0.2
en = "A bulk change"
zh = "批量改动"
source = "reasoned: a test"

[[limits]]
id = "slower"
kind = "decay"
per = "month"
of = ["code", "docs"]
steps = [[10, 100], [10, 50]]
rest = 25
en = "Item {place} of {period}"
zh = "{period} 第 {place} 项"
source = "reasoned: a test"

[[limits]]
id = "two-people"
kind = "share"
per = "month"
rules = ["review"]
most = 30
above = 2.5
en = "Much with one person"
zh = "与一人过多"
source = "reasoned: a test"
"""
)
"""A rule set that has everything of which the form has a field."""


@pytest.mark.parametrize("source", [WHOLE, DEFAULT])
def test_nothing_that_the_form_knows_stands_in_the_field_for_all_else(source):
    form = form_of(read_structure(source))

    entries = [form.top, *(entry for found in form.tables.values() for entry in found)]
    assert not any(REST in entry.values for entry in entries)


@pytest.mark.parametrize("source", [DEFAULT, SMALL, WHOLE])
def test_a_rule_set_comes_out_of_the_form_as_it_went_in(source):
    assert parse_rule_set(through_form(source)).digest == parse_rule_set(source).digest


def test_what_the_form_does_not_know_is_kept():
    more = '\nevidence = "seen"\nnumbers = [1, 2.5]\n'
    source = SMALL.replace('source = "reasoned: a test"\n', f'source = "x"{more}', 1)
    source = "days = 7\n" + source + '[work]\nkey = { a = "b" }\n'

    form = form_of(read_structure(source))

    assert 'evidence = "seen"' in form.tables["rules"][0].values[REST]
    assert form.structure() == read_structure(source)


def test_rules_that_are_in_force_and_not_here_are_shown_switched_off():
    form = form_of(read_structure(HEAD + RULE), read_structure(SMALL))

    shown = [(entry.name, entry.on) for entry in form.tables["rules"]]
    assert shown == [("code", True), ("review", False)]
    assert [entry["id"] for entry in form.structure()["rules"]] == ["code"]
    form.tables["rules"][1].on = True
    assert parse_rule_set(write_rule_set(form.structure()).text).rules[1].id == "review"


def test_entries_are_added_removed_and_moved_and_nothing_falls_off_the_ends():
    form = form_of(read_structure(SMALL))

    form.add("rules")
    form.move("rules", 2, -1)
    form.move("rules", 0, -1)
    form.move("rules", 2, 1)
    form.remove("rules", 9)
    form.remove("guards", 0)

    assert [entry.name for entry in form.tables["rules"]] == ["code", "", "review"]
    assert form.tables["guards"] == []


def test_a_problem_stands_beside_its_field():
    form = form_of(read_structure(SMALL))

    assert form.add_problem(("rules", 1, "points"), Problem(3, 1, "no", "points = 1"))
    assert form.add_problem(("rules", 0, "bands"), Problem(3, 1, "too many"))
    assert form.add_problem(("rules", 0, "wrong"), Problem(3, 1, "unknown key"))
    assert form.add_problem(("title",), Problem(3, 1, "missing"))
    assert not form.add_problem((), Problem(1, 1, "no rules"))

    code, review = form.tables["rules"]
    assert review.errors["points"][0].place == "  points = 1\n  ^"
    assert code.errors["bands.of"][0].message == "too many"
    assert code.errors[REST][0].message == "unknown key"
    assert form.top.errors["title.en"][0].message == "missing"
    assert form.has_errors


def test_a_problem_is_counted_over_what_is_switched_on():
    form = form_of(read_structure(HEAD + GUARD + RULE), read_structure(SMALL))
    form.tables["rules"][0].on = False
    form.tables["rules"][1].on = True

    form.add_problem(("rules", 0, "when"), Problem(1, 1, "no"))

    assert form.tables["rules"][1].errors


def test_what_is_no_toml_is_told_and_stays():
    form = form_of(read_structure(SMALL))
    form.tables["rules"][0].values[REST] = "a = = 1"

    form.structure()

    assert "not TOML" in form.tables["rules"][0].errors[REST][0].message
    assert form.tables["rules"][0].values[REST] == "a = = 1"


@given(st.text(max_size=20), st.sampled_from(["bands.steps", "bands.more", "points", "when"]))
def test_whatever_is_typed_is_read_or_told_and_never_breaks_the_form(typed, name):
    form = form_of(read_structure(HEAD + RULE + REVIEW))
    form.tables["rules"][0].values[name] = typed

    written = write_rule_set(form.structure())

    try:
        parse_rule_set(written.text)
    except RuleSetError as error:
        for problem in error.problems:
            form.add_problem(written.path_of(problem), problem)


@given(st.lists(st.tuples(st.integers(0, 99), st.decimals(0, 9, places=2)), min_size=1, max_size=4))
def test_steps_are_read_as_they_are_shown(steps):
    pairs = [list(step) for step in steps]
    structure = {"rules": [{"id": "x", "bands": {"of": "lines", "steps": pairs, "more": 1}}]}

    assert form_of(structure).structure() == structure


def test_facts_are_shown_one_a_line():
    structure = {"cases": [{"name": "x", "facts": {"lines": 3, "labels": ["a"]}, "points": 2}]}

    form = form_of(structure)

    assert form.tables["cases"][0].values["facts"] == 'lines = 3\nlabels = ["a"]'
    assert form.structure() == structure
    form.tables["cases"][0].values["facts"] = "lines ="
    assert form.structure()["cases"][0]["facts"] == "lines ="


def test_a_table_that_is_none_is_shown_as_far_as_it_can_be():
    form = form_of({"rules": {"id": "x"}, "guards": "none"})

    assert form.tables["rules"] == [Entry({"id": "x"})]
    assert form.tables["guards"] == []
    assert set(form.tables) == set(TABLES)
