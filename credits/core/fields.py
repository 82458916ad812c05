"""The facts that rules may name: one table, with types and meanings in both languages.

Expressions are checked against `FIELDS`, and the documentation shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from credits.core.expressions import Type


@dataclass(frozen=True, slots=True)
class Field:
    """A fact's type and what it means, in English and Chinese."""

    type: Type
    en: str
    zh: str


FIELDS: Mapping[str, Field] = {
    "kind": Field(
        Type.STRING,
        "commit, change, review, issue, comment, triage, discussion, answer, release, advisory,"
        " claim or maintenance",
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
    "reverted_after_days": Field(
        Type.INT, "whole days after which it was taken back", "多少天后被撤销"
    ),
    "is_sandbox": Field(
        Type.BOOL,
        "the repository is one person's own, and nobody else contributed",
        "仓库属个人所有且无其他贡献者",
    ),
    "is_direct": Field(
        Type.BOOL,
        "a commit that came by no change, and that no other account committed or reviewed,"
        " where the forge tells changes",
        "未经合并请求、也无其他账号提交或评审的提交（仅限可获知合并请求的仓库）",
    ),
    "is_endorsed": Field(Type.BOOL, "a maintainer endorsed it", "维护者已认可"),
    "is_mechanical": Field(
        Type.BOOL, "a bulk change by a tool: formatter, codemod, version bump", "工具批量改动"
    ),
    "lines": Field(Type.INT, "effective lines: all that follow together", "有效行数合计"),
    "lines_code": Field(Type.INT, "lines added and deleted in code", "代码增删行数"),
    "lines_tests": Field(Type.INT, "lines added and deleted in tests", "测试增删行数"),
    "lines_docs": Field(Type.INT, "lines added and deleted in documents", "文档增删行数"),
    "lines_ci": Field(Type.INT, "lines added and deleted in builds and CI", "构建与 CI 增删行数"),
    "lines_examples": Field(
        Type.INT, "lines added and deleted in examples and notebooks, outputs aside", "示例增删行数"
    ),
    "translated_words": Field(Type.INT, "words translated", "翻译词数"),
    "changes": Field(
        Type.INT, "changes and commits that are one work item together", "同一工作项的变更数"
    ),
    "files": Field(Type.INT, "files touched", "涉及文件数"),
    "size_known": Field(Type.BOOL, "the size could be read", "规模可知"),
    "comments": Field(Type.INT, "comments under it", "评论数"),
    "reviewers": Field(Type.INT, "people who reviewed it", "评审人数"),
    "review_state": Field(
        Type.STRING, "approved, changes_requested, commented or dismissed", "评审结论"
    ),
    "resolved_threads": Field(Type.INT, "review threads that were resolved", "已解决的评审讨论数"),
    "merged_by_author": Field(
        Type.BOOL, "the author merged it, and nobody else approved", "由作者自行合并且无他人批准"
    ),
    "confirmed": Field(Type.BOOL, "a maintainer or a fix confirmed the issue", "议题已被确认"),
    "state_reason": Field(Type.STRING, "why an issue was closed", "议题关闭原因"),
    "severity": Field(
        Type.STRING, "of a security advisory: low, medium, high or critical", "安全公告的严重程度"
    ),
    "roles": Field(Type.STRINGS, "the parts in which people earn by it", "参与者的角色"),
    "claim": Field(Type.STRING, "what is claimed: talk, mentoring, ...", "申报的工作种类"),
    "amount": Field(Type.INT, "how much is claimed, in its own unit", "申报的数量"),
    "acts": Field(
        Type.INT, "merges, releases and triage in a month of maintenance", "当月维护操作次数"
    ),
    "live_days": Field(
        Type.INT, "days for which a demo was seen running or asleep", "演示累计可用天数"
    ),
    "has_card": Field(Type.BOOL, "a model or data set has its card", "具有模型或数据集卡片"),
    "has_licence": Field(Type.BOOL, "its card names a licence", "卡片写明许可证"),
    "is_evaluated": Field(Type.BOOL, "its card gives results of an evaluation", "卡片给出评测结果"),
    "base_models": Field(Type.INT, "models that it is made from", "所基于的模型数"),
    "base_relation": Field(
        Type.STRING, "finetune, adapter, quantized or merge", "与基础模型的关系"
    ),
    "datasets": Field(Type.INT, "data sets that its card names", "卡片列出的数据集数"),
    "ai_assisted": Field(Type.BOOL, "help by an AI tool was declared", "声明使用了 AI 工具"),
    "humans": Field(Type.INT, "people, not bots, who share it", "共同完成的人数（不含机器人）"),
    "pull_requests": Field(Type.INTS, "numbers of the pull requests it belongs to", "合并请求编号"),
}

TYPES: Mapping[str, Type] = {name: field.type for name, field in FIELDS.items()}

AGE: Mapping[str, Type] = {"age_days": Type.INT}
"""Days since it happened: only ``days`` of a guard may look at it, or a score would depend on the
day on which it is computed."""
