"""RDF Dataset Canonicalization (W3C RDFC-1.0): one text for every way to write a dataset.

The algorithm is exponential on hostile graphs ("poison graphs"), so the work is counted and
limited. Names follow the specification: *canonical issuer*, *first degree*, *N degree*.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.jsonld import Quad

WORK_LIMIT = 2_000
WORK_FOR_EACH_NODE = 4

SortKey = Callable[[str], Any]


class TooComplexError(DocumentError):
    """The blank nodes of a document are tangled beyond what is worked out here."""


class _Issuer:
    """Gives names to blank nodes, in the order in which it is asked."""

    __slots__ = ("names", "prefix")

    def __init__(self, prefix: str, names: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.names = dict(names or {})

    def name(self, node: str) -> str:
        if node not in self.names:
            self.names[node] = f"_:{self.prefix}{len(self.names)}"
        return self.names[node]

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, self.names)


def canonicalize(
    quads: Iterable[Quad],
    *,
    work_limit: int = WORK_LIMIT,
    sort_key: SortKey | None = None,
    hash_name: str = "sha256",
) -> str:
    """The canonical N-Quads of a dataset (section 4.4).

    ``sort_key`` orders lines as an implementation does that does not sort by code point.

    Raises:
        TooComplexError: more than ``work_limit`` steps, and a few for each blank node.
    """
    return _Canonicalizer(quads, work_limit, sort_key, hash_name).canonical()


class _Canonicalizer:
    def __init__(
        self, quads: Iterable[Quad], work_limit: int, sort_key: SortKey | None, hash_name: str
    ) -> None:
        self.sort_key = sort_key
        self.hash = getattr(hashlib, hash_name)
        self.work = 0
        self.plain: list[str] = []
        self.tangled: set[Quad] = set()
        self.quads_of: dict[str, list[Quad]] = {}
        self.first_degree: dict[str, str] = {}
        self.canonical_issuer = _Issuer("c14n")
        self._part(quads)
        self.work_limit = work_limit + WORK_FOR_EACH_NODE * len(self.quads_of)

    def _part(self, quads: Iterable[Quad]) -> None:
        """Write the quads without blank nodes, which are most, and gather the others by node."""
        for quad in quads:
            subject, predicate, item, graph = quad
            if subject[0] == "_" or item[0] == "_" or graph[:1] == "_":
                self.tangled.add(quad)
            else:
                self.plain.append(_line(subject, predicate, item, graph))
        for quad in self.tangled:
            subject, _, item, graph = quad
            for name in {subject, item, graph}:
                if name[:1] == "_":
                    self.quads_of.setdefault(name, []).append(quad)

    def canonical(self) -> str:
        by_hash: dict[str, list[str]] = {}
        for node in self.quads_of:
            digest = self._first_degree_hash(node)
            self.first_degree[node] = digest
            by_hash.setdefault(digest, []).append(node)
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self.canonical_issuer.name(by_hash[digest][0])
        for digest in sorted(by_hash):
            if len(by_hash[digest]) > 1:
                self._name_alike(by_hash[digest])
        names = self.canonical_issuer.names
        named = [_renamed_line(quad, names.__getitem__) for quad in self.tangled]
        return "".join(sorted({*self.plain, *named}, key=self.sort_key))

    def _name_alike(self, nodes: list[str]) -> None:
        """Name nodes whose first-degree hashes are equal (section 4.4.3, step 5)."""
        results = []
        for node in nodes:
            if node in self.canonical_issuer.names:
                continue
            issuer = _Issuer("b")
            issuer.name(node)
            results.append(self._n_degree_hash(node, issuer))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.names:
                self.canonical_issuer.name(node)

    def _hash(self, text: str) -> str:
        digest: str = self.hash(text.encode()).hexdigest()
        return digest

    def _first_degree_hash(self, node: str) -> str:
        """Section 4.6: the node's own quads, with itself as ``a`` and every other as ``z``."""

        def masked(name: str) -> str:
            return "_:a" if name == node else "_:z"

        lines = [_renamed_line(quad, masked) for quad in self.quads_of[node]]
        return self._hash("".join(sorted(lines, key=self.sort_key)))

    def _related_hash(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Section 4.7: how ``related`` stands to the node whose quad this is."""
        known = self.canonical_issuer.names.get(related) or issuer.names.get(related)
        predicate = "" if position == "g" else quad[1]
        return self._hash(f"{position}{predicate}{known or self.first_degree[related]}")

    def _n_degree_hash(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8: the hash of a node by way of the nodes around it."""
        self._count_work()
        related: dict[str, list[str]] = {}
        for quad in self.quads_of[node]:
            for position, name in (("s", quad[0]), ("o", quad[2]), ("g", quad[3])):
                if name[:2] == "_:" and name != node:
                    digest = self._related_hash(name, quad, issuer, position)
                    related.setdefault(digest, []).append(name)
        data = ""
        for digest in sorted(related):
            path, issuer = self._best_path(related[digest], issuer)
            data += digest + path
        return self._hash(data), issuer

    def _best_path(self, nodes: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        """The smallest path through ``nodes`` in any order, and the names that it gives."""
        chosen: tuple[str, _Issuer] | None = None
        for order in _orders(nodes):
            self._count_work()
            found = self._path(order, issuer.copy(), chosen[0] if chosen else None)
            if found is not None and (chosen is None or found[0] < chosen[0]):
                chosen = found
        return chosen or ("", issuer)

    def _path(
        self, order: tuple[str, ...], issuer: _Issuer, best: str | None
    ) -> tuple[str, _Issuer] | None:
        """The path of one order; None as soon as it cannot be smaller than ``best``."""
        path, unnamed = "", []
        for node in order:
            canonical = self.canonical_issuer.names.get(node)
            if canonical is None and node not in issuer.names:
                unnamed.append(node)
            path += canonical or issuer.name(node)
            if _is_beaten(path, best):
                return None
        for node in unnamed:
            digest, deeper = self._n_degree_hash(node, issuer)
            path += f"{issuer.name(node)}<{digest}>"
            issuer = deeper
            if _is_beaten(path, best):
                return None
        return path, issuer

    def _count_work(self) -> None:
        self.work += 1
        if self.work > self.work_limit:
            raise TooComplexError(
                f"the blank nodes of this document need more than {self.work_limit} steps"
            )


def _is_beaten(path: str, best: str | None) -> bool:
    return best is not None and len(path) >= len(best) and path > best


def _line(subject: str, predicate: str, item: str, graph: str) -> str:
    if graph:
        return f"{subject} {predicate} {item} {graph} .\n"
    return f"{subject} {predicate} {item} .\n"


def _renamed_line(quad: Quad, rename: Callable[[str], str]) -> str:
    subject, predicate, item, graph = quad
    return _line(
        rename(subject) if subject[0] == "_" else subject,
        predicate,
        rename(item) if item[0] == "_" else item,
        rename(graph) if graph[:1] == "_" else graph,
    )


def _orders(nodes: list[str]) -> Iterator[tuple[str, ...]]:
    """Every distinct order of ``nodes``; a node that stands twice makes no new order."""
    if len(nodes) < 2:  # noqa: PLR2004  One node has one order.
        yield tuple(nodes)
        return
    for first in dict.fromkeys(nodes):
        rest = nodes.copy()
        rest.remove(first)
        for order in _orders(rest):
            yield (first, *order)
