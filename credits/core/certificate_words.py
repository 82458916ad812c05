"""What a certificate says in words, in each language that it can be issued in."""

from collections.abc import Mapping

from credits.core.canonical import DocumentError

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "name": "Open source contribution, {start} to {end}",
        "description": (
            "{count} verified contributions to open source projects from {start} to {end}:"
            " {points} points under rule set {rules}."
        ),
        "role": "Contributor",
        "narrative": (
            "Projects: {projects}. Every contribution is listed as evidence; the evidence record"
            " gives the reasons for its points. Points are the issuer's measure of work, not"
            " academic credits, which only a university grants. There is no grade and no rank in"
            " it."
        ),
        "achievement": "{title}: contribution",
        "criteria": (
            "Work that the projects accepted, scored under rule set {rules}. The rules and their"
            " reasons are public, and pinned by a digest."
        ),
        "record": "Evidence record",
        "record_description": "Every counted contribution with its address, points and reasons.",
        "item": "{day}, {points} points",
        "assisted": "; declared AI assistance: {tools}",
        "list": ", ",
        "points": "Points",
        "contributions": "Contributions",
        "kind_points": "{}: points",
        "kind_count": "{}: contributions",
        "advised": "Credits advised under {policy}; the university decides",
        "sealed": (
            "Verified contributions to open source projects from {start} to {end}, in sealed form:"
            " the holder chooses what to show."
        ),
        "sealed_narrative": (
            "What is not shown is hidden by the holder. Whatever is shown is proved by the digests"
            " that this credential pins."
        ),
        "sealed_achievement": "Open source contribution",
        "sealed_criteria": "Work that the projects accepted, scored under published rules.",
    },
    "zh": {
        "name": "开源贡献，{start} 至 {end}",
        "description": (
            "{start} 至 {end} 期间对开源项目的 {count} 项经核验的贡献：按规则集 {rules} 计"
            " {points} 积分。"
        ),
        "role": "贡献者",
        "narrative": (
            "项目：{projects}。每项贡献均列为证据；证据记录写明其积分理由。积分是签发方对工作的"
            "度量，不是学分；学分仅由学校授予。其中不含成绩与名次。"
        ),
        "achievement": "{title}：贡献",
        "criteria": "项目已接受的工作，按规则集 {rules} 计分。规则及其理由公开，并以摘要固定。",
        "record": "证据记录",
        "record_description": "每项计入的贡献及其地址、积分与理由。",
        "item": "{day}，{points} 积分",
        "assisted": "；已声明使用 AI 辅助：{tools}",
        "list": "、",
        "points": "积分",
        "contributions": "贡献数",
        "kind_points": "{}：积分",
        "kind_count": "{}：贡献数",
        "advised": "按 {policy} 建议的学分（由学校决定）",
        "sealed": (
            "{start} 至 {end} 期间对开源项目的经核验的贡献（封存形式）：展示内容由持有人选择。"
        ),
        "sealed_narrative": (
            "未展示的内容已由持有人隐藏；所展示的每一项均由本凭证所固定的摘要证明。"
        ),
        "sealed_achievement": "开源贡献",
        "sealed_criteria": "项目已接受的工作，按已公布的规则计分。",
    },
}

KINDS: Mapping[str, Mapping[str, str]] = {
    "code": {"en": "Code", "zh": "代码"},
    "tests": {"en": "Tests", "zh": "测试"},
    "docs": {"en": "Documentation", "zh": "文档"},
    "ci": {"en": "Continuous integration", "zh": "持续集成"},
    "example": {"en": "Examples", "zh": "示例"},
    "review": {"en": "Code review", "zh": "代码评审"},
    "issue": {"en": "Issues", "zh": "议题"},
    "triage": {"en": "Triage", "zh": "议题整理"},
    "answer": {"en": "Answers", "zh": "解答"},
    "translation": {"en": "Translation", "zh": "翻译"},
    "dataset": {"en": "Data sets", "zh": "数据集"},
    "model": {"en": "Models", "zh": "模型"},
    "demo": {"en": "Demos", "zh": "演示"},
    "benchmark": {"en": "Benchmarks", "zh": "基准测试"},
    "mentoring": {"en": "Mentoring", "zh": "指导"},
    "security": {"en": "Security", "zh": "安全"},
    "maintenance": {"en": "Maintenance", "zh": "维护"},
    "outreach": {"en": "Outreach and design", "zh": "推广与设计"},
    "release": {"en": "Releases", "zh": "发布"},
    "other": {"en": "Other work", "zh": "其他"},
}


class LanguageError(DocumentError):
    """A certificate cannot be issued in this language."""


def words(language: str) -> Mapping[str, str]:
    """The sentences of a certificate in ``language``.

    Raises:
        LanguageError: there are none.
    """
    try:
        return WORDS[language]
    except KeyError as error:
        raise LanguageError(f"no words in {language!r}; there are {sorted(WORDS)}") from error


def kind_name(kind: str, language: str) -> str:
    """What people call a kind of work; its own name where there are no words for it."""
    return KINDS.get(kind, {}).get(language, kind)
