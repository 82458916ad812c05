"""Proofs of the log with one thing wrong: none may be accepted.

A mutant is a proof over random trees that was changed in its leaf, place, path or roots, or a
signed proof as text with a byte, a line or a size changed. What a root alone does not bind (the
size of an inclusion proof's tree) is only changed where the checkpoint's signature covers it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from credits.core.canonical import DocumentError
from credits.core.checkpoint import build_checkpoint, sign_note
from credits.core.log import body_digest, document_body, leaf_bytes
from credits.core.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from credits.core.tlog_proof import build_tlog_proof, verify_tlog_proof
from tests.credentials import SIGNER

LARGEST = 600
A_TREE = 5_000
TEXTS = 20
"""One mutant in so many is a text, whose signature takes long to check."""

LOGGED = {"name": "the document that was logged"}
DOCUMENT = document_body(LOGGED)
SALT = bytes(range(16))
LEAF = leaf_hash(leaf_bytes("issue", body_digest(DOCUMENT), SALT))
ORIGIN = "credits.university.example/log"


@dataclass(frozen=True)
class Case:
    """Everything that the two verifiers are told."""

    leaf: bytes
    index: int
    size: int
    path: list[bytes]
    root: bytes
    first: int
    first_root: bytes
    consistency: list[bytes]

    @property
    def is_included(self) -> bool:
        return verify_inclusion(self.leaf, self.index, self.size, self.path, self.root)

    @property
    def is_consistent(self) -> bool:
        return verify_consistency(
            self.first, self.size, self.first_root, self.root, self.consistency
        )


def make_case(random: Random) -> Case:
    """A random tree that holds `DOCUMENT`, and true proofs."""
    size = random.randint(3, LARGEST)
    leaves = [leaf_hash(random.randbytes(8)) for _ in range(size)]
    index, first = random.randrange(size), random.randint(1, size - 1)
    leaves[index] = LEAF
    return Case(
        leaf=LEAF,
        index=index,
        size=size,
        path=inclusion_proof(leaves, index),
        root=root_hash(leaves),
        first=first,
        first_root=root_hash(leaves[:first]),
        consistency=consistency_proof(leaves, first),
    )


def text_of(case: Case) -> str:
    """The true proof as text."""
    note = sign_note(build_checkpoint(ORIGIN, case.size, case.root), SIGNER, name=ORIGIN)
    return build_tlog_proof(case.index, case.path, note, kind="issue", salt=SALT.hex())


def flipped(data: bytes, random: Random) -> bytes:
    """``data`` with one bit flipped."""
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def changed_list(hashes: list[bytes], random: Random) -> list[bytes]:
    """A list of hashes with one flipped, cut, dropped, doubled, added, or two of them swapped."""
    changed = list(hashes)
    way = random.randrange(6)
    place = random.randrange(len(changed)) if changed else 0
    if not changed or way == 0:
        changed.insert(random.randint(0, len(changed)), random.randbytes(32))
    elif way == 1:
        del changed[place]
    elif way == 2:
        changed.insert(place, changed[place])
    elif way == 3 and len(changed) > 1:
        other = (place + random.randint(1, len(changed) - 1)) % len(changed)
        changed[place], changed[other] = changed[other], changed[place]
    elif way == 4:
        changed[place] = changed[place][:-1]
    else:
        changed[place] = flipped(changed[place], random)
    return changed


def another(number: int, below: int, random: Random) -> int:
    """A number from -1 to ``below``, and not ``number``."""
    other = random.randint(-1, below - 1)
    return other if other != number else below


INCLUSION: list[Callable[[Case, Random], Case]] = [
    lambda case, random: replace(case, leaf=flipped(case.leaf, random)),
    lambda case, random: replace(case, index=another(case.index, case.size, random)),
    lambda case, random: replace(case, path=changed_list(case.path, random)),
    lambda case, random: replace(case, root=flipped(case.root, random)),
]
CONSISTENCY: list[Callable[[Case, Random], Case]] = [
    lambda case, random: replace(case, first=another(case.first, case.size, random)),
    lambda case, random: replace(case, first_root=flipped(case.first_root, random)),
    lambda case, random: replace(case, root=flipped(case.root, random)),
    lambda case, random: replace(case, first_root=case.root, root=case.first_root),
    lambda case, random: replace(case, consistency=changed_list(case.consistency, random)),
]


def changed_text(text: str, random: Random) -> str:
    """A proof as text with one character changed, or one line gone, doubled or moved."""
    lines = text.splitlines(keepends=True)
    way, place = random.randrange(4), random.randrange(len(lines))
    if way == 0:
        spot = random.randrange(len(text))
        return text[:spot] + chr(ord(text[spot]) ^ 1 << random.randrange(7)) + text[spot + 1 :]
    if way == 1:
        return "".join(lines[:place] + lines[place + 1 :])
    if way == 2:
        return "".join(lines[:place] + lines[place : place + 1] * 2 + lines[place + 1 :])
    other = random.randrange(len(lines))
    lines[place], lines[other] = lines[other], lines[place]
    return "".join(lines)


def accepts_text(text: str) -> bool:
    """Whether the verifier of texts takes it for a proof of `DOCUMENT`."""
    try:
        verify_tlog_proof(text, DOCUMENT, [SIGNER.public_key()], kind="issue")
    except DocumentError:
        return False
    return True


def accepted_mutants(count: int, seed: int) -> Iterator[object]:
    """Of ``count`` mutants those that were accepted: there must be none."""
    random = Random(seed)
    for done in range(count):
        if done % A_TREE == 0:
            case = make_case(random)
            text = text_of(case)
            if not (case.is_included and case.is_consistent and accepts_text(text)):
                raise AssertionError(f"a true proof is refused: {case}")
        found = _accepted(case, text, random)
        if found is not None:
            yield found


def _accepted(case: Case, text: str, random: Random) -> object | None:
    """A mutant, if it is accepted."""
    if random.randrange(TEXTS) == 0:
        mutant = changed_text(text, random)
        return mutant if mutant != text and accepts_text(mutant) else None
    if random.randrange(2):
        changed = random.choice(INCLUSION)(case, random)
        return changed if changed.is_included else None
    changed = random.choice(CONSISTENCY)(case, random)
    return changed if changed.is_consistent else None
