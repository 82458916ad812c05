"""What stands printed on a sheet, in both languages: paper has no switch for the language."""

from collections.abc import Mapping
from datetime import datetime

from credits.core.verdict import Outcome

LANGUAGES = ("en", "zh")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

WORDS: Mapping[str, Mapping[str, str]] = {
    "brand": {"en": "OpenCredits", "zh": "开源学分"},
    "title": {"en": "Certificate of Open-Source Contribution", "zh": "开源贡献证书"},
    "number": {"en": "No.", "zh": "证书编号"},
    "certifies": {"en": "This certifies that", "zh": "兹证明"},
    "nameless": {"en": "the holder of this address", "zh": "本地址的持有人"},
    "kind": {"en": "Kind", "zh": "类别"},
    "count": {"en": "Count", "zh": "数量"},
    "points": {"en": "Points", "zh": "积分"},
    "total": {"en": "Total", "zh": "合计"},
    "others": {"en": "All other kinds", "zh": "其余各类"},
    "rules": {"en": "Rule set", "zh": "规则集"},
    "issuer": {"en": "Issuer", "zh": "签发方"},
    "issued": {"en": "Issued", "zh": "签发日期"},
    "scan": {"en": "Scan to verify", "zh": "扫码验证"},
    "points_note": {
        "en": "Points measure work; universities grant credits.",
        "zh": "积分度量工作；学分由学校认定。",
    },
    "embedded": {
        "en": "The signed, machine-readable credential is embedded in this file (PDF/A-3).",
        "zh": "本文件内嵌已签名、可机器验证的凭证（PDF/A-3）。",
    },
    "before_one": {
        "en": "did verified work for the open-source project ",
        "zh": "于 {span}期间，为开源项目 ",
    },
    "before": {
        "en": "did verified work for the open-source projects ",
        "zh": "于 {span}期间，为开源项目 ",
    },
    "after": {"en": " from {span}", "zh": " 作出经核验的贡献"},
    "without_projects": {
        "en": "did verified work for open-source projects from {span}",
        "zh": "于 {span}期间，对开源项目作出经核验的贡献",
    },
    "span": {"en": "{start} to {end}", "zh": "{start}至{end}"},
    "more": {"en": " and {more} more", "zh": " 等 {all} 个项目"},
    "list": {"en": ", ", "zh": "、"},
    "contributions": {"en": "{count} verified contributions", "zh": "{count} 项经核验的贡献"},
    "worth": {"en": "{points} points", "zh": "{points} 积分"},
}

STAMPS: Mapping[Outcome, Mapping[str, str]] = {
    Outcome.REVOKED: {"en": "REVOKED", "zh": "已吊销"},
    Outcome.SUPERSEDED: {"en": "SUPERSEDED", "zh": "已被取代"},
    Outcome.SUSPENDED: {"en": "SUSPENDED", "zh": "已暂停"},
    Outcome.EXPIRED: {"en": "EXPIRED", "zh": "已过期"},
    Outcome.NOT_YET_VALID: {"en": "NOT YET VALID", "zh": "尚未生效"},
    Outcome.ALTERED: {"en": "ALTERED", "zh": "已被改动"},
}
NOT_VERIFIED: Mapping[str, str] = {"en": "NOT VERIFIED", "zh": "未能验证"}


def stamp_in(outcome: Outcome, language: str) -> str:
    """What is stamped on a certificate that is not valid; nothing on one that is."""
    if outcome is Outcome.VALID:
        return ""
    return STAMPS.get(outcome, NOT_VERIFIED)[language]


def day_in(moment: datetime | None, language: str) -> str:
    """A day in UTC, in which certificates count: their periods begin and end there."""
    if moment is None:
        return "–"
    if language == "zh":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
