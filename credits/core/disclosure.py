"""Showing a part of a certificate: what is hidden cannot be derived, what is shown is proved.

Each thing that can be hidden is a *leaf*: the name, the rule set, the total, each project, each
contribution. The issuer signs only their digests, each salted with 16 random bytes, so that
nobody can try out what a hidden leaf says. Whoever holds the whole *record* (leaves with salts)
opens those that are to be seen. The digests of a kind stand in their own order, which tells
nothing of the leaves.

How many leaves of each kind there are does show: a reader should know that something is hidden.
With the total, what the hidden contributions earned together can be had by subtraction; who does
not want that hides the total as well.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from credits.core.canonical import DocumentError, canonical_json

SEAL_TYPE = "opencredits-seal/v1"
SHARED_TYPE = "opencredits-shared/v1"
SALT_BYTES = 16
SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
MOST_LEAVES = 100_000


class LeafKind(StrEnum):
    """What can be hidden."""

    NAME = "name"
    RULES = "rules"
    TOTAL = "total"
    PROJECT = "project"
    CONTRIBUTION = "contribution"


class DisclosureError(DocumentError):
    """What is shown is not what was sealed; the message says where."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that can be hidden; ``salt`` are 16 random bytes in hexadecimal."""

    kind: LeafKind
    value: Any
    salt: str

    @property
    def digest(self) -> str:
        """What stands in the seal for it."""
        said = canonical_json([self.salt, self.kind.value, self.value])
        return hashlib.sha256(said).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "salt": self.salt, "value": self.value}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a shared record shows, and how many leaves of each kind it hides."""

    shown: tuple[Leaf, ...]
    hidden: Mapping[LeafKind, int]

    def of(self, kind: LeafKind) -> list[Any]:
        """What is shown of ``kind``."""
        return [leaf.value for leaf in self.shown if leaf.kind is kind]


def seal_items(leaves: Iterable[Leaf], *, address: str) -> dict[str, Any]:
    """The seal over ``leaves``, which the signed credential pins by the digest of its bytes.

    Raises:
        DisclosureError: a salt is missing or short, or serves twice.
    """
    digests: dict[str, list[str]] = {kind.value: [] for kind in LeafKind}
    salts: set[str] = set()
    for leaf in leaves:
        if not SALT.fullmatch(leaf.salt) or leaf.salt in salts:
            raise DisclosureError("each leaf takes 16 random bytes of its own as salt")
        salts.add(leaf.salt)
        digests[leaf.kind.value].append(leaf.digest)
    return {
        "id": address,
        "type": SEAL_TYPE,
        "digests": {kind: sorted(found) for kind, found in digests.items()},
    }


def seal_bytes(seal: Mapping[str, Any]) -> bytes:
    """The seal, byte for byte as the credential pins it."""
    return canonical_json(seal)


def disclose(leaves: Sequence[Leaf], keep: Collection[str]) -> list[Leaf]:
    """Those of ``leaves`` whose digests are in ``keep``.

    A contribution tells its project: it is hidden with it, whatever ``keep`` says.
    """
    kept = [leaf for leaf in leaves if leaf.digest in keep]
    projects = {leaf.value["url"] for leaf in kept if leaf.kind is LeafKind.PROJECT}
    return [
        leaf
        for leaf in kept
        if leaf.kind is not LeafKind.CONTRIBUTION or leaf.value["project"] in projects
    ]


def shared_record(
    credential: Mapping[str, Any], seal: Mapping[str, Any], shown: Iterable[Leaf]
) -> dict[str, Any]:
    """What the holder hands on: the signed credential, its seal, and the opened leaves."""
    return {
        "type": SHARED_TYPE,
        "credential": dict(credential),
        "seal": dict(seal),
        "shown": [leaf.as_json() for leaf in shown],
    }


def check_disclosure(shared: Mapping[str, Any]) -> Disclosure:
    """What ``shared`` shows and hides, if each leaf in it is one of its seal.

    That the seal is the one that was signed is for the caller to check.

    Raises:
        DisclosureError: a leaf is not sealed, is shown twice, or anything is malformed.
    """
    sealed = _sealed(shared.get("seal"))
    shown: list[Leaf] = []
    seen: set[str] = set()
    for place, entry in enumerate(_list(shared.get("shown"), "shown")):
        leaf = _leaf(entry, f"shown[{place}]")
        if leaf.digest not in sealed[leaf.kind]:
            raise DisclosureError(f"shown[{place}]: this {leaf.kind} is not what was sealed")
        if leaf.digest in seen:
            raise DisclosureError(f"shown[{place}]: this {leaf.kind} is shown twice")
        seen.add(leaf.digest)
        shown.append(leaf)
    hidden = {kind: len(digests - seen) for kind, digests in sealed.items()}
    return Disclosure(tuple(shown), hidden)


def read_leaves(entries: Any) -> list[Leaf]:
    """Leaves as `Leaf.as_json` wrote them.

    Raises:
        DisclosureError
    """
    return [
        _leaf(entry, f"leaves[{place}]") for place, entry in enumerate(_list(entries, "leaves"))
    ]


def _sealed(seal: Any) -> dict[LeafKind, frozenset[str]]:
    if not isinstance(seal, dict) or seal.get("type") != SEAL_TYPE:
        raise DisclosureError(f"seal: not an {SEAL_TYPE}")
    digests = seal.get("digests")
    if not isinstance(digests, dict) or digests.keys() != {kind.value for kind in LeafKind}:
        raise DisclosureError("seal.digests: not the kinds that can be sealed")
    return {kind: _digests(digests[kind.value], f"seal.digests.{kind}") for kind in LeafKind}


def _digests(value: Any, path: str) -> frozenset[str]:
    digests = _list(value, path)
    if not all(isinstance(one, str) and DIGEST.fullmatch(one) for one in digests):
        raise DisclosureError(f"{path}: not SHA-256 digests")
    if digests != sorted(set(digests)):
        raise DisclosureError(f"{path}: not in order, or one stands twice")
    return frozenset(digests)


def _leaf(entry: Any, path: str) -> Leaf:
    if not isinstance(entry, dict) or entry.keys() != {"kind", "salt", "value"}:
        raise DisclosureError(f"{path}: not a kind, a salt and a value")
    kind, salt = entry["kind"], entry["salt"]
    if kind not in list(LeafKind):
        raise DisclosureError(f"{path}: no kind that can be sealed")
    if not isinstance(salt, str) or not SALT.fullmatch(salt):
        raise DisclosureError(f"{path}: the salt is not 16 bytes in hexadecimal")
    return Leaf(LeafKind(kind), entry["value"], salt)


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_LEAVES:
        raise DisclosureError(f"{path}: not a list of at most {MOST_LEAVES}")
    return value
