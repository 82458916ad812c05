"""A credit policy is read whole, or each of its faults is told with line and column."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credits.core.policy_reader import PolicyError, parse_policy
from tests.rule_sets import COUNTED, DATA, POLICY

ROOT = Path(__file__).parents[3]
CAPS = "step = 0.5\nmax_per_term = 2\nmax_per_degree = 4\n"
POLICIES = [
    *(str(path) for path in sorted(Path(str(DATA)).glob("policies/*.toml"))),
    *(str(path) for path in sorted(ROOT.glob("config/demo/*.toml"))),
]


def problems(source: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(source)
    return [
        f"{problem.line}:{problem.column} {problem.message}" for problem in caught.value.problems
    ]


def place_of(source: str, text: str) -> str:
    before = source[: source.index(text)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: Path(path).name)
def test_every_policy_that_comes_along_is_read(path):
    policy = parse_policy(Path(path).read_text(encoding="utf-8"))

    assert policy.bands
    assert policy.title.en != policy.title.zh


def test_a_policy_is_read_exactly():
    policy = parse_policy(POLICY)

    assert (policy.slug, policy.version, policy.audience) == (
        "innovation-practice",
        "1.0",
        "student",
    )
    assert (policy.step, policy.max_per_term, policy.max_per_degree) == (Decimal("0.5"), 2, 4)
    assert [(band.points, band.credits) for band in policy.bands] == [
        (30_000, Decimal("0.5")),
        (60_000, 1),
        (120_000, 2),
        (240_000, 3),
        (400_000, 4),
    ]
    assert policy.categories >= {"code", "review", "translation", "dataset", "model"}
    assert not policy.categories & {"mentoring", "outreach"}


@pytest.mark.parametrize(
    ("old", "new", "said", "pointing_at"),
    [
        ('"student"', '"pupil"', "'audience' is one of: student, teacher", '"pupil"'),
        ('audience = "student"', "", "'audience' is one of", "# A sample"),
        ('"student"', '["student"]', "'audience' is one of", '["student'),
        ('"code", "tests"', '["code"], "tests"', "a category is a name", '["code"]'),
        ('"code", "tests"', '"Code", "tests"', "a category is a name", '"Code"'),
        (COUNTED, "5", "are a list", "5\n"),
        ("step = 0.5", "step = 0", "'step' is above 0", "0\nmax_per_term"),
        ("step = 0.5", "step = -1", "'step' is between 0 and 1000", "-1\nmax"),
        ("step = 0.5", "step = nan", "a sensible size", "nan\n"),
        ("step = 0.5", "step = 0.125", "at most 2 decimal places", "0.125"),
        ("step = 0.5", "step = 'half'", "'step' takes a number", "'half'"),
        ("max_per_term = 2\n", "", "'max_per_term' takes a number", "[credits]"),
        ("max_per_term = 2\n", "max_per_term = 1e9\n", "between 0 and 1000", "1e9"),
        ("max_per_term", "max_per_trem", "did you mean 'max_per_term'?", "max_per_trem"),
        ("[credits]\n", "", "[credits] is missing", "# A sample"),
        ('framework = "CN-16"\n', "", "'framework' is missing", "[credits]"),
        ("points = 60", "points = 29", "from band to band points grow", "[[bands]]\npoints = 29"),
        ("credits = 2", "credits = 0.5", "credits never fall", "[[bands]]\npoints = 120"),
        ("points = 60", "points = -60", "'points' is at least 0", "-60"),
        ("points = 60", "points = 60.00001", "at most three decimals", "60.00001"),
        ("points = 60", "pionts = 60", "did you mean 'points'?", "pionts"),
        ("credits = 3", "credits = true", "'credits' takes a number", "true"),
        ("credits = 4\nlabel", "credits = 4\nlebal", "did you mean 'label'?", "lebal"),
        ("credits = 4\nlabel", "credits = 4\n#", "'label' is missing", "[[bands]]\npoints = 400"),
        ("basis = {", "bases = {", "did you mean 'basis'?", "bases"),
        ('slug = "innovation-practice"', "slug = '学分'", "lower-case letters", "'学分'"),
        ("[credits]", "[credits", "this is not TOML", "\nframework"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_fault_is_told_with_its_place(old, new, said, pointing_at):
    assert old in POLICY
    source = POLICY.replace(old, new, 1)

    found = [problem for problem in problems(source) if said in problem]

    assert found[0].split()[0] == place_of(source, pointing_at)


def test_a_policy_without_levels_is_none():
    assert (
        "a policy needs at least one [[bands]]" in problems(POLICY[: POLICY.index("[[bands]]")])[0]
    )


def test_a_text_that_is_too_long_is_not_read():
    assert "at most 100000 are read" in problems(POLICY + "#" * 100_000)[0]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(POLICY.split("\n")), max_size=20).map("\n".join))
def test_no_shuffle_of_lines_breaks_the_reader(source):
    try:
        parse_policy(source)
    except PolicyError as error:
        assert all(problem.line >= 1 for problem in error.problems)  # noqa: PT017 - read or refused


@settings(max_examples=100)
@given(st.integers(0, len(POLICY) - 1), st.characters() | st.sampled_from("'\"[]{}=\n-.e9"))
def test_no_single_wrong_character_breaks_the_reader(at, sign):
    try:
        parse_policy(POLICY[:at] + sign + POLICY[at + 1 :])
    except PolicyError as error:
        assert error.problems  # noqa: PT017 - read or refused
