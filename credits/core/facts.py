"""The facts that rules may name: one table, in both languages, and how each is computed.

`FIELDS` is what the expressions are checked against and what the documentation shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.expressions import Type


@dataclass(frozen=True, slots=True)
class Participant:
    """One person's part in a contribution: ``key`` names the participation."""

    key: int
    role: str
    weight: int
    is_bot: bool


@dataclass(frozen=True, slots=True)
class Counting:
    """The contribution with which the same work counts, as people find it."""

    contribution: int
    kind: str
    title: str
    url: str
    repository: str


@dataclass(frozen=True, slots=True)
class ScoredInput:
    """A contribution as the forge told it, with those who may earn by it.

    Work that counts already with another contribution says so in ``counts_with``.
    """

    contribution: int
    kind: str
    state: str
    title: str
    occurred_at: datetime
    facts: Mapping[str, Any]
    repository_kind: str
    participants: Sequence[Participant]
    counts_with: Counting | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules read; each field is described in `FIELDS`."""

    kind: str
    state: str
    title: str
    labels: tuple[str, ...]
    repository_kind: str
    is_merged: bool
    is_merge: bool
    is_revert: bool
    is_reverted: bool
    lines: int
    lines_code: int
    lines_tests: int
    lines_docs: int
    lines_ci: int
    files: int
    size_known: bool
    comments: int
    reviewers: int
    review_state: str
    resolved_threads: int
    merged_by_author: bool
    confirmed: bool
    state_reason: str
    ai_assisted: bool
    humans: int
    age_days: int
    pull_requests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A fact's type and what it means, in English and Chinese."""

    type: Type
    en: str
    zh: str


FIELDS: Mapping[str, Field] = {
    "kind": Field(
        Type.STRING,
        "commit, change, review, issue, comment, triage, discussion, answer, release or advisory",
        "贡献种类",
    ),
    "state": Field(Type.STRING, "the contribution's state at the forge", "在平台上的状态"),
    "title": Field(Type.STRING, "the title", "标题"),
    "labels": Field(Type.STRINGS, "labels that maintainers set", "维护者设置的标签"),
    "repository_kind": Field(Type.STRING, "code, model, dataset or space", "仓库种类"),
    "is_merged": Field(Type.BOOL, "it is part of the project now", "已并入项目"),
    "is_merge": Field(Type.BOOL, "a merge commit, which holds no work of its own", "合并提交"),
    "is_revert": Field(Type.BOOL, "it takes an earlier change back", "撤销了先前的变更"),
    "is_reverted": Field(Type.BOOL, "it was taken back later", "之后被撤销"),
    "lines": Field(Type.INT, "effective lines: code, tests, docs and CI together", "有效行数合计"),
    "lines_code": Field(Type.INT, "lines added and deleted in code", "代码增删行数"),
    "lines_tests": Field(Type.INT, "lines added and deleted in tests", "测试增删行数"),
    "lines_docs": Field(Type.INT, "lines added and deleted in documents", "文档增删行数"),
    "lines_ci": Field(Type.INT, "lines added and deleted in builds and CI", "构建与 CI 增删行数"),
    "files": Field(Type.INT, "files touched", "涉及文件数"),
    "size_known": Field(Type.BOOL, "the size could be read", "规模可知"),
    "comments": Field(Type.INT, "comments under it", "评论数"),
    "reviewers": Field(Type.INT, "people who reviewed it", "评审人数"),
    "review_state": Field(
        Type.STRING, "approved, changes_requested, commented or dismissed", "评审结论"
    ),
    "resolved_threads": Field(Type.INT, "review threads that were resolved", "已解决的评审讨论数"),
    "merged_by_author": Field(Type.BOOL, "the author merged it alone", "由作者自行合并"),
    "confirmed": Field(Type.BOOL, "a maintainer or a fix confirmed the issue", "议题已被确认"),
    "state_reason": Field(Type.STRING, "why an issue was closed", "议题关闭原因"),
    "ai_assisted": Field(Type.BOOL, "help by an AI tool was declared", "声明使用了 AI 工具"),
    "humans": Field(Type.INT, "people, not bots, who share it", "共同完成的人数（不含机器人）"),
    "age_days": Field(Type.INT, "whole days since it happened", "距今天数"),
    "pull_requests": Field(Type.INTS, "numbers of the pull requests it belongs to", "合并请求编号"),
}

TYPES: Mapping[str, Type] = {name: field.type for name, field in FIELDS.items()}

LARGEST_COUNT = 2**31 - 1
"""No count of a forge is larger; a larger one is not believed."""

LINE_KINDS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "config"),
    "tests": ("tests",),
    "docs": ("docs",),
    "ci": ("ci",),
}
"""The kinds of files whose lines count as written by hand; generated, vendored, lock, notebook,
data and binary files do not."""

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
NO_FACTS = Facts(**{name: _EMPTY[kind] for name, kind in TYPES.items()})
"""Facts of which nothing is known."""


def facts_of(item: ScoredInput, *, now: datetime) -> Facts:
    """Flatten ``item``; what the forge did not say, or not sensibly, is zero, empty or false.

    This never fails, whatever stands in ``item.facts``. A size that cannot be read in full is an
    unknown size: ``size_known`` is false then.
    """
    said = item.facts if isinstance(item.facts, Mapping) else {}
    known = _lines(said.get("sizes"))
    lines = NO_LINES if known is None else known
    return Facts(
        kind=item.kind,
        state=item.state,
        title=item.title,
        labels=tuple(label for label in _list(said, "labels") if isinstance(label, str)),
        repository_kind=item.repository_kind,
        is_merged=item.state == "merged",
        is_merge=said.get("is_merge") is True,
        is_revert=bool(said.get("reverts")),
        is_reverted=item.state == "reverted" or bool(said.get("reverted_by")),
        lines=sum(lines.values()),
        lines_code=lines["code"],
        lines_tests=lines["tests"],
        lines_docs=lines["docs"],
        lines_ci=lines["ci"],
        files=_count(said.get("files_count")),
        size_known=known is not None,
        comments=_count(said.get("comments")),
        reviewers=_count(said.get("reviewers")),
        review_state=_text(said, "review_state"),
        resolved_threads=_count(said.get("resolved_threads")),
        merged_by_author=said.get("merged_by_author") is True,
        confirmed=said.get("confirmed") is True,
        state_reason=_text(said, "state_reason"),
        ai_assisted=bool(said.get("ai_assistance")),
        humans=sum(not part.is_bot and part.weight > 0 for part in item.participants),
        age_days=max(0, (now - item.occurred_at).days),
        pull_requests=tuple(number for number in _list(said, "pull_requests") if _is_count(number)),
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
