"""What reading guards, rules, factors and limits has in common: ids, expressions, sentences."""

import string
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from credits.core.expressions import ExpressionError, Type, Typed, compile_expression
from credits.core.fields import FIELDS, TYPES
from credits.core.problems import SourceError
from credits.core.rules import RuleSetError
from credits.core.suggestions import suggestion
from credits.core.texts import Text
from credits.core.toml_positions import Path
from credits.core.toml_reader import LONGEST_SLUG, TomlReader
from credits.core.traces import OWN_REASONS

LONGEST_SOURCE = 200_000
LONGEST_SENTENCE = 500
MOST_ENTRIES = 500

KEYS: Mapping[str, frozenset[str]] = {
    "top": frozenset({"slug", "version", "title", "description"})
    | {"guards", "rules", "factors", "limits", "cases", "alignments"},
    "guards": frozenset({"id", "when", "state", "days", "en", "zh", "source"}),
    "rules": frozenset({"id", "category", "when", "points", "bands", "en", "zh", "source"}),
    "factors": frozenset({"id", "when", "factor", "en", "zh", "source"}),
    "limits": frozenset({"id", "kind", "per", "of", "rules", "steps", "rest", "most", "above"})
    | {"en", "zh", "source"},
    "cases": frozenset({"name", "facts", "points"}),
    "bands": frozenset({"of", "steps", "more"}),
    "alignments": frozenset({"name", "url", "framework", "code", "category"}),
}


class EntryReader(TomlReader):
    """Reads the entries of a rule set, of whatever kind."""

    error: ClassVar[type[SourceError]] = RuleSetError

    def __init__(self, source: str) -> None:
        super().__init__(source, LONGEST_SOURCE)
        self.ids: set[str] = set()

    def entries(self, name: str) -> list[tuple[dict[str, Any], Path]]:
        entries = list(self.tables(name, MOST_ENTRIES))
        for entry, path in entries:
            self.check_keys(entry, KEYS[name], path)
        return entries

    def id(self, entry: Mapping[str, Any], path: Path) -> str:
        """The name of an entry, which stands in every trace and so only once."""
        name = self.slug(entry, "id", path, LONGEST_SLUG)
        if name and name in self.ids:
            self.add((*path, "id"), f"'{name}' stands here a second time")
        if name in OWN_REASONS:
            self.add((*path, "id"), f"'{name}' is the name of a reason that every rule set has")
        self.ids.add(name)
        return name

    def expression(
        self, entry: Mapping[str, Any], key: str, path: Path, wanted: Type
    ) -> Typed | None:
        source, path = entry.get(key), (*path, key)
        if isinstance(source, int | Decimal) and not isinstance(source, bool):
            source = str(self.number(source, path))
        if not isinstance(source, str):
            self.add(path, f"'{key}' is missing: write an expression in quotes")
            return None
        try:
            return compile_expression(source, TYPES, wanted)
        except ExpressionError as error:
            self.add_at(self.positions.inside(path, error.position), error.message)
            return None

    def source_of(self, entry: Mapping[str, Any], path: Path) -> str:
        """Where a number comes from: measured or reasoned."""
        return self.text(entry, "source", path, LONGEST_SENTENCE)

    def sentence(
        self, entry: Mapping[str, Any], path: Path, names: Collection[str] = FIELDS.keys()
    ) -> Text:
        """The reason in both languages; what it names in braces must be one of ``names``."""
        return Text(*(self.placed(entry, key, path, names) for key in ("en", "zh")))

    def placed(self, entry: Mapping[str, Any], key: str, path: Path, names: Collection[str]) -> str:
        sentence, path = self.text(entry, key, path, LONGEST_SENTENCE), (*path, key)
        try:
            parts = list(string.Formatter().parse(sentence))
        except ValueError:
            self.add(path, "a brace is not closed; write {{ for a brace itself")
            return ""
        for _, name, form, conversion in parts:
            if name is None or (name in names and not form and not conversion):
                continue
            hint = suggestion(name, names, "{{{}}}")
            at = max(0, sentence.find(f"{{{name}"))
            self.add_at(self.positions.inside(path, at), f"unknown field '{{{name}}}'{hint}")
        return sentence
