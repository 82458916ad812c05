"""Which facts somebody can change, and how a sentence says what it would take.

What a contribution *is* (its kind, who did it, whether it was taken back, whether an AI helped) is
not offered: nobody should be told to become somebody else. ``{needed}`` and ``{now}`` stand for
counts and texts, and ``{missing}`` for what a count lacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from credits.core.texts import Text


@dataclass(frozen=True, slots=True)
class Changeable:
    """What it takes to change a fact, in words; a yes or no changes only towards ``to``.

    What ``only_grows`` is never less again, so that less is not offered.
    """

    text: Text
    to: bool | None = None
    only_grows: bool = False


def _count(en: str, zh: str) -> Changeable:
    return Changeable(
        Text(f"if its {en} were {{needed}} (now {{now}})", f"若{zh}为 {{needed}}（现为 {{now}}）")
    )


def _once(en: str, zh: str, *, to: bool = True) -> Changeable:
    return Changeable(Text(f"once {en}", f"{zh}后"), to)


CHANGEABLE: Mapping[str, Changeable] = {
    "is_merged": _once("the project merges it", "项目将其合并"),
    "size_known": _once("its size can be read", "其规模可被读取"),
    "is_endorsed": _once("a maintainer endorses it", "维护者予以认可"),
    "merged_by_author": _once("somebody else approves or merges it", "由他人批准或合并", to=False),
    "is_sandbox": _once(
        "somebody else contributes to the repository", "有他人向该仓库贡献", to=False
    ),
    "confirmed": _once("a maintainer or a fix confirms it", "维护者或修复确认此议题"),
    "has_card": _once("it has its card", "补充模型或数据集卡片"),
    "has_licence": _once("its card names a licence", "卡片写明许可证"),
    "is_evaluated": _once("its card gives results of an evaluation", "卡片给出评测结果"),
    "lines": _count("effective lines", "有效行数"),
    "lines_code": _count("lines of code", "代码行数"),
    "lines_tests": _count("lines of tests", "测试行数"),
    "lines_docs": _count("lines of documents", "文档行数"),
    "lines_ci": _count("lines of builds and CI", "构建与 CI 行数"),
    "lines_examples": _count("lines of examples", "示例行数"),
    "translated_words": _count("translated words", "翻译词数"),
    "comments": _count("comments", "评论数"),
    "reviewers": _count("reviewers", "评审人数"),
    "resolved_threads": _count("resolved review threads", "已解决的评审讨论数"),
    "live_days": Changeable(
        Text(
            "once it was seen running for {needed} days (now {now}, missing {missing})",
            "可用天数累计满 {needed} 天后（现为 {now} 天，还差 {missing} 天）",
        ),
        only_grows=True,
    ),
    "datasets": _count("data sets on the card", "卡片列出的数据集数"),
    "age_days": _count("days of age", "已过天数"),
    "labels": Changeable(Text("if its labels were {needed}", "若标签为 {needed}")),
    "state_reason": Changeable(Text("if it were closed as {needed}", "若以 {needed} 关闭")),
}
"""By the names of facts; those that are missing here cannot be changed."""

PARTS_OF_LINES = ("lines_code", "lines_tests", "lines_docs", "lines_ci", "lines_examples")
"""What ``lines`` is the sum of."""
