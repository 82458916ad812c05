"""A rule set is read whole, or each of its faults is told with line and column."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credits.core.rule_entries import LONGEST_SOURCE, MOST_ENTRIES
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import Alignment, Bands, RuleSetError
from tests.rule_sets import DEFAULT, GUARD, HEAD, REVIEW, RULE, SMALL


def problems(source: str) -> list[str]:
    with pytest.raises(RuleSetError) as caught:
        parse_rule_set(source)
    return [
        f"{problem.line}:{problem.column} {problem.message}" for problem in caught.value.problems
    ]


def place_of(source: str, text: str, offset: int = 0) -> str:
    """Line and column of ``text``, ``offset`` characters further on."""
    before = source[: source.index(text) + offset]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_a_small_rule_set_is_read_whole():
    rules = parse_rule_set(SMALL)

    assert (rules.slug, rules.version, rules.title.zh) == ("small", "1.0", "小")
    assert [guard.id for guard in rules.guards] == ["merge"]
    assert [rule.id for rule in rules.rules] == ["code", "review"]
    assert rules.rules[0].bands == Bands("lines_code", ((5, 1000), (45, 4500)), 8000)
    assert rules.rules[1].points == "1.0 + 0.5 * double(comments)"
    assert re.fullmatch("[0-9a-f]{64}", rules.digest)


ALIGNED = """
[[alignments]]
name = "Open source practice"
url = "https://framework.example/1"
framework = "A framework"
code = "OS-1"

