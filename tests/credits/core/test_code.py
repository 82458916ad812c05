import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.code import SYMBOLS, CodeCheckError, CodeError, make_code, parse_code

CODES = st.binary(min_size=10, max_size=16).map(make_code)


@given(CODES)
def test_a_code_has_one_look_and_reads_back(code):
    assert len(code) == len("OC-7K3M-9QXT-2B8W-HJ4N")
    assert set(code[3:]) <= {*SYMBOLS, "-"}
    assert parse_code(code) == code


@given(CODES)
def test_a_code_is_understood_as_people_type_it(code):
    letters = code.replace("-", "")
    typed = [
        code.lower(),
        letters,
        letters.removeprefix("OC"),
        f"  {code.replace('-', ' ')}\n",
        code.replace("0", "O").replace("1", "l"),
        code.replace("1", "I").replace("0", "o"),
        code.replace("OC-", "0c-"),
        "".join(chr(ord(letter) + 0xFEE0) for letter in code),
    ]

    assert {parse_code(text) for text in typed} == {code}


@given(CODES, st.integers(0, 15), st.integers(1, 31))
def test_one_mistyped_symbol_is_noticed(code, place, step):
    letters = list(code.replace("-", "")[2:])
    letters[place] = SYMBOLS[(SYMBOLS.index(letters[place]) + step) % 32]

    with pytest.raises(CodeCheckError):
        parse_code("".join(letters))


@given(CODES, st.integers(0, 14))
def test_two_neighbours_that_changed_places_are_noticed(code, place):
    letters = list(code.replace("-", "")[2:])
    swapped = letters.copy()
    swapped[place], swapped[place + 1] = letters[place + 1], letters[place]

    if swapped != letters:
        with pytest.raises(CodeCheckError):
            parse_code("".join(swapped))


@pytest.mark.parametrize("text", ["", "OC", "OC-7K3M", "7K3M9QXT2B8WHJ4N7", "x" * 1_000_000])
def test_a_code_of_another_length_is_refused(text):
    with pytest.raises(CodeError, match="a code has 16 symbols"):
        parse_code(text)


def test_a_symbol_that_no_code_has_is_named():
    with pytest.raises(CodeError, match="'U' does not occur"):
        parse_code("OC-7K3M-9QXT-2B8W-HJ4U")


def test_a_code_needs_enough_randomness():
    with pytest.raises(CodeError, match="10 random bytes"):
        make_code(bytes(9))
