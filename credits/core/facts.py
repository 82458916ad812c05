"""The facts that rules read, and how each is computed from what the forge told.

`credits.core.fields` says what each of them means.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from credits.core.expressions import Type
from credits.core.fields import AGE, TYPES
from credits.core.inputs import ScoredInput


class Facts(NamedTuple):
    """What rules read; each field is described in `FIELDS`.

    A named tuple, because one is made for each contribution: it takes a third of the time of a
    frozen dataclass.
    """

    kind: str
    state: str
    title: str
    labels: tuple[str, ...]
    repository_kind: str
    is_merged: bool
    is_merge: bool
    is_revert: bool
    is_reverted: bool
    reverted_after_days: int
    is_sandbox: bool
    is_direct: bool
    is_endorsed: bool
    is_mechanical: bool
    lines: int
    lines_code: int
    lines_tests: int
    lines_docs: int
    lines_ci: int
    lines_examples: int
    translated_words: int
    changes: int
    files: int
    size_known: bool
    comments: int
    reviewers: int
    review_state: str
    resolved_threads: int
    merged_by_author: bool
    confirmed: bool
    state_reason: str
    severity: str
    roles: tuple[str, ...]
    claim: str
    amount: int
    acts: int
    live_days: int
    has_card: bool
    has_licence: bool
    is_evaluated: bool
    base_models: int
    base_relation: str
    datasets: int
    ai_assisted: bool
    humans: int
    age_days: int
    pull_requests: tuple[int, ...]


LARGEST_COUNT = 2**31 - 1
"""No count of a forge is larger; a larger one is not believed."""

LINE_KINDS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "config"),
    "tests": ("tests",),
    "docs": ("docs",),
    "ci": ("ci",),
    "examples": ("example",),
}
"""The kinds of files whose lines count as written by hand; generated, vendored, lock, data and
binary files and the outputs of notebooks do not. Translations count by their words."""

_CATEGORY_LINES: Mapping[str, str] = {"example": "examples"}
"""Where the lines of a category are called otherwise than the category."""

_COUNTS_AS: Mapping[str, str] = {kind: name for name, kinds in LINE_KINDS.items() for kind in kinds}

_EMPTY: Mapping[Type, Any] = {
    Type.BOOL: False,
    Type.INT: 0,
    Type.DOUBLE: 0.0,
    Type.STRING: "",
    Type.STRINGS: (),
    Type.INTS: (),
}
NO_FACTS = Facts(**{name: _EMPTY[kind] for name, kind in {**TYPES, **AGE}.items()})
"""Facts of which nothing is known."""

_NOTHING: Mapping[str, Any] = {**NO_FACTS._asdict(), "changes": 1}


def facts_of(item: ScoredInput, *, now: datetime) -> Facts:
    """Flatten ``item``; what the forge did not say, or not sensibly, is zero, empty or false.

    This never fails, whatever stands in ``item.facts``. A size that cannot be read in full is an
    unknown size: ``size_known`` is false then.
    """
    facts = dict(_NOTHING)
    said = item.facts if isinstance(item.facts, dict) else {}
    for key, value in said.items():
        if key in READ_FROM_FORGE:
            name, read = READ_FROM_FORGE[key]
            facts[name] = read(value)
    lines = _lines(said.get("sizes"))
    if lines is not None:
        facts["size_known"] = True
        _add_lines(facts, lines, item.ruling.category)
    earning = [part for part in item.participants if item.weight_of(part) > 0]
    state, happened, reverted_at = item.state, item.occurred_at, item.reverted_at
    facts["kind"] = item.kind
    facts["state"] = state
    facts["title"] = item.title
    facts["repository_kind"] = item.repository_kind
    facts["is_merged"] = state == "merged"
    facts["is_reverted"] = reverted_at is not None or state == "reverted"
    if reverted_at is not None:
        facts["reverted_after_days"] = max(0, (reverted_at - happened).days)
    facts["is_sandbox"] = item.is_sandbox
    facts["is_direct"] = item.is_direct
    facts["is_endorsed"] = item.ruling.is_endorsed
    facts["roles"] = tuple(sorted({part.role for part in earning}))
    facts["humans"] = len(earning)
    facts["age_days"] = max(0, (now - happened).days)
    return Facts._make(facts.values())


def facts_together(parts: Sequence[Facts]) -> Facts:
    """The facts of a work item: sizes add up, and what is claimed of one holds for all or none.

    It is mechanical only if every part is, and as young as its youngest part.
    """
    first = parts[0]
    return first._replace(
        kind="change" if any(part.kind == "change" for part in parts) else first.kind,
        labels=tuple(dict.fromkeys(label for part in parts for label in part.labels)),
        is_endorsed=all(part.is_endorsed for part in parts),
        is_mechanical=all(part.is_mechanical for part in parts),
        **{name: sum(getattr(part, name) for part in parts) for name in _ADDED},
        reviewers=max(part.reviewers for part in parts),
        merged_by_author=any(part.merged_by_author for part in parts),
        is_direct=any(part.is_direct for part in parts),
        roles=tuple(sorted({role for part in parts for role in part.roles})),
        ai_assisted=any(part.ai_assisted for part in parts),
        humans=max(part.humans for part in parts),
        age_days=min(part.age_days for part in parts),
        pull_requests=tuple(
            dict.fromkeys(number for part in parts for number in part.pull_requests)
        ),
    )


_ADDED = (
    *("lines", "lines_code", "lines_tests", "lines_docs", "lines_ci", "lines_examples"),
    *("translated_words", "changes", "files", "comments", "resolved_threads"),
)


def _lines(sizes: Any) -> dict[str, int] | None:
    """Lines written by hand, added and deleted; None if the sizes are not known in full."""
    if not isinstance(sizes, dict):
        return None
    lines: dict[str, int] = {}
    for kind, counts in sizes.items():
        if not isinstance(counts, (list, tuple)) or not all(map(_is_count, counts)):
            return None
        if kind in _COUNTS_AS:
            name = _COUNTS_AS[kind]
            lines[name] = lines.get(name, 0) + sum(counts)
    return lines


def _add_lines(facts: dict[str, Any], lines: Mapping[str, int], category: str) -> None:
    """The lines of each kind; a ruling on the ``category`` moves all of them there."""
    whole = sum(lines.values())
    named = _CATEGORY_LINES.get(category, category)
    if named in LINE_KINDS:
        lines = {named: whole}
    for name, count in lines.items():
        facts[f"lines_{name}"] = count
    facts["lines"] = whole


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_COUNT


def _count(value: Any) -> int:
    return value if _is_count(value) else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_true(value: Any) -> bool:
    return value is True


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(one for one in value if isinstance(one, str))


def _counts(value: Any) -> tuple[int, ...]:
    return tuple(filter(_is_count, value)) if isinstance(value, list) else ()


READ_FROM_FORGE: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "labels": ("labels", _texts),
    "is_merge": ("is_merge", _is_true),
    "reverts": ("is_revert", bool),
    "is_mechanical": ("is_mechanical", _is_true),
    "translated_words": ("translated_words", _count),
    "files_count": ("files", _count),
    "comments": ("comments", _count),
    "reviewers": ("reviewers", _count),
    "review_state": ("review_state", _text),
    "resolved_threads": ("resolved_threads", _count),
    "merged_by_author": ("merged_by_author", _is_true),
    "confirmed": ("confirmed", _is_true),
    "state_reason": ("state_reason", _text),
    "severity": ("severity", _text),
    "claim": ("claim", _text),
    "amount": ("amount", _count),
    "acts": ("acts", _count),
    "live_days": ("live_days", _count),
    "card": ("has_card", _is_true),
    "licence": ("has_licence", bool),
    "evaluated": ("is_evaluated", _is_true),
    "base_models": ("base_models", _length),
    "base_relation": ("base_relation", _text),
    "datasets": ("datasets", _length),
    "ai_assistance": ("ai_assisted", bool),
    "pull_requests": ("pull_requests", _counts),
}
"""What a forge says, by its name there: the fact that it becomes, and how it is read."""
