"""The numbers by which forges know things."""

import pytest

from harvesters.numbers import number_of


@pytest.mark.parametrize(
    "told", [0, -1, 7, 2**63, 10**30, "42", "61c0d8", "PR_kw-7"], ids=lambda told: f"{told!r}"
)
def test_a_whole_number_and_a_text_of_letters_and_digits_are_numbers(told):
    assert number_of(told) == str(told)


@pytest.mark.parametrize(
    "told",
    [None, True, 1.5, [], {}, "", "1\0", "\ud800", "../user", "7\n", "x" * 101],
    ids=[
        "null",
        "truth",
        "half",
        "list",
        "map",
        "nothing",
        "nul",
        "half sign",
        "path",
        "line",
        "long",
    ],
)
def test_what_names_nothing_or_several_things_is_no_number(told):
    with pytest.raises((TypeError, ValueError), match="is no number"):
        number_of(told)
