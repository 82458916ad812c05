"""Read the alignments of a rule set: which competences of which frameworks its work shows."""

import re
from typing import Any

from credits.core.rule_entries import LONGEST_SENTENCE, EntryReader
from credits.core.rules import Alignment
from credits.core.toml_positions import Path
from credits.core.toml_reader import LONGEST_CATEGORY

ADDRESS = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE | re.ASCII)


def read_alignment(reader: EntryReader, entry: dict[str, Any], path: Path) -> Alignment:
    """The alignment that ``entry`` describes; ``reader`` gathers what is wrong with it."""
    said: dict[str, str] = {
        key: reader.text(entry, key, path, LONGEST_SENTENCE)
        for key in ("name", "url", "framework", "code")
        if key in entry or key in ("name", "url")
    }
    if said["url"] and not ADDRESS.fullmatch(said["url"]):
        reader.add((*path, "url"), "the address of a competence begins with https://")
    if "category" in entry:
        said["category"] = reader.slug(entry, "category", path, LONGEST_CATEGORY)
    return Alignment(**said)
