import json
import re
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.jsonld import escape
from credits.core.rdfc import TooComplexError, _Canonicalizer, canonicalize
from tests.credentials import VECTORS

FOLDER = VECTORS / "rdf-canon"
TESTS = json.loads((FOLDER / "manifest.jsonld").read_text(encoding="utf-8"))["entries"]
ENOUGH_WORK = 100_000

TERM = r'<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[A-Za-z0-9-]+)?'
STATEMENT = re.compile(rf"({TERM}) +({TERM}) +({TERM}) *({TERM})? *\.")
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def read_quads(text):
    """Read N-Quads; escapes are resolved and written again in canonical form."""
    lines = [line for line in text.split("\n") if line.strip()]
    return [tuple(map(proper_term, STATEMENT.fullmatch(line.strip()).groups(""))) for line in lines]


def proper_term(term):
    if term[:1] != '"':
        return resolved(term)
    end = term.rindex('"')
    datatype = resolved(term[end + 1 :]).replace("^^<http://www.w3.org/2001/XMLSchema#string>", "")
    return f'"{escape(resolved(term[1:end]))}"{datatype}'


def resolved(text):
    def letter(found):
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else LETTERS.get(found[3], found[3])

    return ESCAPE.sub(letter, text)


def quads_of(case):
    return read_quads((FOLDER / case["action"]).read_text(encoding="utf-8"))


EVALUATED = [case for case in TESTS if case["type"] == "rdfc:RDFC10EvalTest"]


def test_the_suite_of_w3c_is_all_here():
    assert (len(EVALUATED), len(MAPPED), len(TESTS)) == (64, 21, 86)


@pytest.mark.parametrize("case", EVALUATED, ids=lambda case: case["id"])
def test_datasets_of_w3c_become_the_published_text(case):
    algorithm = case.get("hashAlgorithm", "SHA256").lower()

    found = canonicalize(quads_of(case), work_limit=ENOUGH_WORK, hash_name=algorithm)

    assert found == (FOLDER / case["result"]).read_text(encoding="utf-8")


MAPPED = [case for case in TESTS if case["type"] == "rdfc:RDFC10MapTest"]


@pytest.mark.parametrize("case", MAPPED, ids=lambda case: case["id"])
def test_blank_nodes_get_the_published_names(case):
    algorithm = case.get("hashAlgorithm", "SHA256").lower()
    names = json.loads((FOLDER / case["result"]).read_text(encoding="utf-8"))
    working = _Canonicalizer(set(quads_of(case)), ENOUGH_WORK, None, algorithm)

    working.canonical()

    found = working.canonical_issuer.names
    assert found == {f"_:{node}": f"_:{name}" for node, name in names.items()}


def test_a_poison_graph_is_refused_after_limited_work():
    (case,) = [case for case in TESTS if case["type"] == "rdfc:RDFC10NegativeEvalTest"]

    with pytest.raises(TooComplexError, match="more than 20"):
        canonicalize(quads_of(case))


def test_many_nodes_that_are_alike_but_not_tangled_are_no_poison():
    quads = [("<urn:s>", "<urn:p>", f"_:n{number}", "") for number in range(5_000)]

    assert canonicalize(quads).count("\n") == 5_000


NODES = st.sampled_from(["_:a", "_:b", "_:c", "<urn:x>"])
DATASETS = st.sets(
    st.tuples(NODES, st.sampled_from(["<urn:p>", "<urn:q>"]), NODES, st.sampled_from(["", "_:a"])),
    max_size=6,
)


@given(DATASETS, st.sampled_from(list(permutations(["_:a", "_:b", "_:c"]))))
def test_names_of_blank_nodes_do_not_matter(quads, names):
    new = dict(zip(["_:a", "_:b", "_:c"], names, strict=True))
    renamed = [tuple(new.get(term, term) for term in quad) for quad in quads]

    assert canonicalize(renamed, work_limit=ENOUGH_WORK) == canonicalize(
        quads, work_limit=ENOUGH_WORK
    )
