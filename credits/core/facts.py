"""The facts that rules may name: one table, in both languages, and how each is computed.

`FIELDS` is what the expressions are checked against and what the documentation shows.
"""

from collections.abc import Iterable, Mapping, Sequence
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
class ScoredInput:
    """A contribution as the forge told it, with those who may earn by it."""

    contribution: int
    kind: str
    state: str
    title: str
    occurred_at: datetime
    facts: Mapping[str, Any]
    repository_kind: str
    participants: Sequence[Participant]


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
    "kind": Field(Type.STRING, "commit, change, review, issue, comment or release", "贡献种类"),
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

CODE_KINDS = ("code", "config")
DOCS_KINDS = ("docs",)


def facts_of(item: ScoredInput, *, now: datetime) -> Facts:
    """Flatten ``item``; what the forge did not say is zero, empty or false.

    Effective lines are those added and deleted by hand: generated, vendored, lock, notebook,
    data and binary files are left out.
    """
    said = item.facts
    sizes = said.get("sizes")
    size_known = isinstance(sizes, Mapping)
    known: Mapping[str, Any] = sizes if isinstance(sizes, Mapping) else {}
    lines = {name: _lines(known, kinds) for name, kinds in _LINE_KINDS.items()}
    return Facts(
        kind=item.kind,
        state=item.state,
        title=item.title,
        labels=tuple(str(label) for label in _list(said, "labels")),
        repository_kind=item.repository_kind,
        is_merged=item.state == "merged",
        is_merge=bool(said.get("is_merge")),
        is_revert=bool(said.get("reverts")),
        is_reverted=item.state == "reverted" or bool(said.get("reverted_by")),
        lines=sum(lines.values()),
        lines_code=lines["code"],
        lines_tests=lines["tests"],
        lines_docs=lines["docs"],
        lines_ci=lines["ci"],
        files=_number(said, "files_count"),
        size_known=size_known,
        comments=_number(said, "comments"),
        reviewers=_number(said, "reviewers"),
        review_state=str(said.get("review_state") or ""),
        resolved_threads=_number(said, "resolved_threads"),
        merged_by_author=bool(said.get("merged_by_author")),
        confirmed=bool(said.get("confirmed")),
        state_reason=str(said.get("state_reason") or ""),
        ai_assisted=bool(said.get("ai_assistance")),
        humans=sum(not part.is_bot and part.weight > 0 for part in item.participants),
        age_days=max(0, (now - item.occurred_at).days),
        pull_requests=tuple(
            number for number in _list(said, "pull_requests") if isinstance(number, int)
        ),
    )


_LINE_KINDS: Mapping[str, tuple[str, ...]] = {
    "code": CODE_KINDS,
    "tests": ("tests",),
    "docs": DOCS_KINDS,
    "ci": ("ci",),
}


def _lines(sizes: Mapping[str, Any], kinds: Iterable[str]) -> int:
    return sum(int(count or 0) for kind in kinds for count in sizes.get(kind, ()))


def _number(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) else 0


def _list(said: Mapping[str, Any], name: str) -> list[Any]:
    value = said.get(name)
    return value if isinstance(value, list) else []
