"""Names of new versions, and a source that bears another name."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from credits.core.rule_writer import inline, read_structure, write_rule_set
from credits.core.rules import RuleSetError
from credits.core.toml_positions import find_positions
from credits.core.toml_reader import LONGEST_VERSION

_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')


def next_version(version: str, taken: Collection[str]) -> str:
    """The version that follows ``version`` and is not ``taken``: 1.0, 1.1, 1.2."""
    following = version or "1.0"
    while following in taken:
        following = _following(following)
    return following


def renamed(source: str, *, slug: str, version: str) -> str:
    """``source`` with another slug and version, all else as it was, comments too."""
    wanted = {"slug": slug, "version": version}
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    positions = find_positions(text)
    for key in sorted(wanted, key=lambda name: -positions.values.get((name,), 0)):
        at = positions.values.get((key,), len(text))
        value = _STRING.match(text, at)
        text = text[:at] + inline(wanted[key]) + text[value.end() :] if value else text
    structure = {**read_structure(source), **wanted}
    return text if _says(text, structure) else write_rule_set(structure).text


def _says(text: str, structure: Mapping[str, Any]) -> bool:
    try:
        return read_structure(text) == structure
    except RuleSetError:
        return False


def _following(version: str) -> str:
    found = _LAST_NUMBER.search(version)
    if found is None:
        following = f"{version}.1"
    else:
        following = f"{version[: found.start()]}{int(found[1]) + 1}{found[2]}"
    return following if len(following) <= LONGEST_VERSION else "1"
