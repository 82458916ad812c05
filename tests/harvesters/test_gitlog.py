"""Trailers are read as people write them, and cost no more than the length of a message."""

import pytest

from harvesters.gitlog import Trailer, trailers_of


@pytest.mark.parametrize(
    ("said", "name", "email"),
    [
        ("Ada <ada@example.org>", "Ada", "ada@example.org"),
        ("  Ada Lovelace   <ada@example.org>  ", "Ada Lovelace", "ada@example.org"),
        ("<ada@example.org>", "", "ada@example.org"),
        ("Ada", "Ada", ""),
        ("Ada <>", "Ada", ""),
        ("Ada (she) <ada@example.org>", "Ada (she)", "ada@example.org"),
        ("Ada <ada@example.org> and others", "Ada <ada@example.org> and others", ""),
    ],
)
def test_a_trailer_tells_a_name_and_an_address(said, name, email):
    assert trailers_of(f"Fix\n\nCo-authored-by: {said}\n") == [
        Trailer("co-authored-by", name, email)
    ]


def test_an_empty_trailer_does_not_take_the_next_line():
    message = "Fix\n\nCo-authored-by:\nSigned-off-by: Ada <ada@example.org>\n"

    assert trailers_of(message) == [Trailer("signed-off-by", "Ada", "ada@example.org")]


@pytest.mark.parametrize("filling", [" ", "<", ">", "x", "<x>"])
def test_a_trailer_without_end_is_read_in_one_pass(filling):
    message = f"Fix\n\nCo-authored-by: {filling * 400_000}!\n"

    assert [trailer.email for trailer in trailers_of(message)] == [""]
