"""The facts that rules read, and how each is computed from what the forge told.

`credits.core.fields` says what each of them means.
"""

from collections.abc import Mapping, Sequence
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

NO_LINES: Mapping[str, int] = dict.fromkeys(LINE_KINDS, 0)
_COUNTS_AS = {kind: name for name, kinds in LINE_KINDS.items() for kind in kinds}

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


def facts_of(item: ScoredInput, *, now: datetime) -> Facts:
    """Flatten ``item``; what the forge did not say, or not sensibly, is zero, empty or false.

    This never fails, whatever stands in ``item.facts``. A size that cannot be read in full is an
    unknown size: ``size_known`` is false then.
    """
    said = item.facts if isinstance(item.facts, Mapping) else {}
    known = _lines(said.get("sizes"))
    lines = NO_LINES if known is None else known
    if item.ruling.category in LINE_KINDS:
        lines = {**NO_LINES, item.ruling.category: sum(lines.values())}
    earning = [part for part in item.participants if part.weight > 0 and not part.is_bot]
    reverted_at = item.reverted_at
    return Facts(
        kind=item.kind,
        state=item.state,
        title=item.title,
        labels=_texts(said, "labels"),
        repository_kind=item.repository_kind,
        is_merged=item.state == "merged",
        is_merge=said.get("is_merge") is True,
        is_revert=bool(said.get("reverts")),
        is_reverted=reverted_at is not None or item.state == "reverted",
        reverted_after_days=(reverted_at - item.occurred_at).days if reverted_at else 0,
        is_sandbox=item.is_sandbox,
        is_endorsed=item.ruling.is_endorsed,
        is_mechanical=said.get("is_mechanical") is True,
        lines=sum(lines.values()),
        lines_code=lines["code"],
        lines_tests=lines["tests"],
        lines_docs=lines["docs"],
        lines_ci=lines["ci"],
        lines_examples=lines["examples"],
        translated_words=_count(said.get("translated_words")),
        changes=1,
        files=_count(said.get("files_count")),
        size_known=known is not None,
        comments=_count(said.get("comments")),
        reviewers=_count(said.get("reviewers")),
        review_state=_text(said, "review_state"),
        resolved_threads=_count(said.get("resolved_threads")),
        merged_by_author=said.get("merged_by_author") is True,
        confirmed=said.get("confirmed") is True,
        state_reason=_text(said, "state_reason"),
        severity=_text(said, "severity"),
        roles=tuple(sorted({part.role for part in earning})),
        claim=_text(said, "claim"),
        amount=_count(said.get("amount")),
        acts=_count(said.get("acts")),
        live_days=_count(said.get("live_days")),
        has_card=said.get("card") is True,
        has_licence=bool(said.get("licence")),
        is_evaluated=said.get("evaluated") is True,
        base_models=len(_list(said, "base_models")),
        base_relation=_text(said, "base_relation"),
        datasets=len(_list(said, "datasets")),
        ai_assisted=bool(said.get("ai_assistance")),
        humans=len(earning),
        age_days=max(0, (now - item.occurred_at).days),
        pull_requests=tuple(number for number in _list(said, "pull_requests") if _is_count(number)),
    )


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


def _lines(sizes: Any) -> Mapping[str, int] | None:
    """Lines written by hand, added and deleted; None if the sizes are not known in full."""
    if not isinstance(sizes, Mapping):
        return None
    lines = dict(NO_LINES)
    for kind, counts in sizes.items():
        if not isinstance(counts, list | tuple) or not all(map(_is_count, counts)):
            return None
        if kind in _COUNTS_AS:
            lines[_COUNTS_AS[kind]] += sum(counts)
    return lines


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_COUNT


def _count(value: Any) -> int:
    return value if _is_count(value) else 0


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _list(said: Mapping[str, Any], name: str) -> list[Any]:
    value = said.get(name)
    return value if isinstance(value, list) else []


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(value for value in _list(said, name) if isinstance(value, str))
