"""Read a limit of a rule set: which keys each kind takes, and what they mean."""

from collections.abc import Mapping
from typing import Any

from credits.core.limits import LIMIT_INPUTS, PERCENT
from credits.core.rule_entries import EntryReader
from credits.core.rules import Limit, LimitKind, Period
from credits.core.toml_positions import Path
from credits.core.toml_reader import LONGEST_CATEGORY, LONGEST_SLUG

MOST_NAMES = 50
MOST_ITEMS = 100_000

_NEEDED: Mapping[LimitKind, frozenset[str]] = {
    LimitKind.DECAY: frozenset({"steps", "rest"}),
    LimitKind.ITEMS: frozenset({"most"}),
    LimitKind.POINTS: frozenset({"most"}),
    LimitKind.SHARE: frozenset({"most", "above"}),
}
_ALL = frozenset().union(*_NEEDED.values())


def read_limit(reader: EntryReader, entry: dict[str, Any], path: Path) -> Limit:
    """The limit that ``entry`` describes; ``reader`` gathers what is wrong with it."""
    named = reader.one_of(entry.get("kind"), [*LimitKind], (*path, "kind"))
    kind = LimitKind(named or LimitKind.POINTS)
    per = reader.one_of(entry.get("per"), [*Period], (*path, "per"))
    for key in sorted(_ALL & entry.keys() - _NEEDED[kind]):
        reader.add((*path, key), f"a limit of kind {kind} has no {key!r}")
    return Limit(
        id=reader.id(entry, path),
        kind=kind,
        per=Period(per or Period.MONTH),
        text=reader.sentence(entry, path, LIMIT_INPUTS[kind]),
        source=reader.source_of(entry, path),
        of=_names(reader, entry, "of", path, LONGEST_CATEGORY),
        rules=_names(reader, entry, "rules", path, LONGEST_SLUG),
        **_numbers(reader, entry, path, kind),
    )


def _numbers(
    reader: EntryReader, entry: dict[str, Any], path: Path, kind: LimitKind
) -> dict[str, Any]:
    if kind is LimitKind.DECAY:
        steps = _steps(reader, entry.get("steps"), (*path, "steps"))
        return {
            "steps": steps,
            "rest": reader.whole(entry.get("rest"), (*path, "rest"), steps[-1][1]),
        }
    most, at = entry.get("most"), (*path, "most")
    if kind is LimitKind.ITEMS:
        return {"most": reader.whole(most, at, MOST_ITEMS)}
    if kind is LimitKind.POINTS:
        return {"most": reader.thousandths(most, at)}
    above = reader.thousandths(entry.get("above"), (*path, "above"))
    return {"most": reader.whole(most, at, PERCENT), "above": above}


def _steps(reader: EntryReader, found: Any, path: Path) -> tuple[tuple[int, int], ...]:
    if not isinstance(found, list) or not found or not all(map(_is_pair, found)):
        reader.add(path, "steps are pairs [how many items, per cent], such as [[10, 100]]")
        return ((0, PERCENT),)
    steps = tuple(
        (
            reader.whole(count, (*path, index, 0), MOST_ITEMS),
            reader.whole(percent, (*path, index, 1), PERCENT),
        )
        for index, (count, percent) in enumerate(found)
    )
    percents = [percent for _, percent in steps]
    if percents != sorted(percents, reverse=True):
        reader.add(path, "the per cents of the steps must not grow")
    return steps


def _is_pair(step: Any) -> bool:
    return isinstance(step, list) and len(step) == 2  # noqa: PLR2004 - a pair


def _names(
    reader: EntryReader, entry: Mapping[str, Any], key: str, path: Path, longest: int
) -> frozenset[str]:
    found = entry.get(key, [])
    if not isinstance(found, list) or len(found) > MOST_NAMES:
        reader.add((*path, key), f"'{key}' is a list of names in quotes")
        return frozenset()
    return frozenset(reader.slug({key: name}, key, path, longest) for name in found)
