"""The Merkle tree of the transparency log (RFC 9162, section 2.1; the same as RFC 6962).

Hashes are 32 bytes of SHA-256. A tree is given by the hashes of its leaves, in order.
"""

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class MerkleError(ValueError):
    """There is no such leaf or tree."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over the leaf hashes ``leaves``."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        # An odd node out moves up as it is: RFC 9162 splits at the largest power of two.
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf ``index``, from the leaf up (RFC 9162, section 2.1.3.1)."""
    spans = inclusion_spans(index, len(leaves))
    return [root_hash(leaves[span.start : span.stop]) for span in spans]


def consistency_proof(leaves: Sequence[bytes], first_size: int) -> list[bytes]:
    """What shows that the tree only grew since it had ``first_size`` leaves (section 2.1.4.1).

    Since it had one, that is: whatever grows, grows from nothing.
    """
    spans = consistency_spans(first_size, len(leaves))
    return [root_hash(leaves[span.start : span.stop]) for span in spans]


def inclusion_spans(index: int, size: int) -> list[range]:
    """The leaves under each hash of an audit path, from the leaf up."""
    if not 0 <= index < size:
        raise MerkleError(f"there is no leaf {index} among {size}")
    spans, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            spans.append(range(middle, end))
            end = middle
        else:
            spans.append(range(begin, middle))
            begin = middle
    return spans[::-1]


def consistency_spans(first_size: int, size: int) -> list[range]:
    """The leaves under each hash of a consistency proof."""
    if not 0 < first_size <= size:
        raise MerkleError(f"nothing leads from {first_size} leaves to a tree of {size}")
    spans, begin, end = [], 0, size
    while end != first_size:
        middle = begin + _split(end - begin)
        if first_size <= middle:
            spans.append(range(middle, end))
            end = middle
        else:
            spans.append(range(begin, middle))
            begin = middle
    # Whoever asks has the root of the first tree; it is left out where it is one of the hashes.
    return ([range(begin, end)] if begin else []) + spans[::-1]


def perfect_subtrees(span: range) -> list[tuple[int, int]]:
    """The whole subtrees that make up ``span``, left to right: height, and index at that height."""
    subtrees, begin = [], span.start
    while begin < span.stop:
        height = (span.stop - begin).bit_length() - 1
        if begin:
            height = min(height, (begin & -begin).bit_length() - 1)
        subtrees.append((height, begin >> height))
        begin += 1 << height
    return subtrees


def fold(roots: Sequence[bytes]) -> bytes:
    """The root over the roots of `perfect_subtrees`; the small ones, on the right, join first."""
    if not roots:
        return EMPTY_ROOT
    *left, current = roots
    for root in reversed(left):
        current = node_hash(root, current)
    return current


class Frontier:
    """The whole subtrees of a tree that grows leaf by leaf: its root at any time, in few bytes."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Grow by a leaf hash."""
        self.size += 1
        current, size = leaf, self.size
        while not size & 1:
            current, size = node_hash(self._roots.pop(), current), size >> 1
        self._roots.append(current)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return fold(self._roots)

    def copy(self) -> "Frontier":
        """Another one, which grows for itself."""
        other = Frontier()
        other.size, other._roots = self.size, list(self._roots)
        return other


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Whether the leaf hash ``leaf`` stands at ``index`` of the tree (section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, *proof]):
        return False
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == expected_root


def verify_consistency(
    first_size: int,
    second_size: int,
    first_root: bytes,
    second_root: bytes,
    proof: Sequence[bytes],
) -> bool:
    """Whether the second tree begins with the first (section 2.1.4.2)."""
    if not 0 < first_size <= second_size or not _are_hashes(proof):
        return False
    if first_size == second_size:
        return not proof and first_root == second_root
    if first_size & (first_size - 1) == 0:
        proof = [first_root, *proof]
    return _climb(first_size - 1, second_size - 1, proof) == (first_root, second_root)


def _climb(node: int, last: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that ``proof`` leads to; None if it has too few or too many hashes."""
    while node & 1:
        node, last = node >> 1, last >> 1
    if not proof:
        return None
    first = second = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return (first, second) if last == 0 else None


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in hashes)
