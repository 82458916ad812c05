"""JSON-LD to RDF quads, strictly: what would be lost or guessed is an error that names its path.

Plain processors drop undefined terms in silence, so that a forged "grade" can ride along in a
signed document (VC Data Integrity 1.0, section 4.6, demands an error). Refused here: undefined
terms and types, contexts that are not bundled, relative or malformed IRIs, nulls and empty lists
(no quad would stand for them), and JSON-LD features that no bundled context uses.

A quad is four strings in canonical N-Quads form; the graph is empty for the default graph.
"""

import re
from itertools import count
from typing import Any

from credits.core.canonical import MAX_SAFE_INTEGER, DocumentError
from credits.core.contexts import (
    ABSENT,
    BUNDLED,
    XSD_STRING,
    ActiveContext,
    ContextError,
    ContextLibrary,
    Term,
    UndefinedTermError,
)

Quad = tuple[str, str, str, str]

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE, RDF_FIRST = f"<{RDF}type>", f"<{RDF}first>"
RDF_REST, RDF_NIL = f"<{RDF}rest>", f"<{RDF}nil>"
UNNAMED = (None, XSD_STRING)
MOST_TYPES_KEPT = 256
# White space beyond ASCII may stand in an IRI, but jsonld.js takes no such address as one.
IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f\s\ufeff]*')
ESCAPES = str.maketrans(
    {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
    | {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


class LostDataError(DocumentError):
    """Part of a document would vanish from what is signed."""


def to_quads(document: dict[str, Any], contexts: ContextLibrary = BUNDLED) -> list[Quad]:
    """The RDF dataset that ``document`` means.

    Raises:
        UnknownContextError, UndefinedTermError, ContextError, LostDataError
    """
    converter = _Converter()
    converter.node(document, contexts.root, "", None, "$")
    return converter.quads


def escape(text: str) -> str:
    """``text`` as it stands between the quotes of a canonical N-Quads literal."""
    return text.translate(ESCAPES)


def _quoted(text: str) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{text.translate(ESCAPES)}"'


class _Converter:
    """Collects the quads of one document."""

    def __init__(self) -> None:
        self.quads: list[Quad] = []
        self._numbers = count()

    def node(
        self, item: dict[str, Any], context: ActiveContext, graph: str, term: Term | None, path: str
    ) -> str:
        """Add the quads of a node object; the result is its name."""
        if context.previous is not None and not _is_reference(item, context):
            context = context.previous
        if term is not None and term.scoped is not ABSENT:
            context = context.extended(term.scoped, override=True)
        if "@context" in item:
            context = context.named(item["@context"], f"{path}.@context")
        types, context = _typed(item, context, path)
        subject = self._subject(item, context, path)
        quads, terms = self.quads, context.terms
        quads += [(subject, RDF_TYPE, iri, graph) for iri in types]
        for key, value in item.items():
            known = terms.get(key)
            if known is not None and known.is_text and type(value) is str:
                # Most values are such texts, so they are taken without a further call.
                quads.append((subject, known.predicate, _quoted(value) + known.datatype, graph))
            elif key != "@context":
                self._property(subject, key, value, context, graph, path)
        return subject

    def _subject(self, item: dict[str, Any], context: ActiveContext, path: str) -> str:
        names = [name for name in context.id_names if name in item]
        if not names:
            return self._blank()
        if len(names) > 1 or not isinstance(item[names[0]], str):
            raise ContextError(f"{path}: a node has one id, and it is text")
        return _resource(item[names[0]], context, f"{path}.{names[0]}", is_vocabulary=False)

    def _blank(self) -> str:
        return f"_:b{next(self._numbers)}"

    def _property(
        self,
        subject: str,
        key: str,
        value: Any,
        context: ActiveContext,
        graph: str,
        path: str,
    ) -> None:
        term = context.terms.get(key)
        if term is None:
            term = _vocabulary_term(key, context, path)
        if term.iri in ("@id", "@type"):
            return
        if term.iri[0] == "@":
            raise ContextError(f"{path}.{key}: {term.iri} is not supported")
        add = self._in_graph if term.container == "@graph" else self._value
        values = value if isinstance(value, list) else [value]
        if not values or None in values:
            raise LostDataError(f"{path}.{key}: nothing to sign here; leave the key out")
        place = f"{path}.{key}"
        objects = [add(each, term, context, graph, place) for each in values]
        if term.container == "@list":
            objects = [self._list(objects, graph)]
        self.quads += [(subject, term.predicate, each, graph) for each in objects]

    def _value(self, value: Any, term: Term, context: ActiveContext, graph: str, path: str) -> str:
        if isinstance(value, dict):
            if "@value" in value:
                return _value_object(value, context, path)
            return self.node(value, context, graph, term, path)
        if isinstance(value, list):
            raise LostDataError(f"{path}: a list in a list has no meaning")
        if isinstance(value, str) and term.type in ("@id", "@vocab"):
            is_vocabulary = term.type == "@vocab"
            if is_vocabulary and term.scoped is not ABSENT:
                context = context.extended(term.scoped, override=True)
            return _resource(value, context, path, is_vocabulary=is_vocabulary)
        return _literal(value, term.type, path)

    def _in_graph(
        self, value: Any, term: Term, context: ActiveContext, _graph: str, path: str
    ) -> str:
        if not isinstance(value, dict):
            raise ContextError(f"{path}: an object is needed here")
        name = self._blank()
        self.node(value, context, name, term, path)
        return name

    def _list(self, objects: list[str], graph: str) -> str:
        rest = RDF_NIL
        for item in reversed(objects):
            cell = self._blank()
            self.quads.append((cell, RDF_FIRST, item, graph))
            self.quads.append((cell, RDF_REST, rest, graph))
            rest = cell
        return rest


def _is_reference(item: dict[str, Any], context: ActiveContext) -> bool:
    """Whether ``item`` is only a reference to a node, which ends no type's context."""
    return len(item) == 1 and next(iter(item)) in context.id_names


def _typed(
    item: dict[str, Any], context: ActiveContext, path: str
) -> tuple[list[str], ActiveContext]:
    """The types of a node, and the context inside it."""
    names: list[Any] = []
    for key in context.type_names:
        if key in item:
            value = item[key]
            names += value if isinstance(value, list) else [value]
    types = tuple(names)
    try:
        known = context.typed.get(types)
    except TypeError:  # What is no key is no text either.
        known = None
    if known is None:
        if not all(isinstance(name, str) for name in names):
            raise ContextError(f"{path}.type: a type is text")
        place = f"{path}.type"
        iris = [_resource(name, context, place, is_vocabulary=True) for name in types]
        known = (iris, _within_types(types, context))
        if len(context.typed) < MOST_TYPES_KEPT:
            context.typed[types] = known
    return known


def _within_types(types: tuple[str, ...], context: ActiveContext) -> ActiveContext:
    """The context inside a node of ``types``, applied in the order of their names."""
    inner = context
    for name in sorted(types):
        term = context.terms.get(name)
        if term is not None and term.scoped is not ABSENT:
            inner = inner.extended(term.scoped, propagate=False)
    return inner


def _vocabulary_term(key: str, context: ActiveContext, path: str) -> Term:
    """The term for a key that no context lists: an IRI itself, or one of the vocabulary."""
    iri = None if key in context.terms else context.expanded(key, is_vocabulary=True)
    if iri is None or not IRI.fullmatch(iri):
        raise UndefinedTermError(f"{path}.{key}: no context defines the term {key!r}")
    return Term(iri=iri)


def _resource(text: str, context: ActiveContext, path: str, *, is_vocabulary: bool) -> str:
    if text.startswith("_:"):
        raise ContextError(f"{path}: the blank node name {text!r} is not accepted")
    iri = context.expanded(text, is_vocabulary=is_vocabulary)
    if iri is None:
        raise UndefinedTermError(f"{path}: {text!r} is neither defined nor an absolute address")
    if not IRI.fullmatch(iri):
        raise ContextError(f"{path}: {iri!r} is not an absolute address (IRI)")
    return f"<{iri}>"


def _value_object(value: dict[str, Any], context: ActiveContext, path: str) -> str:
    extra = value.keys() - {"@value", "@type", "@language"}
    if extra or {"@type", "@language"} <= value.keys():
        raise ContextError(f"{path}: not a value object: {sorted(value)}")
    if "@language" in value:
        text, language = value["@value"], value["@language"]
        if not isinstance(text, str) or not re.fullmatch("[A-Za-z0-9-]+", str(language)):
            raise ContextError(f"{path}: not text in a language")
        return f'"{escape(text)}"@{language.lower()}'
    if "@type" not in value:
        return _literal(value["@value"], None, path)
    kind = _resource(str(value["@type"]), context, f"{path}.@type", is_vocabulary=True)
    return _literal(value["@value"], kind[1:-1], path)


def _literal(value: Any, datatype: str | None, path: str) -> str:
    """A literal in canonical form (JSON-LD 1.1 API, section 8.2.2)."""
    if datatype == "@json":
        raise ContextError(f"{path}: JSON literals are not supported")
    if datatype is not None and datatype[0] == "@":
        datatype = None
    if isinstance(value, str):
        quoted = _quoted(value)
    else:
        text, natural = _number_or_boolean(value, datatype, path)
        quoted, datatype = f'"{text}"', datatype or natural
    return quoted if datatype in UNNAMED else f"{quoted}^^<{datatype}>"


def _number_or_boolean(value: Any, datatype: str | None, path: str) -> tuple[str, str]:
    if value is True or value is False:
        return ("true" if value else "false"), f"{XSD}boolean"
    if not isinstance(value, (int, float)) or not abs(value) <= MAX_SAFE_INTEGER:
        raise LostDataError(f"{path}: {value!r:.40} cannot be signed exactly")
    if value % 1 or datatype == f"{XSD}double":
        mantissa, exponent = f"{value:.15E}".split("E")
        digits = mantissa.rstrip("0")
        digits += "0" if digits.endswith(".") else ""
        return f"{digits}E{int(exponent)}", f"{XSD}double"
    return str(int(value)), f"{XSD}integer"