[[alignments]]
name = "Writing programs"
url = "https://framework.example/2"
category = "code"
"""


def test_alignments_are_read_and_change_no_points():
    rules = parse_rule_set(SMALL + ALIGNED)

    assert rules.alignments == (
        Alignment("Open source practice", "https://framework.example/1", "A framework", "OS-1"),
        Alignment("Writing programs", "https://framework.example/2", category="code"),
    )
    assert rules.rules == parse_rule_set(SMALL).rules


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('url = "https://framework.example/1"', "'name' is missing"),
        ('name = "Practice"', "'url' is missing"),
        ('name = "Practice"\nurl = "javascript:alert(1)"', "begins with https://"),
        ('name = "Practice"\nurl = "https://a.example"\nlevel = "3"', "unknown key 'level'"),
    ],
)
def test_an_alignment_that_leads_nowhere_is_told(entry, said):
    (problem,) = problems(f"{SMALL}\n[[alignments]]\n{entry}\n")

    assert said in problem


@pytest.mark.parametrize(
    ("old", "new", "said", "pointing_at", "offset"),
    [
        (
            "'lines_code > 0'",
            "'lines_cod > 0'",
            "unknown field 'lines_cod', did you mean 'lines_code'?",
            "lines_cod >",
            0,
        ),
        ("'is_merge'", "'is_merge &'", "unexpected character '&'", "&'", 0),
        ("'is_merge'", "'lines'", "this is int, and bool is needed", "lines'\nen", 0),
        ("'is_merge'", "'(is_merge'", "expected ')', found the end", "(is_merge", 9),
        ("'is_merge'", "'title > 1'", "cannot compare string with int", "> 1", 0),
        ("'is_merge'", '"\\"a\\" == titel"', "unknown field 'titel'", "titel", 0),
        ("'is_merge'", "'''\nis_merge &&\n  linse > 0'''", "did you mean 'lines'?", "linse", 0),
        ("'is_merge'", "'" + "!" * 99 + "is_merge'", "nested more than 40 deep", "!!!", 40),
        ("'is_merge'", "'" + "1+" * 999 + "1 > 0'", "2003 characters, at most 2000", "1+1+", 0),
        ("'is_merge'", "5", "this is int, and bool is needed", "5\nen", 0),
        ("'is_merge'", "nan", "'when' takes a number of a sensible size", "nan", 0),
        ("'is_merge'", "['is_merge']", "'when' is missing: write an expression", "['is_m", 0),
        ("when = 'is_merge'\n", "", "'when' is missing: write an expression", "[[guards]]", 0),
        ('of = "lines_code"', 'of = "linse"', "unknown field 'linse'", 'linse"', 0),
        ('of = "lines_code"', "of = 'title'", "this is string, and int is needed", "title'", 0),
        ('of = "lines_code", ', "", "'of' is missing", "{ steps", 0),
        ("[[5, 1], [45, 4.5]]", "[]", "steps are pairs", "[], more", 0),
        ("[[5, 1], [45, 4.5]]", "[[5]]", "steps are pairs", "[[5]]", 0),
        ("[[5, 1], [45, 4.5]]", "[[5.5, 1]]", "steps are pairs", "[[5.5", 0),
        ("[[5, 1], [45, 4.5]]", "[[45, 1], [5, 2]]", "steps must grow", "[[45", 0),
        ("[45, 4.5]", "[45, 4.5555]", "at most three decimals", "4.5555", 0),
        ("[45, 4.5]", "[45, 'many']", "'steps' takes a number", "'many'", 0),
        ("[45, 4.5]", "[99999999999999999999, 5]", "a sensible size", "99999", 0),
        (", more = 8", "", "'more' takes a number", "{ of", 0),
        ("more = 8", "more = 1e12", "a sensible size", "1e12", 0),
        ("more = 8", "more = 8, mor = 1", "unknown key 'mor', did you mean 'more'?", "mor =", 0),
        ("bands = {", "points = 1\nbands = {", "either points or bands", "[[rules]]", 0),
        ("points = '1.0 +", "pionts = '1.0 +", "did you mean 'points'?", "pionts", 0),
        ("points = '1.0 + 0.5", "points = '1.0 + 1", "'*' does not take int and", "* double", 0),
        (
            'id = "review"',
            'id = "code"',
            "'code' stands here a second time",
            '"code"\ncategory = "rev',
            0,
        ),
        ('id = "review"', 'id = "merge"', "'merge' stands here a second time", '"merge"\ncat', 0),
        ('id = "review"', 'id = "sharing"', "a reason that every rule set has", '"sharing"', 0),
        ('id = "review"', "id = 3", "'id' must be a text in quotes", "3\ncat", 0),
        ('id = "review"', 'id = "Code Review"', "lower-case letters", '"Code Rev', 0),
        ('category = "review"', 'category = ""', "'category' is missing", '""', 0),
        (
            'category = "review"',
            f'category = "{"a" * 33}"',
            "more than 32 characters",
            '"aaa',
            0,
        ),
        ('en = "Review"\n', "", "'en' is missing", '[[rules]]\nid = "rev', 0),
        ('en = "Review"', 'en = "{comment}"', "did you mean '{comments}'?", "{comment}", 0),
        ('en = "Review"', 'en = "a {"', "a brace is not closed", '"a {"', 0),
        ('en = "Review"', 'en = "{}"', "unknown field '{}'", "{}", 0),
        ('en = "Review"', 'en = "{lines:>9}"', "unknown field '{lines}'", "{lines:", 0),
        ('en = "Review"', 'en = "{lines.real}"', "unknown field '{lines.real}'", "{lines.", 0),
        ('zh = "评审"', 'zh = "评审 {linse}"', "unknown field '{linse}'", "{linse}", 0),
        ('slug = "small"', 'slug = "Small One"', "lower-case letters", '"Small One', 0),
        ('version = "1.0"', "version = 1.0", "'version' must be a text in quotes", "1.0", 0),
        ('zh = "小"', 'zho = "小"', "unknown key 'zho', did you mean 'zh'?", "zho", 0),
        ('title = { en = "Small", zh = "小" }', "title = 'Small'", "en = ..., zh", "'Small'", 0),
        ("[[guards]]", "[guards]", "write each of the guards as its own", "[guards]", 0),
        ("[[guards]]", "[[guard]]", "unknown key 'guard', did you mean 'guards'?", "[[guard", 0),
        ("when = 'is_merge'", "when = 'is_merge'\nstate = 'gone'", "one of: not_cou", "'gone'", 0),
        ("when = 'is_merge'", "when = 'is_merge'\nstate = ['x']", "one of: not_cou", "['x']", 0),
        ('slug = "small"', 'slug = "small', "this is not TOML", '"small', 6),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_fault_is_told_once_with_its_place(old, new, said, pointing_at, offset):
    assert SMALL.count(old) >= 1
    source = SMALL.replace(old, new, 1)

    found = problems(source)

    assert [problem for problem in found if said in problem], found
    place = place_of(source, pointing_at, offset)
    assert next(problem for problem in found if said in problem).split()[0] == place


def test_every_fault_is_told_at_once():
    source = SMALL.replace("is_merge", "is_merged_").replace("lines_code > 0", "line_code > 0")

    assert len(problems(source)) == 2


@pytest.mark.parametrize("source", ["", "# nothing\n", HEAD, HEAD + GUARD, HEAD + "rules = []\n"])
def test_a_rule_set_without_rules_is_none(source):
    assert "1:1 a rule set needs at least one [[rules]]" in problems(source)


def test_a_text_that_is_too_long_is_not_read():
    (problem,) = problems(SMALL + "#" * LONGEST_SOURCE)

    assert "at most 200000 are read" in problem


def test_more_rules_than_anybody_reads_are_refused():
    many = "".join(RULE.replace('"code"\ncat', f'"code-{n}"\ncat') for n in range(MOST_ENTRIES + 1))

    assert problems(HEAD + many) == [f"6:1 there are {MOST_ENTRIES + 1} rules, at most 500"]


def test_a_case_that_does_not_hold_is_told_with_what_the_rules_give():
    source = SMALL + '[[cases]]\nname = "ten"\nfacts = { lines_code = 10 }\npoints = 4.25\n'

    place = place_of(source, "4.25")
    assert problems(source) == [f"{place} this case says 4.25, the rules give 4.5: code 4.5"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("{ linse = 1 }", "unknown field 'linse', did you mean 'lines'?"),
        ("{ lines = '1' }", "'lines' is int"),
        ("{ lines = 1.5 }", "'lines' is int"),
        ("{ lines = 99999999999999999999 }", "'lines' is int"),
        ("{ is_merge = 1 }", "'is_merge' is bool"),
        ("{ labels = [1] }", "'labels' is list(string)"),
        ("3", "a case has facts = {...}"),
    ],
)
def test_the_facts_of_a_case_are_checked(facts, said):
    case = f'[[cases]]\nname = "one"\nfacts = {facts}\npoints = 0\n'

    (problem,) = problems(SMALL + case)

    assert said in problem


def test_spaces_and_comments_do_not_change_the_digest():
    assert parse_rule_set(SMALL + "\n# note\n").digest == parse_rule_set(SMALL).digest


def test_every_other_change_changes_the_digest():
    assert parse_rule_set(SMALL.replace("4.5", "4.6")).digest != parse_rule_set(SMALL).digest


_LINES = st.sampled_from(DEFAULT.split("\n"))


@settings(max_examples=60)
@given(st.lists(_LINES, max_size=25).map("\n".join))
def test_no_shuffle_of_lines_breaks_the_reader(source):
    try:
        parse_rule_set(source)
    except RuleSetError as error:
        assert all(problem.line >= 1 for problem in error.problems)  # noqa: PT017 - read or refused


@settings(max_examples=100)
@given(st.integers(0, len(SMALL) - 1), st.characters() | st.sampled_from("'\"[]{}=\n&0"))
def test_no_single_wrong_character_breaks_the_reader(at, sign):
    try:
        parse_rule_set(SMALL[:at] + sign + SMALL[at + 1 :])
    except RuleSetError as error:
        assert error.problems  # noqa: PT017 - read or refused


def test_a_rule_of_the_greatest_size_is_read_in_a_moment():
    long = REVIEW.replace("'kind == \"review\"'", "'" + "!" * 36 + '(kind == "review")\'')
    rules = [long.replace('id = "review"', f'id = "review-{n}"') for n in range(400)]

    assert len(parse_rule_set(HEAD + "".join(rules)).rules) == 400
