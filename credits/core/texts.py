"""Sentences for people, in both languages."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from credits.core.facts import FIELDS, Facts


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; ``{field}`` stands for the value of a fact."""

    en: str
    zh: str

    def said_in(self, language: str) -> str:
        """The sentence for a reader of ``language``; English for those who read neither."""
        return self.zh if language.startswith("zh") else self.en

    def filled(self, facts: Facts) -> tuple["Text", dict[str, Any]]:
        """With the values of ``facts`` in their places, and those values."""
        values = {name: getattr(facts, name) for name in _named(self.en + self.zh)}
        return Text(self.en.format_map(values), self.zh.format_map(values)), values


@lru_cache(maxsize=4096)
def _named(sentence: str) -> tuple[str, ...]:
    """The facts that ``sentence`` names; it is asked for every score."""
    return tuple(name for name in FIELDS if f"{{{name}}}" in sentence)
