"""What would change a score, in words of both languages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from credits.core.changeable import CHANGEABLE, PARTS_OF_LINES
from credits.core.facts import Facts
from credits.core.points import THOUSAND, decimal_points
from credits.core.rules import Limit, LimitKind, Period, RuleSet
from credits.core.texts import Text

UNKNOWN = Text("unknown", "未知")
_SIZES = frozenset({"lines", *PARTS_OF_LINES})


def condition(
    facts: Facts, values: Sequence[tuple[str, Any]], until: datetime | None = None
) -> Text:
    """What would have to be so, of ``facts`` as they are now."""
    parts = [_part(facts, name, needed, until) for name, needed in values]
    return Text(" and ".join(part.en for part in parts), "，且".join(part.zh for part in parts))


def result(points_now: int, points_after: int, obstacle: Text | None, *, is_cut: bool) -> Text:
    """What comes out then; ``obstacle`` is what still keeps it from counting."""
    if obstacle is not None:
        return Text(f"then “{obstacle.en}”", f"则“{obstacle.zh}”")
    en, zh = _points(points_after), f"计 {decimal_points(points_after)} 分"
    if points_now:
        en += f" instead of {decimal_points(points_now)}"
        zh += f"，而非 {decimal_points(points_now)} 分"
    if is_cut:
        en += " for the work as a whole"
        zh += "（按整项工作计）"
    return Text(en, zh)


def joined(left: Text, right: Text) -> Text:
    """A condition and what follows from it, as a sentence."""
    return Text(f"{left.en[:1].upper()}{left.en[1:]}: {right.en}", f"{left.zh}：{right.zh}")


def unchangeable(reasons: Iterable[Mapping[str, Any]], rule_set: RuleSet) -> list[Text]:
    """What no fact would change: of each of ``reasons`` that cuts, what it depends on."""
    limits = {limit.id: limit for limit in rule_set.limits}
    found = []
    for reason in reasons:
        name = reason["rule"]
        if name in limits:
            found.append(_of_limit(limits[name], reason["inputs"]))
        elif name in _OWN:
            found.append(_OWN[name])
    return list(dict.fromkeys(found))


def _part(facts: Facts, name: str, needed: Any, until: datetime | None) -> Text:
    if name == "age_days" and until is not None:
        day = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return Text(f"from {day} on", f"自 {day} 起")
    text, now = CHANGEABLE[name].text, getattr(facts, name)
    if name in _SIZES and not facts.size_known:
        return Text(
            text.en.format(needed=needed, now=UNKNOWN.en),
            text.zh.format(needed=needed, now=UNKNOWN.zh),
        )
    missing = needed - now if isinstance(needed, int) else ""
    return text.filled({"needed": _shown(needed), "now": _shown(now), "missing": missing})


def _shown(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, tuple) else value


def _points(points: int) -> str:
    return "1 point" if points == THOUSAND else f"{decimal_points(points)} points"


def _of_limit(limit: Limit, inputs: Mapping[str, Any]) -> Text:
    said = {**inputs, "first": limit.steps[0][0] if limit.steps else 0}
    per = _PERIODS[limit.per]
    text = _LIMITS[limit.kind]
    return Text(
        text.en.format_map({**said, "unit": per.en}), text.zh.format_map({**said, "unit": per.zh})
    )


_PERIODS: Mapping[Period, Text] = {
    Period.DAY: Text("day", "日"),
    Period.WEEK: Text("week", "周"),
    Period.MONTH: Text("month", "月"),
}
_LIMITS: Mapping[LimitKind, Text] = {
    LimitKind.DECAY: Text(
        "It is number {place} of its kind in {period} by size, and counts {percent} %. The {first}"
        " largest count in full: only a larger one, or another {unit}, would count more",
        "按规模为 {period} 同类第 {place} 项，按 {percent}% 计。最大的 {first} 项全额计分："
        "只有规模更大，或在其他{unit}，才会多计",
    ),
    LimitKind.ITEMS: Text(
        "The {most} largest of {period} count, and it is number {place}: nothing would change"
        " this but another {unit}",
        "{period} 只计最大的 {most} 项，此为第 {place} 项：只有在其他{unit}才会计分",
    ),
    LimitKind.POINTS: Text(
        "The {most} points of {period} are used up: nothing would change this but another {unit}",
        "{period} 的 {most} 分已用完：只有在其他{unit}才会计分",
    ),
    LimitKind.SHARE: Text(
        "Work with one other person counts up to {most} points in {period}: more work with others"
        " would raise that",
        "{period} 与同一人往来的工作至多计 {most} 分：与更多人合作可提高此上限",
    ),
}
_OWN: Mapping[str, Text] = {
    "bot": Text(
        "If this account is a person's, dispute it: the maintainers decide",
        "若该账号属于真人，可提出异议，由维护者裁定",
    ),
    "no-human": Text(
        "If one of the accounts is a person's, dispute it: the maintainers decide",
        "若其中有账号属于真人，可提出异议，由维护者裁定",
    ),
    "cannot-evaluate": Text(
        "A new version of the rule set would change it; ask the maintainers",
        "需由维护者发布新版规则集",
    ),
    "counts-elsewhere": Text(
        "Nothing: work counts once, and this counts with the other contribution",
        "无：同一工作只计一次，已随另一项贡献计分",
    ),
    "denied": Text(
        "If the maintainers change their decision; you can dispute it",
        "维护者更改决定后；你可提出异议",
    ),
    "no-longer-named": Text(
        "If the forge names this account here again", "平台重新将此账号列为参与者后"
    ),
    "no-share": Text(
        "If a part of this is yours, dispute the shares: the maintainers decide",
        "若其中有你的份额，可就份额提出异议，由维护者裁定",
    ),
    "withdrawn": Text("It counts again once you put it back", "你恢复后重新计分"),
    "sharing": Text(
        "Your part follows the shares. If they are wrong, dispute them: the maintainers decide",
        "你的份额按比例计算。若比例有误，可提出异议，由维护者裁定",
    ),
}
