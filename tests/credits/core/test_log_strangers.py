"""What other people's programs compute, ours computes too: pymerkle now, aics-tlog from a file."""

import json
from collections import Counter

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.checkpoint import parse_verifier_key, verify_checkpoint
from credits.core.cosignature import COSIGNATURE_TYPE, verify_cosignature
from credits.core.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.credentials import VECTORS

WRITTEN = json.loads((VECTORS / "tlog/aics-tlog.json").read_text())
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(WRITTEN["entries"])]
ENTRIES = st.lists(st.binary(max_size=5), min_size=2, max_size=70)


@given(ENTRIES, st.data())
def test_roots_and_proofs_are_those_of_pymerkle(entries, data):
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    ours, leaves = Frontier(), [leaf_hash(entry) for entry in entries]
    for entry, leaf in zip(entries, leaves, strict=True):
        theirs.append_entry(entry)
        ours.append(leaf)
    size = len(entries)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))

    path = Counter(theirs.prove_inclusion(index + 1, size).path)
    roots = theirs.get_root(first), theirs.get_root()

    assert roots == (root_hash(leaves[:first]), ours.root())
    # pymerkle lists hashes from left to right, and with them the leaf that is asked about.
    assert path - Counter([leaves[index]]) == Counter(inclusion_proof(leaves, index))
    # Its consistency proofs are longer than those of RFC 9162; they tell of the same two roots.
    pymerkle.verify_consistency(*roots, theirs.prove_consistency(first, size))
    assert verify_consistency(first, size, *roots, consistency_proof(leaves, first))


@pytest.mark.parametrize("index", WRITTEN["inclusion"])
def test_inclusion_proofs_of_aics_tlog_verify_and_are_ours(index):
    path = [bytes.fromhex(part) for part in WRITTEN["inclusion"][index]]

    assert path == inclusion_proof(LEAVES, int(index))
    assert verify_inclusion(LEAVES[int(index)], int(index), 300, path, root_hash(LEAVES))


@pytest.mark.parametrize("first", WRITTEN["consistency"])
def test_consistency_proofs_of_aics_tlog_verify_and_are_ours(first):
    proof = [bytes.fromhex(part) for part in WRITTEN["consistency"][first]]
    before = root_hash(LEAVES[: int(first)])

    assert proof == consistency_proof(LEAVES, int(first))
    assert verify_consistency(int(first), 300, before, root_hash(LEAVES), proof)


def test_a_checkpoint_and_a_cosignature_of_aics_tlog_verify():
    name, key = parse_verifier_key(WRITTEN["log_key"])
    witness, witness_key = parse_verifier_key(WRITTEN["witness_key"], COSIGNATURE_TYPE)

    read = verify_checkpoint(WRITTEN["note"], {name: key})

    assert (read.tree_size, read.root_hash) == (300, root_hash(LEAVES))
    assert verify_cosignature(WRITTEN["note"], witness, witness_key) == WRITTEN["timestamp"]
