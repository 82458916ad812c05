"""Trailers are read as people write them, and cost no more than the length of a message."""

import pytest

from harvesters.gitlog import Trailer, first_reverted, reverts_of, trailers_of


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


SHA = "a" * 40


@pytest.mark.parametrize(
    ("message", "reverted"),
    [
        (f"Revert it\n\nThis reverts commit {SHA}.", SHA),
        ("Revert it\n\nThis reverts commit abcdef1, as it broke", "abcdef1"),
        (f'Revert "Add LoRA (#12)" (#15)\n\nThis reverts commit {SHA}.', SHA),
        ('Revert "Add LoRA" (#15)\n\nReverts lab/vision#12', "#12"),
        ("Undo\n\nReverts #12\n", "#12"),
        ("Undo\n\nReverts group/sub/lab!12", "#12"),
        ("Undo\n\nThis reverts merge request !12", "#12"),
        ('Revert "Add LoRA (#12)" (#15)', "#12"),
        ('Revert "Add LoRA (#12)"', "#12"),
        ('Revert "Revert "Add LoRA (#12)" (#15)" (#16)', "#15"),
        ('Revert "Add LoRA" (#15)', None),
        ("Revert the sign (#15)", None),
        ("Add a test\n\nIt reverts #12 in part", None),
        ("Explain\n\nReverts are made by hand, see #12", None),
        ('Say why Revert "x (#1)" failed', None),
    ],
)
def test_a_revert_tells_what_it_takes_back(message, reverted):
    assert reverts_of(message) == reverted


def test_where_issues_have_their_own_numbers_only_a_bang_is_a_change():
    def told(message):
        return reverts_of(message, is_one_numbering=False)

    assert told('Revert "Add LoRA (#12)"') is None
    assert told("Undo\n\nReverts lab/vision#12") is None
    assert told("Undo\n\nReverts lab/vision!12") == "#12"


def test_of_several_messages_one_that_names_a_commit_counts():
    assert first_reverted(["Reverts #12", "x", f"This reverts commit {SHA}."]) == SHA
    assert first_reverted(["Reverts #12", "Reverts #13"]) == "#12"
    assert first_reverted(["x", ""]) is None


@pytest.mark.parametrize("filling", ["a/", "(#1)", '"', "Revert ", "Reverts a-", "."])
def test_a_revert_without_end_is_read_in_one_pass(filling):
    assert reverts_of(f'Revert "{filling * 200_000}\n\nReverts {filling * 200_000}!') is None
