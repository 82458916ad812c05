"""Near copies of code are found whatever its names are, and other code is not taken for one."""

import argparse
import ast
import difflib
import heapq
import inspect
import io
import keyword
import random
import textwrap
import time
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.sketches import FEWEST_TOKENS, GAP, SIZE, similarity, sketch_of

FUNCTIONS = (
    textwrap.TextWrapper._wrap_chunks,
    heapq.merge,
    difflib.SequenceMatcher.find_longest_match,
    argparse.ArgumentParser._parse_known_args,
    ast.literal_eval,
    inspect.getsourcefile,
)
SOURCES = [textwrap.dedent(inspect.getsource(function)) for function in FUNCTIONS]
numbers = st.integers(0, 2**53 - 1)
sketches = st.lists(numbers, max_size=SIZE, unique=True).map(sorted)


def sketched(text):
    return sketch_of(text.split("\n"))


def renamed(source):
    """The same code, with another name for all that has one."""
    names = {}
    tokens = [
        (kind, names.setdefault(said, f"name_{len(names)}"))
        if kind == tokenize.NAME and not keyword.iskeyword(said)
        else (kind, said)
        for kind, said, *_ in tokenize.generate_tokens(io.StringIO(source).readline)
    ]
    return tokenize.untokenize(tokens)


@pytest.mark.parametrize("source", SOURCES, ids=[one.__name__ for one in FUNCTIONS])
def test_other_names_do_not_hide_a_copy(source):
    assert "name_1" in renamed(source)
    assert similarity(sketched(source), sketched(renamed(source))) >= 0.7


def test_other_functions_are_no_copies():
    told = [sketched(source) for source in SOURCES]
    pairs = [(one, other) for one in told for other in told if one is not other]

    assert max(similarity(one, other) for one, other in pairs) < 0.3


def test_a_copy_with_other_texts_numbers_and_remarks_is_one():
    code = SOURCES[1].replace("# ", "# so ").replace("1", "17").replace("'", '"')

    assert similarity(sketched(SOURCES[1]), sketched(code)) >= 0.7


def test_a_few_tokens_are_like_many_others():
    line = "x = y + 1"

    assert sketch_of([line] * (FEWEST_TOKENS // 5 - 1)) == ()
    assert sketch_of([line] * (FEWEST_TOKENS // 5)) != ()


@given(st.lists(st.text(max_size=80), max_size=200))
def test_any_text_has_a_small_sketch(lines):
    sketch = sketch_of(lines)

    assert len(sketch) <= SIZE
    assert list(sketch) == sorted(set(sketch))
    assert all(0 <= number < 2**53 for number in sketch)
    assert sketch == sketch_of(list(lines))
    assert similarity(sketch, sketch) == (1.0 if sketch else 0.0)


@given(sketches, sketches)
def test_likeness_is_mutual_and_a_part_of_one(one, other):
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 1


@given(st.sets(numbers, max_size=40), st.sets(numbers, max_size=40))
def test_of_small_sets_likeness_is_exact(one, other):
    told = similarity(sorted(one), sorted(other))

    if len(one | other) <= SIZE:
        assert told == (len(one & other) / len(one | other) if one | other else 0)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_of_large_ones_it_is_an_estimate(share):
    signs = random.Random(7).choices("+-*/%&|^<>(),.", k=6_000)
    one, other = signs[:3_000], signs[int(3_000 * (1 - share)) : int(3_000 * (2 - share))]
    exact = share / (2 - share)

    assert similarity(sketch_of(one), sketch_of(other)) == pytest.approx(exact, abs=0.18)


@pytest.mark.parametrize(
    "part", ['"a' + '\\"b' * 300, "/*" * 400, "'\\'" * 300, '"""' * 300, "`", "#", "x" * 900]
)
def test_hostile_code_costs_no_more_than_its_length(part):
    start = time.process_time()

    sketch_of([part] * (1_900_000 // (len(part) + 1)))

    assert time.process_time() - start < 5


def test_a_text_that_begins_elsewhere_swallows_nothing_behind_a_gap():
    code = SOURCES[1].split("\n")

    assert similarity(sketch_of(['the end """', GAP, *code]), sketch_of(code)) > 0.9


def test_too_much_at_once_has_no_sketch():
    assert sketch_of(["x = y + 1"] * 300_000) == ()
