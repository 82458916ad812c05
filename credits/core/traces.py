"""Why points were given or taken: reasons as they are stored, and the sentences made of them.

A stored reason names its rule and the values that the rule looked at; the sentence comes from the
rule set, which never changes once it is published, or from `OWN_TEXTS`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from credits.core.rules import RuleSet
from credits.core.texts import Text


class Reason(NamedTuple):
    """One line of a trace: its rule, its points in thousandths, and what the rule looked at."""

    rule: str
    points: int
    inputs: Mapping[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        """As it is stored with a score."""
        return {"rule": self.rule, "points": self.points, "inputs": self.inputs}


OWN_TEXTS: Mapping[str, Text] = {
    "bot": Text("A bot earns nothing; the people keep the whole", "机器人不计分，积分全归真人"),
    "cannot-evaluate": Text(
        "A rule could not be computed for this contribution: {why}. The maintainers must mend it",
        "有一条规则无法对此贡献求值：{why}。需由维护者修正",
    ),
    "counts-elsewhere": Text("Not counted again: {en}", "不重复计分：{zh}"),
    "denied": Text("Not counted: the maintainers say: {why}", "不计分：维护者说明：{why}"),
    "no-human": Text("Done by bots only", "仅由机器人完成"),
    "no-longer-named": Text(
        "The forge no longer names this account here", "平台已不再将此账号列为参与者"
    ),
    "no-share": Text(
        "The maintainers decided that no part of this is yours", "维护者裁定此项没有你的份额"
    ),
    "no-rule": Text("No rule of this rule set gives points for this", "规则集中没有为此计分的规则"),
    "sharing": Text(
        "Shared with others: your part is {weight} of {whole}",
        "与他人共同完成：你的份额为 {weight}/{whole}",
    ),
    "withdrawn": Text("Not counted: you took it back", "不计分：你已撤回"),
    "work-item": Text(
        "Scored as one piece of work with {others} more; this is {size} of {whole}",
        "与另外 {others} 项作为同一工作计分；此项占 {size}/{whole}",
    ),
}
"""The reasons that every rule set has; no rule may bear their names."""

OWN_REASONS = frozenset(OWN_TEXTS)

_ELSEWHERE: Mapping[str, Text] = {
    "same-commit": Text("the same commit counts in {place}", "同一提交已在 {place} 计分"),
    "same-patch": Text(
        "the same patch counts already in {place}, first as “{title}”",
        "相同的补丁已在 {place} 计分，首见于“{title}”",
    ),
    "with-change": Text(
        "this commit counts with the change “{title}” in {place}",
        "此提交随 {place} 的变更“{title}”计分",
    ),
    "commits": Text(
        "the commits of this change count already in {place}, first with “{title}”",
        "此变更的提交已在 {place} 计分，首见于“{title}”",
    ),
}


def sentence(reason: Mapping[str, Any], rule_set: RuleSet) -> Text:
    """What ``reason``, as stored, says in both languages."""
    name, inputs = reason["rule"], reason["inputs"]
    text = OWN_TEXTS.get(name) or rule_set.texts.get(name)
    if text is None:
        return Text(name, name)
    if name == "counts-elsewhere":
        where = _ELSEWHERE[inputs["how"]].filled(inputs)
        return text.filled({"en": where.en, "zh": where.zh})
    return text.filled({place: _shown(inputs.get(place)) for place in text.names})


def trace(reasons: Iterable[Mapping[str, Any]], rule_set: RuleSet) -> list[dict[str, Any]]:
    """Stored ``reasons`` with their sentences, as pages, the API and certificates show them."""
    lines = []
    for reason in reasons:
        said = sentence(reason, rule_set)
        lines.append({**reason, "en": said.en, "zh": said.zh})
    return lines


def explain(reasons: Sequence[Reason], rule_set: RuleSet, language: str) -> list[str]:
    """The reasons in words, one a line, with their points."""
    return [
        f"{reason.points / 1000:+.3f}  {sentence(reason.as_json(), rule_set).in_language(language)}"
        for reason in reasons
    ]


def _shown(value: Any) -> Any:
    """A value as a sentence has it: lists without brackets."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
