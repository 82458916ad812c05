"""What moved is found, and no line makes up for two."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from harvesters import moves
from harvesters.moves import moved_lines
from harvesters.patches import Section

LONG = [b"some_line_with_letters_number_%d" % number for number in range(6)]


def section(lines):
    return [Section(b"", (b"\n" + b"\n".join(lines),))]


def signed(mark, lines):
    return [mark + line for line in lines]


def test_a_block_that_moved_between_files():
    one = section([b"-x", *signed(b"-", LONG), b" y"])
    other = section([b" z", *signed(b"+  ", LONG), b"+new"])

    assert moved_lines([one, other]) == {0: (0, 6), 1: (6, 0)}


def test_a_block_with_a_line_changed_moved_but_for_it():
    changed = [*LONG[:3], b"other", *LONG[3:]]

    assert moved_lines([section([*signed(b"-", LONG), b" ", *signed(b"+", changed)])]) == {
        0: (6, 6)
    }


def test_two_lines_are_no_block_and_braces_are_no_text():
    assert moved_lines([section([*signed(b"-", LONG[:2]), b" ", *signed(b"+", LONG[:2])])]) == {}
    assert moved_lines([section([b"-}"] * 9 + [b" "] + [b"+}"] * 9)]) == {}


lines = st.lists(st.sampled_from([*LONG[:3], b"x", b""]), max_size=30)


@given(st.lists(st.tuples(lines, lines), max_size=4))
def test_no_more_moved_than_was_there(files):
    told = [section([*signed(b"-", gone), b" ", *signed(b"+", new)]) for gone, new in files]

    found = moved_lines(told)

    added = sum(one for one, _ in found.values())
    deleted = sum(one for _, one in found.values())
    gone = Counter(line for one, _ in files for line in one if line)
    new = Counter(line for _, one in files for line in one if line)
    assert added == deleted <= sum((gone & new).values())
    for place, (one, other) in found.items():
        assert one <= len(files[place][1])
        assert other <= len(files[place][0])


def test_of_too_much_nothing_is_taken_for_moved(monkeypatch):
    monkeypatch.setattr(moves, "MOST_LINES", 5)

    assert moved_lines([section([*signed(b"-", LONG), b" ", *signed(b"+", LONG)])]) == {}
