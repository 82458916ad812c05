"""A limit is read whole, or each of its faults is told with its place."""

import pytest

from credits.core.rule_reader import parse_rule_set
from credits.core.rules import LimitKind, Period, RuleSetError
from tests.rule_sets import SMALL
from tests.scored_histories import LIMIT, LIMITS

NUMBERS = {kind: numbers for kind, _, numbers in LIMITS.values()}


def source(kind, numbers, per="week"):
    return SMALL + LIMIT.format(id="cut", kind=kind, per=per, numbers=numbers)


def problems(text):
    with pytest.raises(RuleSetError) as caught:
        parse_rule_set(text)
    return [problem.message for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("kind", "numbers", "read"),
    [
        ("decay", "steps = [[10, 100], [5, 0]]\nrest = 0", {"steps": ((10, 100), (5, 0))}),
        ("items", "most = 5", {"most": 5}),
        ("points", "most = 40.5", {"most": 40_500}),
        ("share", "most = 30\nabove = 4", {"most": 30, "above": 4_000}),
        ("items", 'most = 1\nof = ["code", "docs"]', {"of": frozenset({"code", "docs"})}),
        ("items", 'most = 1\nrules = ["code"]', {"rules": frozenset({"code"})}),
    ],
)
def test_a_limit_of_each_kind_is_read(kind, numbers, read):
    (limit,) = parse_rule_set(source(kind, numbers)).limits

    assert (limit.id, limit.kind, limit.per) == ("cut", LimitKind(kind), Period.WEEK)
    assert {name: getattr(limit, name) for name in read} == read


@pytest.mark.parametrize(
    ("kind", "numbers", "said"),
    [
        ("cap", "most = 1", "one of: decay, items, points, share"),
        ("items", "", "'most'"),
        ("items", "most = 1.5", "'most'"),
        ("items", "most = -1", "'most'"),
        ("items", "most = 1\nabove = 2", "a limit of kind items has no 'above'"),
        ("points", "most = 1\nrest = 2", "a limit of kind points has no 'rest'"),
        ("points", "most = 'all'", "'most' takes a number"),
        ("points", "most = 1.2345", "at most three decimals"),
        ("share", "most = 30", "'above' takes a number"),
        ("share", "most = 130\nabove = 1", "'most'"),
        ("decay", "rest = 0", "steps are pairs"),
        ("decay", "steps = []\nrest = 0", "steps are pairs"),
        ("decay", "steps = [[1]]\nrest = 0", "steps are pairs"),
        ("decay", "steps = [[1, 50], [1, 60]]\nrest = 0", "must not grow"),
        ("decay", "steps = [[1, 101]]\nrest = 0", "'steps'"),
        ("decay", "steps = [[1, 50]]\nrest = 51", "'rest'"),
        ("items", 'most = 1\nof = "code"', "'of' is a list of names in quotes"),
        ("items", 'most = 1\nof = ["Code Review"]', "lower-case letters"),
        ("items", "most = 1\nmots = 2", "unknown key 'mots', did you mean 'most'?"),
    ],
)
def test_a_fault_is_told(kind, numbers, said):
    found = problems(source(kind, numbers))

    assert [message for message in found if said in message], found


def test_an_unknown_period_is_told():
    (message,) = problems(source("items", "most = 1", per="year"))

    assert "one of: day, month, week" in message


@pytest.mark.parametrize("kind", LimitKind)
def test_a_sentence_names_only_what_a_limit_of_its_kind_knows(kind):
    text = source(kind, NUMBERS[kind]).replace("Limited by {period}", "{lines} of {perriod}")

    found = problems(text)

    assert any("unknown field '{lines}'" in message for message in found)
    assert any("did you mean '{period}'?" in message for message in found)


def test_a_limit_bears_no_name_of_another_part():
    text = source("items", "most = 1").replace('id = "cut"', 'id = "code"')

    assert problems(text) == ["'code' stands here a second time"]
