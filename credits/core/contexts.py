"""JSON-LD contexts that are shipped with the product, and the terms that they define.

Nothing is ever fetched: an address that is not bundled is an error. Of JSON-LD 1.1 this reads
what the bundled contexts use: terms, ``@vocab``, typed terms, containers, protected terms, and
contexts scoped to a type or a property (JSON-LD 1.1 API, sections 4.1 and 4.2). A context that
uses more is refused when it is read, not when a document is signed with half of its meaning.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Any

from credits.core.canonical import DocumentError

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR_2 = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
FILES = {
    CREDENTIALS_V2: "credentials-v2.json",
    OPEN_BADGES_3: "ob-v3p0-context-3.0.3.json",
    CLR_2: "clr-v2p0-context-2.0.1.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
    "https://w3id.org/security/multikey/v1": "multikey-v1.json",
    "https://www.w3.org/ns/did/v1": "did-v1.json",
}
CONTEXT_KEYWORDS = {"@version", "@protected", "@propagate", "@vocab"}
TERM_KEYWORDS = {"@id", "@type", "@container", "@context", "@protected"}
CONTAINERS = {None, "@set", "@list", "@graph"}
PLAIN_CONTAINERS = {None, "@set"}
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
# A term defined by text alone is a prefix if it ends so (section 4.2.2, step 14.2.5).
PREFIX_ENDS = (":", "/", "?", "#", "[", "]", "@")
ABSENT: Any = object()


class ContextError(DocumentError):
    """A JSON-LD context cannot be used here."""


class UnknownContextError(ContextError):
    """A document names a context that is not shipped with this program."""


class UndefinedTermError(ContextError):
    """A document uses a term that no context defines; signing would not protect it."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a context says about one term. ``scoped`` is the context inside its values."""

    iri: str
    type: str | None = None
    container: str | None = None
    scoped: Any = ABSENT
    is_prefix: bool = False
    is_protected: bool = field(default=False, compare=False)
    predicate: str = field(init=False, compare=False)
    datatype: str = field(init=False, compare=False)
    """What stands behind the quotes of its texts in N-Quads: nothing, or ``^^<...>``."""
    is_text: bool = field(init=False, compare=False)
    """Whether a text under it is a literal; else it may be a reference, or not be allowed."""

    def __post_init__(self) -> None:
        # Said once for each context, since it is asked for each value of each document.
        is_datatype = self.type is not None and self.type[0] != "@"
        is_named = is_datatype and self.type != XSD_STRING
        is_plain = self.container in PLAIN_CONTAINERS and self.iri[0] != "@"
        object.__setattr__(self, "predicate", f"<{self.iri}>")
        object.__setattr__(self, "datatype", f"^^<{self.type}>" if is_named else "")
        object.__setattr__(self, "is_text", is_plain and (is_datatype or self.type is None))


class ActiveContext:
    """The terms in force at one place of a document.

    ``previous`` is the context to return to when a type's context ends, which it does at the
    next node object unless it propagates.
    """

    __slots__ = (
        "_derived",
        "id_names",
        "library",
        "previous",
        "terms",
        "type_names",
        "typed",
        "vocabulary",
    )

    def __init__(
        self,
        library: "ContextLibrary",
        terms: dict[str, Term | None],
        vocabulary: str = "",
        previous: "ActiveContext | None" = None,
    ) -> None:
        self.library = library
        self.terms = terms
        self.vocabulary = vocabulary
        self.previous = previous
        self.id_names = self._names_of("@id")
        self.type_names = self._names_of("@type")
        self.typed: dict[tuple[str, ...], tuple[list[str], ActiveContext]] = {}
        self._derived: dict[Any, tuple[Any, ActiveContext]] = {}

    def _names_of(self, keyword: str) -> list[str]:
        return [name for name, term in self.terms.items() if term and term.iri == keyword]

    def extended(
        self, local: Any, *, propagate: bool = True, override: bool = False
    ) -> "ActiveContext":
        """Put ``local``, a context object of the library or a list of them, on top of this one.

        ``override`` lets a property's own context redefine protected terms.
        """
        # Bundled context objects live as long as the library, so their identity is a key.
        key = (id(local), propagate, override)
        known = self._derived.get(key)
        if known is None:
            known = (local, _Builder(self, override=override).build(local, propagate=propagate))
            self._derived[key] = known
        return known[1]

    def named(self, addresses: Any, path: str) -> "ActiveContext":
        """Put those contexts on top that a document's ``@context`` names."""
        named = tuple(addresses) if isinstance(addresses, list) else (addresses,)
        if not all(isinstance(address, str) for address in named):
            raise ContextError(f"{path}: a context here is an address, not an object")
        if len(set(named)) != len(named):
            raise ContextError(f"{path}: a context stands twice")
        known = self._derived.get(named)
        if known is None:
            context: ActiveContext = self
            for address in named:
                context = context.extended(self.library.local_context(address, path))
            known = (named, context)
            self._derived[named] = known
        return known[1]

    def expanded(self, text: str, *, is_vocabulary: bool) -> str | None:
        """The absolute IRI for ``text``; None if it is relative (section 5.2, IRI expansion)."""
        if is_vocabulary:
            term = self.terms.get(text)
            if term is not None:
                return term.iri
        prefix, colon, rest = text.partition(":")
        if colon:
            return _joined(self.terms.get(prefix), rest) or text
        return self.vocabulary + text if is_vocabulary and self.vocabulary else None


