"""docs/scoring.md is true: its examples run, and it lists every field and function."""

import re
from pathlib import Path

import pytest

from credits.core.expressions import LONGEST_EXPRESSION
from credits.core.expressions.functions import FUNCTIONS, METHODS, signature
from credits.core.expressions.operators import STRENGTH, UNARY
from credits.core.expressions.parser import DEEPEST_EXPRESSION, MOST_OPERATIONS
from credits.core.fields import FIELDS
from credits.core.inputs import Participant
from credits.core.points import decimal_points
from credits.core.policy import PriorCredits, propose
from credits.core.policy_reader import parse_policy
from credits.core.rule_entries import LONGEST_SOURCE
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSetError
from credits.core.scoring import EARNING_ROLES, score_contributions
from credits.core.sharing import split
from credits.core.traces import OWN_REASONS, explain
from tests.rule_sets import NOW, contribution

TEXT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")
RULES, POLICY = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
SHOWN = [block.rstrip("\n") for block in re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)]
FAULTS, TRACE = SHOWN


def test_every_field_is_listed_as_the_code_knows_it():
    rows = [
        f"| `{name}` | {field.type} | {field.en} | {field.zh} |" for name, field in FIELDS.items()
    ]

    assert "\n".join(rows) in TEXT


def test_every_function_is_listed_as_the_code_knows_it():
    entries = {**FUNCTIONS, **METHODS}
    rows = [f"| `{signature(name)}` | {entry.en} | {entry.zh} |" for name, entry in entries.items()]

    assert "\n".join(rows) in TEXT


@pytest.mark.parametrize("sign", [*STRENGTH, *UNARY, "?:"])
def test_every_operator_is_listed(sign):
    operators = TEXT[TEXT.index("| operators |") : TEXT.index("### Functions")]

    assert f"`{sign}`" in operators.replace("\\|", "|")


def test_every_reason_that_scoring_gives_itself_is_listed():
    assert all(f"`{name}`" in TEXT for name in OWN_REASONS)


def test_every_limit_is_the_one_that_holds():
    for limit in (LONGEST_SOURCE, LONGEST_EXPRESSION):
        assert f"{limit:,} characters" in TEXT
    assert f"{MOST_OPERATIONS} operations" in TEXT
    assert f"{DEEPEST_EXPRESSION} deep" in TEXT


@pytest.mark.parametrize(("kind", "roles"), EARNING_ROLES.items())
def test_who_earns_by_what_is_listed(kind, roles):
    row = next(line for line in TEXT.split("\n") if line.startswith(f"| `{kind}`"))

    assert set(re.findall(r"`(\w+)`", row)) == {kind, *roles}


def test_the_example_of_a_rule_set_is_one():
    rules = parse_rule_set(RULES)

    assert rules.guards
    assert len(rules.rules) == 2
    assert rules.cases


def test_the_example_of_a_trace_is_what_scoring_says():
    people = (
        Participant(1, "author", 2, is_bot=False),
        Participant(2, "co_author", 1, is_bot=False),
    )
    item = contribution("change", facts={"sizes": {"code": [150, 0]}}, participants=people)

    rules = parse_rule_set(RULES)
    results = score_contributions([item], rules, now=NOW)

    traces = []
    for who, result in zip(people, results, strict=True):
        lines = explain(result.reasons, rules, "en")
        traces.append(f"{who.role}, {decimal_points(result.points)} points\n" + "\n".join(lines))
    assert TRACE.split("\n\n") == traces


def test_the_example_of_faults_is_what_the_reader_says():
    faulty = RULES.replace("!is_merged", "!is_mergd").replace("double(comments)", "comments")

    with pytest.raises(RuleSetError) as caught:
        parse_rule_set(faulty)

    assert str(caught.value) == FAULTS


def test_the_example_of_sharing_is_right():
    assert "8.000 among weights 2, 1, 1, 2 is 2.667, 1.333, 1.333, 2.667" in TEXT
    assert split(8000, [2, 1, 1, 2]) == [2667, 1333, 1333, 2667]


def test_the_example_of_a_policy_proposes_what_the_page_says():
    policy = parse_policy(POLICY)

    first = propose(policy, {"code": 45_000}, prior=PriorCredits(), now=NOW)
    second = propose(policy, {"code": 130_000}, prior=PriorCredits(degree=first.credits), now=NOW)

    assert f"45 points are {first.credits} credits" in TEXT
    assert f"130 points, {second.credits} more" in TEXT
