"""What a rule set makes of facts, as they are or as they might be: state and points of the work.

`credits.core.scoring` scores what happened; this asks what would be, and answers by the same rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.changeable import PARTS_OF_LINES
from credits.core.expressions import EvaluationError
from credits.core.facts import LINE_KINDS, Facts, facts_of, facts_together
from credits.core.inputs import ScoredInput
from credits.core.points import THOUSAND
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, RuleSet


@dataclass(frozen=True, slots=True)
class Subject:
    """A contribution's facts, those of the work item before and after it, and what binds it.

    ``fixed`` are facts that a decision of people fixed. ``is_cut`` says that the whole is shared,
    limited or divided afterwards, so that its points are not yet a person's.
    """

    facts: Facts
    before: Facts | None = None
    after: Facts | None = None
    pardoned: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    occurred_at: datetime | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules make of facts: points of the whole work, and the guard that stopped it."""

    state: str
    points: int
    category: str = ""
    stopped_by: str = ""
    rules: tuple[str, ...] = ()


def subject_of(
    item: ScoredInput, parts: Sequence[ScoredInput], rule_set: RuleSet, *, now: datetime
) -> Subject:
    """``item`` among the ``parts`` of its work item, of which those count that no guard stops."""
    mine = (item.occurred_at, item.contribution)
    before: list[Facts] = []
    after: list[Facts] = []
    for part in sorted(parts, key=lambda part: (part.occurred_at, part.contribution)):
        if part.contribution == item.contribution or part.counts_with or part.ruling.denied:
            continue
        facts = facts_of(part, now=now)
        if not _stopped(facts, rule_set, part.ruling.pardoned):
            is_before = (part.occurred_at, part.contribution) < mine
            (before if is_before else after).append(facts)
    category = item.ruling.category
    fixed = {f"lines_{kind}" for kind in LINE_KINDS if category in LINE_KINDS and kind != category}
    return Subject(
        facts=facts_of(item, now=now),
        before=facts_together(before) if before else None,
        after=facts_together(after) if after else None,
        pardoned=item.ruling.pardoned,
        fixed=frozenset(fixed),
        occurred_at=item.occurred_at,
        is_cut=bool(before or after),
    )


def outcome_of(subject: Subject, facts: Facts, rule_set: RuleSet) -> Outcome:
    """What ``rule_set`` makes of ``subject``, were its facts ``facts``."""
    try:
        guard = _stopped(facts, rule_set, subject.pardoned)
        if guard:
            states = {part.id: part.state for part in rule_set.guards}
            return Outcome(states.get(guard, WAITING), 0, stopped_by=guard)
        applied, factors = rule_set.run(whole_of(subject, facts))
    except EvaluationError:
        return Outcome(WAITING, 0, stopped_by="cannot-evaluate")
    if not applied:
        return Outcome(NOT_COUNTED, 0, stopped_by="no-rule")
    points = sum(given for _, given in applied)
    for _, thousandths in factors:
        points = points * thousandths // THOUSAND
    rules = tuple(rule_set.rules[index].id for index, _ in applied)
    return Outcome(COUNTED, points, rule_set.rules[applied[0][0]].category, rules=rules)


def varied(facts: Facts, changes: Mapping[str, Any]) -> Facts | None:
    """``facts`` with other values that fit together; None where there are no such facts."""
    found = facts._replace(**changes)
    if "is_merged" in changes:
        found = found._replace(state="merged" if found.is_merged else found.state)
    if "lines" in changes and not changes.keys() & set(PARTS_OF_LINES):
        part = max(PARTS_OF_LINES, key=lambda name: getattr(facts, name))
        size = getattr(facts, part) + changes["lines"] - facts.lines
        found = found._replace(**{part: size})
    lines = [getattr(found, name) for name in PARTS_OF_LINES]
    if min(lines) < 0 or (sum(lines) and not found.size_known):
        return None
    return found._replace(lines=sum(lines))


def _stopped(facts: Facts, rule_set: RuleSet, pardoned: frozenset[str]) -> str:
    try:
        found = rule_set.stop(facts)
    except EvaluationError:
        return "cannot-evaluate"
    if found < 0 or rule_set.guards[found].id in pardoned:
        return ""
    return rule_set.guards[found].id


def whole_of(subject: Subject, facts: Facts) -> Facts:
    """The facts of the whole work item, were those of ``subject`` ``facts``."""
    parts = [part for part in (subject.before, facts, subject.after) if part is not None]
    return facts if len(parts) == 1 else facts_together(parts)
