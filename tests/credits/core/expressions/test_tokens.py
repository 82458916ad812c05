"""The words of an expression, and errors that point at them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.expressions.tokens import LONGEST_EXPRESSION, ExpressionError, tokenize


def test_each_word_knows_its_kind_and_where_it_begins():
    words = [(token.kind, token.text, token.position) for token in tokenize("size(x) >= 2.5e3")]

    assert words == [
        ("name", "size", 0),
        ("sign", "(", 4),
        ("name", "x", 5),
        ("sign", ")", 6),
        ("sign", ">=", 8),
        ("double", "2.5e3", 11),
        ("end", "", 16),
    ]


@pytest.mark.parametrize(
    ("source", "character", "column"),
    [
        ("lines = 3", "=", 7),
        ("lines > 3;", ";", 10),
        ("lines ＞ 3", "＞", 7),
        ("'open", "'", 1),
        ("a & b", "&", 3),
        ("'a\nb'", "'", 1),
        ("行数", "行", 1),
    ],
)
def test_a_character_of_no_word_is_named_with_its_place(source, character, column):
    with pytest.raises(ExpressionError) as caught:
        tokenize(source)

    assert caught.value.message == f"unexpected character {character!r}"
    assert (caught.value.line, caught.value.column) == (1, column)


def test_an_expression_of_more_than_the_longest_is_not_read():
    with pytest.raises(ExpressionError, match="2001 characters, at most 2000"):
        tokenize(" " * (LONGEST_EXPRESSION + 1))


def test_an_error_shows_its_line_with_a_caret_below_the_place():
    error = ExpressionError("here", "one\n  two three", 10)

    assert (error.line, error.column) == (2, 7)
    assert str(error) == "line 2, column 7: here\n    two three\n        ^"


@given(st.text(max_size=300))
def test_any_text_has_words_or_a_named_fault(text):
    try:
        words = tokenize(text)
    except ExpressionError as error:
        assert error.line >= 1  # noqa: PT017 - either it has words or it is refused by name
    else:
        assert all(text.startswith(word.text, word.position) for word in words)
