"""Score contributions: work that counts elsewhere not again, then guards, rules, and sharing.

The points of a score are exactly the sum of its reasons, also after sharing; a score of zero
has a reason too. Nothing here looks at a clock: ``now`` is an argument.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from credits.core.expressions import EvaluationError
from credits.core.facts import Counting, Facts, Participant, ScoredInput, facts_of
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, Rule, RuleSet
from credits.core.sharing import split
from credits.core.texts import Text

AUTHORSHIP = frozenset({"author", "co_author"})
EARNING_ROLES: Mapping[str, frozenset[str]] = {
    "commit": AUTHORSHIP,
    "change": AUTHORSHIP,
    "review": frozenset({"reviewer"}),
    "issue": frozenset({"reporter"}),
    "comment": frozenset({"author"}),
    "triage": frozenset({"triager"}),
    "discussion": frozenset({"author"}),
    "answer": frozenset({"author"}),
    "release": AUTHORSHIP,
    "advisory": frozenset({"author", "reporter", "reviewer"}),
}
"""Who may earn by a contribution of a kind; everybody else is named but not scored."""

LONGEST_TITLE = 100
"""Of the contribution that counts instead, in a reason."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were given or taken, in words; ``inputs`` are the facts the rule looked at."""

    rule: str
    points: int
    category: str
    en: str
    zh: str
    inputs: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is stored with a score."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """What one participation earns, in thousandths."""

    contribution: int
    participation: int
    points: int
    category: str
    state: str
    reasons: tuple[Reason, ...]


def score_contributions(
    items: Sequence[ScoredInput], rule_set: RuleSet, *, now: datetime
) -> list[ScoreResult]:
    """Score ``items`` under ``rule_set``: one result for each participant of each."""
    return [result for item in items for result in _score(item, rule_set, now)]


def _score(item: ScoredInput, rule_set: RuleSet, now: datetime) -> list[ScoreResult]:
    if item.counts_with is not None:
        return _nothing(item, NOT_COUNTED, _counts_elsewhere(item.kind, item.counts_with))
    facts = facts_of(item, now=now)
    try:
        guard, applied = rule_set.run(facts)
    except EvaluationError as error:
        return _nothing(item, WAITING, _cannot_evaluate(str(error)))
    if guard >= 0:
        held = rule_set.guards[guard]
        return _nothing(item, held.state, _reason(held.id, 0, "", held.text, facts))
    if not applied:
        return _nothing(item, NOT_COUNTED, NO_RULE)
    rules = rule_set.rules
    reasons = [_rule_reason(rules[index], points, facts) for index, points in applied]
    return _shared(item, tuple(reasons))


def _shared(item: ScoredInput, reasons: tuple[Reason, ...]) -> list[ScoreResult]:
    """Give each human the share; bots get none, so the humans keep the whole.

    In the order of keys, so that a thousandth that cannot be cut goes to the same person each
    time, however the participants are listed.
    """
    total = sum(reason.points for reason in reasons)
    people = sorted(item.participants, key=lambda part: part.key)
    weights = [0 if part.is_bot else part.weight for part in people]
    if not any(weights):
        return _nothing(item, NOT_COUNTED, NO_HUMAN)
    whole = sum(weights)
    results = []
    for who, weight, points in zip(people, weights, split(total, weights), strict=True):
        mine = _mine(who, weight, whole, reasons, points - total)
        category = mine[0].category
        state = COUNTED if weight else NOT_COUNTED
        results.append(ScoreResult(item.contribution, who.key, points, category, state, mine))
    return results


def _mine(
    who: Participant, weight: int, whole: int, reasons: tuple[Reason, ...], change: int
) -> tuple[Reason, ...]:
    """The reasons of one participant, which sum to that one's part."""
    if weight == 0:
        return (BOT if who.is_bot else NO_LONGER_NAMED,)
    if weight == whole:
        return reasons
    return (*reasons, _sharing(change, weight, whole))


def _nothing(item: ScoredInput, state: str, reason: Reason) -> list[ScoreResult]:
    return [
        ScoreResult(item.contribution, part.key, 0, "other", state, (reason,))
        for part in item.participants
    ]


def _rule_reason(rule: Rule, points: int, facts: Facts) -> Reason:
    return _reason(rule.id, points, rule.category, rule.text, facts)


def _reason(rule: str, points: int, category: str, text: Text, facts: Facts) -> Reason:
    filled, inputs = text.filled(facts)
    return Reason(rule, points, category, filled.en, filled.zh, inputs)


def _sharing(points: int, weight: int, whole: int) -> Reason:
    return Reason(
        "sharing",
        points,
        "other",
        f"Shared with others: your part is {weight} of {whole}",
        f"与他人共同完成：你的份额为 {weight}/{whole}",
        {"weight": weight, "whole": whole},
    )


def _counts_elsewhere(kind: str, counting: Counting) -> Reason:
    """Names the contribution with which the work counts, so that people can look there."""
    is_long = len(counting.title) > LONGEST_TITLE
    title = f"{counting.title[: LONGEST_TITLE - 1]}…" if is_long else counting.title
    place = counting.repository
    if counting.kind == kind == "commit":
        en, zh = f"the same commit counts in {place}", f"同一提交已在 {place} 计分"
    elif kind == "commit":
        en = f"this commit counts with the change “{title}” in {place}"
        zh = f"此提交随 {place} 的变更“{title}”计分"
    else:
        en = f"the commits of this change count already in {place}, first with “{title}”"
        zh = f"此变更的提交已在 {place} 计分，首见于“{title}”"
    inputs = {"contribution": counting.contribution, "url": counting.url}
    return Reason(
        "counts-elsewhere", 0, "other", f"Not counted again: {en}", f"不重复计分：{zh}", inputs
    )


def _fixed(rule: str, en: str, zh: str) -> Reason:
    return Reason(rule, 0, "other", en, zh, {})


def _cannot_evaluate(why: str) -> Reason:
    return _fixed(
        "cannot-evaluate",
        f"A rule could not be computed for this contribution: {why}. The maintainers must mend it",
        f"有一条规则无法对此贡献求值：{why}。需由维护者修正",
    )


NO_RULE = _fixed(
    "no-rule", "No rule of this rule set gives points for this", "规则集中没有为此计分的规则"
)
NO_HUMAN = _fixed("no-human", "Done by bots only", "仅由机器人完成")
BOT = _fixed("bot", "A bot earns nothing; the people keep the whole", "机器人不计分，积分全归真人")
NO_LONGER_NAMED = _fixed(
    "no-longer-named", "The forge no longer names this account here", "平台已不再将此账号列为参与者"
)


def explain(result: ScoreResult, language: str) -> list[str]:
    """The reasons in words, one a line, with their points."""
    return [
        f"{reason.points / 1000:+.3f}  {reason.zh if language.startswith('zh') else reason.en}"
        for reason in result.reasons
    ]