class _Builder:
    """Adds local contexts to a copy of a context's terms."""

    def __init__(self, base: ActiveContext, *, override: bool) -> None:
        self.base = base
        self.terms = dict(base.terms)
        self.vocabulary = base.vocabulary
        self.override = override
        self.defined: set[str] = set()

    def build(self, local: Any, *, propagate: bool) -> ActiveContext:
        base = self.base
        for item in local if isinstance(local, list) else [local]:
            if item is None:
                self.terms, self.vocabulary = {}, ""
                continue
            added = base.library.local_context(item, "scoped") if isinstance(item, str) else item
            propagate = added.get("@propagate", propagate)
            self._add(added)
        if propagate and (self.terms, self.vocabulary) == (base.terms, base.vocabulary):
            # A context repeated at every level of a hostile document makes nothing new to keep.
            return base
        return ActiveContext(base.library, self.terms, self.vocabulary, None if propagate else base)

    def _add(self, local: Mapping[str, Any]) -> None:
        unknown = {key for key in local if key.startswith("@")} - CONTEXT_KEYWORDS
        if unknown:
            raise ContextError(f"a context uses {sorted(unknown)}, which is not supported")
        self.vocabulary = local.get("@vocab", self.vocabulary)
        self.defined = set()
        for name in local:
            if not name.startswith("@"):
                self._define(name, local)

    def _define(self, name: str, local: Mapping[str, Any]) -> None:
        if name in self.defined:
            return
        self.defined.add(name)
        given = local[name]
        if given is None:
            self.terms[name] = None
            return
        definition = {"@id": given} if isinstance(given, str) else given
        if set(definition) - TERM_KEYWORDS:
            raise ContextError(f"the term {name!r} uses what is not supported: {definition}")
        self._put(name, self._term(name, definition, local, is_simple=isinstance(given, str)))

    def _term(
        self,
        name: str,
        definition: Mapping[str, Any],
        local: Mapping[str, Any],
        *,
        is_simple: bool,
    ) -> Term:
        container = definition.get("@container")
        if isinstance(container, list):
            container = container[0] if len(container) == 1 else container
        if container not in CONTAINERS:
            raise ContextError(f"the term {name!r} has an unsupported container: {container}")
        kind = definition.get("@type")
        iri = self._iri(definition.get("@id", name), name, local)
        return Term(
            iri=iri,
            type=kind if kind is None or kind.startswith("@") else self._iri(kind, name, local),
            container=container,
            scoped=definition.get("@context", ABSENT),
            is_prefix=is_simple and iri.endswith(PREFIX_ENDS),
            is_protected=definition.get("@protected", local.get("@protected", False)),
        )

    def _put(self, name: str, term: Term) -> None:
        old = self.terms.get(name)
        if old and old.is_protected and not self.override:
            if old != term:
                raise ContextError(f"the protected term {name!r} is defined anew")
            return
        self.terms[name] = term

    def _iri(self, text: str, name: str, local: Mapping[str, Any]) -> str:
        """The absolute IRI that ``text`` in the definition of ``name`` means."""
        if text.startswith("@"):
            return text
        prefix, colon, rest = text.partition(":")
        for needed in (text, prefix):
            if needed in local and needed != name:
                self._define(needed, local)
        if text != name and (known := self.terms.get(text)):
            return known.iri
        if colon:
            return _joined(self.terms.get(prefix), rest) or text
        if not self.vocabulary:
            raise ContextError(f"the term {name!r} has a relative IRI: {text!r}")
        return self.vocabulary + text


def _joined(prefix: Term | None, rest: str) -> str | None:
    """The IRI of a compact IRI; None if there is no such prefix or ``rest`` is of an address."""
    if prefix is None or not prefix.is_prefix or rest.startswith("//"):
        return None
    return prefix.iri + rest


class ContextLibrary:
    """Contexts by address, as read from files."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = MappingProxyType(dict(documents))
        self.root = ActiveContext(self, {})

    def local_context(self, address: str, path: str) -> Any:
        """The value of ``@context`` in the document at ``address``.

        Raises:
            UnknownContextError: it is not in the library; nothing is fetched.
        """
        try:
            return self._documents[address]["@context"]
        except KeyError as error:
            message = f"{path}: the context {address!r} is not shipped with this program"
            raise UnknownContextError(message) from error

    def with_documents(self, documents: Mapping[str, Any]) -> "ContextLibrary":
        """A library that knows ``documents`` as well."""
        return ContextLibrary({**self._documents, **documents})


def _bundled() -> ContextLibrary:
    folder = resources.files("credits.core") / "data" / "contexts"
    texts = {url: (folder / name).read_text(encoding="utf-8") for url, name in FILES.items()}
    return ContextLibrary({url: json.loads(text) for url, text in texts.items()})


BUNDLED = _bundled()
