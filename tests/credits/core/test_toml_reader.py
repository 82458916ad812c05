"""A text that is no readable TOML gives one clear error, soon."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.problems import SourceError
from credits.core.toml_reader import MOST_PROBLEMS, TomlReader

LONGEST = 200_000


def reader(source: str) -> TomlReader:
    return TomlReader(source, LONGEST)


def only_problem(source: str) -> tuple[int, int, str]:
    with pytest.raises(SourceError) as caught:
        reader(source)
    (problem,) = caught.value.problems
    return problem.line, problem.column, problem.message


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        ("a = 1\nb == 2", (2, 4), "this is not TOML: Invalid value"),
        ("a = 'x", (1, 7), "this is not TOML"),
        ("a = 1\na = 2", (2, 6), "this is not TOML: Cannot overwrite a value"),
        ("a = 'x\0y'", (1, 7), "invalid character '\\x00'"),
        ("a = 1\rb = 2", (1, 6), "this is not TOML"),
        ("a = 1\n[b", (2, 3), "this is not TOML"),
        ("a = '\udcc9'", (1, 6), "this is not a character; save the text as UTF-8"),
        ("\n a = " + "9" * 5000, (2, 6), "this number has too many digits"),
        ("a = " + "[" * 5000, (1, 1), "nested more than 12 deep"),
        ("a = " + "[" * 100 + "]" * 100, (1, 1), "nested more than 12 deep"),
        ("a = " + "{a = " * 5000, (1, 1), "nested more than 12 deep"),
        ("b = 1\n" + "a." * 99_000 + "a = 1", (2, 1), "more than 100 dots in one line"),
        ("[" + "a." * 99_000 + "a]", (1, 1), "more than 100 dots in one line"),
        ("#" * (LONGEST + 1), (1, 1), "200001 characters, at most 200000"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_cannot_be_read_is_told_with_its_place(source, place, message):
    line, column, said = only_problem(source)

    assert (line, column) == place
    assert message in said


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    try:
        data = reader(text).data
    except SourceError as error:
        assert len(error.problems) == 1  # noqa: PT017 - either it is TOML or it is refused
    else:
        assert isinstance(data, dict)


def test_a_file_that_notepad_saved_reads_as_any_other():
    assert reader("\ufeffa = 'x'\r\n# c\r\nb = 1\r\n").data == {"a": "x", "b": 1}


def test_the_digest_is_of_what_is_said_and_not_of_spaces_or_comments():
    assert reader("a=1 # one\n\nb='x'").digest == reader("b = 'x'\r\na = 1").digest
    assert reader("a = 1").digest != reader("a = 2").digest


@pytest.mark.parametrize(
    "written", ["nan", "inf", "-inf", "1e99", "1e-99", "1e9999999999999999999"]
)
def test_a_number_that_nobody_means_is_refused_where_it_stands(written):
    found = reader(f"a = 1\nb = {written}")

    found.number(found.data["b"], ("b",))

    with pytest.raises(SourceError, match="line 2, column 5: 'b' takes a number of a sensible"):
        found.finish()


@pytest.mark.parametrize(("written", "value"), [("4", 4000), ("0.25", 250), ("-1.5", -1500)])
def test_points_are_read_exactly(written, value):
    found = reader(f"a = {written}")

    assert found.thousandths(found.data["a"], ("a",)) == value
    assert found.problems == []


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("'4'", "'a' takes a number"),
        ("true", "'a' takes a number"),
        ("[1]", "'a' takes a number"),
        ("0.0001", "at most three decimals"),
        ("1000000", "points are below 1000000"),
        ("99999999999999999999", "a sensible size"),
    ],
)
def test_points_that_are_none_are_refused(written, message):
    found = reader(f"a = {written}")

    found.thousandths(found.data["a"], ("a",))

    assert message in found.problems[0].message


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("b = 1", "'a' is missing"),
        ("a = '  '", "'a' must be a text in quotes"),
        ("a = 1.0", "'a' must be a text in quotes"),
        ("a = 2026-11-23", "'a' must be a text in quotes"),
        ('a = "x\\u0000"', "'a' has a control character"),
        (f"a = '{'x' * 61}'", "'a' has more than 60 characters"),
    ],
)
def test_a_text_that_is_none_is_refused(written, message):
    found = reader(written)

    found.text(found.data, "a", ())

    assert found.problems[0].message == message


@pytest.mark.parametrize("written", ["Ab", "a--b", "-a", "a b", "深度", "a/b", "a\\n"])
def test_a_slug_can_stand_in_an_address(written):
    found = reader(f'slug = "{written}"')

    found.slug(found.data, "slug", (), 60)

    assert found.problems[0].message == "'slug' is lower-case letters, digits and single dashes"


@pytest.mark.parametrize("written", ["1 0", "../1", "1..0", "v1/2", "一"])
def test_a_version_can_stand_in_an_address(written):
    found = reader(f'version = "{written}"')

    found.version()

    assert "letters and digits" in found.problems[0].message


def test_an_unknown_key_is_pointed_at_with_the_one_that_was_meant():
    found = reader("a = 1\ntilte = 'x'")

    found.check_keys(found.data, frozenset({"a", "title"}), ())

    assert str(found.problems[0]).startswith(
        "line 2, column 1: unknown key 'tilte', did you mean 'title'?"
    )


def test_a_text_in_one_language_misses_the_other():
    found = reader("title = {en = 'x'}")

    found.both(found.data, "title", ())

    assert [problem.message for problem in found.problems] == ["'zh' is missing"]


def test_problems_come_in_the_order_of_the_text():
    found = reader("a = 1\nb = 2")
    found.add(("b",), "second")
    found.add(("a",), "first")

    with pytest.raises(SourceError) as caught:
        found.finish()

    assert [problem.message for problem in caught.value.problems] == ["first", "second"]


def test_after_many_problems_reading_stops():
    found = reader("\n".join(f"a{number} = 1" for number in range(5000)))

    with pytest.raises(SourceError) as caught:
        found.check_keys(found.data, frozenset(), ())

    assert len(caught.value.problems) == MOST_PROBLEMS


def test_decimals_keep_what_was_written():
    assert reader("a = 0.1").data == {"a": Decimal("0.1")}
