"""Sentences for people, in both languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; ``{name}`` stands for a value."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in braces, in either language."""
        return _named(self.en, self.zh)

    def filled(self, values: Mapping[str, Any]) -> "Text":
        """With ``values`` in their places."""
        return Text(self.en.format_map(values), self.zh.format_map(values))


@lru_cache(maxsize=4096)
def _named(*sentences: str) -> tuple[str, ...]:
    """The places of ``sentences``; it is asked for every score."""
    found = (name for sentence in sentences for name in _PLACE.findall(sentence))
    return tuple(dict.fromkeys(found))
