import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.merkle import (
    EMPTY_ROOT,
    MerkleError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.credentials import VECTORS

# The leaves and roots of the reference tests of Certificate Transparency (RFC 6962).
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    bytes(range(96, 112)).hex(),
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PUBLISHED = json.loads((VECTORS / "merkle/proofs.json").read_text())
TREES = st.lists(st.binary(max_size=3).map(leaf_hash), min_size=1, max_size=40)


def decoded(case, *names):
    return [base64.b64decode(case[name] or "") for name in names]


def proof_of(case):
    return [base64.b64decode(item) for item in case["proof"] or []]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_that_were_published(size):
    assert root_hash(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("case", PUBLISHED["inclusion"], ids=lambda case: case["name"])
def test_published_inclusion_proofs_are_judged_as_published(case):
    leaf, root = decoded(case, "leafHash", "root")

    is_right = verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof_of(case), root)

    assert is_right is not case["wantErr"]


@pytest.mark.parametrize("case", PUBLISHED["consistency"], ids=lambda case: case["name"])
def test_published_consistency_proofs_are_judged_as_published(case):
    first, second = decoded(case, "root1", "root2")

    is_right = verify_consistency(case["size1"], case["size2"], first, second, proof_of(case))

    assert is_right is not case["wantErr"]


@given(TREES, st.data())
def test_every_leaf_can_be_shown_to_be_in_the_tree(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion_proof(leaves, index)

    assert verify_inclusion(leaves[index], index, len(leaves), proof, root_hash(leaves))


@given(TREES, st.data())
def test_a_tree_that_only_grew_can_be_shown_to_have_only_grown(leaves, data):
    first = data.draw(st.integers(1, len(leaves)))
    roots = root_hash(leaves[:first]), root_hash(leaves)

    assert verify_consistency(first, len(leaves), *roots, consistency_proof(leaves, first))


@given(TREES, st.data())
def test_no_proof_fits_a_tree_whose_past_was_changed(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    first = data.draw(st.integers(index + 1, len(leaves)))
    forged = [*leaves[:index], leaf_hash(b"forged"), *leaves[index + 1 :]]
    proof = consistency_proof(forged, first)

    assert not verify_inclusion(
        leaves[index], index, len(leaves), inclusion_proof(leaves, index), root_hash(forged)
    )
    assert not verify_consistency(
        first, len(leaves), root_hash(leaves[:first]), root_hash(forged), proof
    )


def test_leaves_and_nodes_are_hashed_apart():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert node_hash(left, right) != leaf_hash(left + right)
    assert root_hash([]) == EMPTY_ROOT


def test_there_is_no_proof_for_what_is_not_there():
    with pytest.raises(MerkleError):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(MerkleError):
        consistency_proof(LEAVES, 9)
    with pytest.raises(MerkleError):
        consistency_proof(LEAVES, 0)
