"""Score contributions: guards, then work items by rules and factors, then sharing, then limits.

The points of a score are exactly the sum of its reasons; a score of zero has a reason too.
Nothing here looks at a clock: ``now`` is an argument.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from credits.core.collector import collector_at_rest
from credits.core.expressions import EvaluationError
from credits.core.facts import Facts, facts_of, facts_together
from credits.core.inputs import Counting, ScoredInput
from credits.core.rules import NOT_COUNTED, WAITING, RuleSet
from credits.core.score_sheet import NO_CATEGORY, NO_RULE, ScoreResult, Sheet, Worth, nothing
from credits.core.sharing import split
from credits.core.texts import Text
from credits.core.traces import Reason

__all__ = ["EARNING_ROLES", "NO_CATEGORY", "ScoreResult", "score_contributions"]

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
    "claim": frozenset({"author"}),
    "maintenance": frozenset({"author"}),
}
"""Who may earn by a contribution of a kind; everybody else is named but not scored."""

LONGEST_TITLE = 100
"""Of the contribution that counts instead, in a reason."""

THOUSAND = 1000


class _Passed(NamedTuple):
    """A contribution that no guard stopped."""

    item: ScoredInput
    facts: Facts


def score_contributions(
    items: Iterable[ScoredInput], rule_set: RuleSet, *, now: datetime
) -> list[ScoreResult]:
    """Score ``items`` under ``rule_set``: one result for each participant of each.

    Contributions of one work item are scored together, and limits look at all that one person
    did in a month. A result is final only if ``items`` hold the whole of its work item and of
    that person's months; the caller sees to that.
    """
    sheet = Sheet()
    work: dict[int, list[_Passed]] = {}
    with collector_at_rest():
        for item in items:
            key = sheet.open(item)
            stopped = _stopped(item, rule_set, now)
            if isinstance(stopped, _Passed):
                work.setdefault(key, []).append(stopped)
            else:
                sheet.results += stopped
        for key, passed in work.items():
            for item, worth in _worths(passed, rule_set):
                sheet.share(item, worth, key)
        return sheet.closed(rule_set)


def _stopped(item: ScoredInput, rule_set: RuleSet, now: datetime) -> _Passed | list[ScoreResult]:
    """What keeps ``item`` from counting, or its facts if nothing does."""
    if item.counts_with is not None:
        return nothing(item, NOT_COUNTED, _counts_elsewhere(item.kind, item.counts_with))
    if item.ruling.denied:
        return nothing(item, NOT_COUNTED, Reason("denied", 0, {"why": item.ruling.denied}))
    facts = facts_of(item, now=now)
    try:
        found = rule_set.stop(facts, rule_set.places_of(item.ruling.pardoned))
    except EvaluationError as error:
        return nothing(item, WAITING, _cannot_evaluate(error))
    if found < 0:
        return _Passed(item, facts)
    guard = rule_set.guards[found]
    until = item.occurred_at + timedelta(days=guard.days) if guard.days else None
    reason = Reason(guard.id, 0, _inputs(guard.text, facts))
    return nothing(item, guard.state, reason, until)


def _worths(passed: Sequence[_Passed], rule_set: RuleSet) -> Iterable[tuple[ScoredInput, Worth]]:
    """What each part of a work item is worth: the whole's points, by the size of the parts."""
    if len(passed) == 1:
        item, facts = passed[0]
        return [(item, _whole(facts, rule_set))]
    parts = sorted(passed, key=lambda part: (part.item.occurred_at, part.item.contribution))
    whole = _whole(facts_together([part.facts for part in parts]), rule_set)
    if not whole.category:
        return [(part.item, whole) for part in parts]
    sizes = [part.facts.lines for part in parts]
    weights = sizes if any(sizes) else [1] * len(parts)
    pieces = split(whole.points, weights)
    total = sum(weights)
    found = []
    for part, piece, size in zip(parts, pieces, weights, strict=True):
        inputs = {"others": len(parts) - 1, "size": size, "whole": total}
        line = Reason("work-item", piece - whole.points, inputs)
        found.append((part.item, whole._replace(points=piece, reasons=(*whole.reasons, line))))
    return found


def _whole(facts: Facts, rule_set: RuleSet) -> Worth:
    """What the rules and factors give for ``facts``; without a category it is worth nothing."""
    try:
        applied, factors = rule_set.run(facts)
    except EvaluationError as error:
        return Worth(0, "", (), (_cannot_evaluate(error),))
    if not applied:
        return Worth(0, "", (), (NO_RULE,))
    rules, reasons, total = [], [], 0
    for index, points in applied:
        rule = rule_set.rules[index]
        rules.append(rule.id)
        reasons.append(Reason(rule.id, points, _inputs(rule.text, facts)))
        total += points
    for index, thousandths in factors:
        factor = rule_set.factors[index]
        after = total * thousandths // THOUSAND
        reasons.append(Reason(factor.id, after - total, _inputs(factor.text, facts)))
        total = after
    return Worth(total, rule_set.rules[applied[0][0]].category, tuple(rules), tuple(reasons))


def _inputs(text: Text, facts: Facts) -> dict[str, Any]:
    """The facts that a sentence names."""
    return {name: getattr(facts, name) for name in text.names}


def _counts_elsewhere(kind: str, counting: Counting) -> Reason:
    """Names the contribution with which the work counts, so that people can look there."""
    is_long = len(counting.title) > LONGEST_TITLE
    if counting.is_patch:
        how = "same-patch"
    elif counting.kind == kind == "commit":
        how = "same-commit"
    else:
        how = "with-change" if kind == "commit" else "commits"
    inputs = {
        "how": how,
        "contribution": counting.contribution,
        "title": f"{counting.title[: LONGEST_TITLE - 1]}…" if is_long else counting.title,
        "place": counting.repository,
        "url": counting.url,
    }
    return Reason("counts-elsewhere", 0, inputs)


def _cannot_evaluate(error: EvaluationError) -> Reason:
    return Reason("cannot-evaluate", 0, {"why": str(error)})
