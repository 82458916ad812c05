"""What would change a score: the nearest change of facts that lifts a guard or reaches a band.

Every change that is offered was tried with the rule set itself, so what it promises is what comes
out: `docs/scoring.md`, "What would change it". The work is bounded, whatever the rule set.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, groupby, islice
from typing import Any

from credits.core.candidates import Question, candidates, questions_of
from credits.core.change_words import condition, joined, result
from credits.core.changeable import CHANGEABLE, PARTS_OF_LINES
from credits.core.expressions import EvaluationError
from credits.core.facts import LINE_KINDS, Facts, facts_of, facts_together
from credits.core.inputs import ScoredInput
from credits.core.points import THOUSAND
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, RuleSet
from credits.core.texts import Text
from credits.core.traces import OWN_TEXTS

MOST_OFFERED = 3
MOST_PAIRED, MOST_PAIRS = 6, 3_000
"""Where one change is not enough: values of a fact that are paired, and pairs that are tried."""


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


@dataclass(frozen=True, slots=True)
class Change:
    """Facts as they would have to be, and what the rule set then gives (thousandths).

    ``until`` is when it comes by itself. Without ``fields`` it is only said in words: what a limit
    took, no fact gives back.
    """

    fields: tuple[str, ...]
    now: tuple[Any, ...]
    needed: tuple[Any, ...]
    points_now: int
    points_after: int
    state_after: str
    text: Text
    until: datetime | None = None


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
        applied, factors = rule_set.run(_whole(subject, facts))
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


def what_would_change(subject: Subject, rule_set: RuleSet) -> tuple[Change, ...]:
    """The nearest changes of facts with another outcome: what counts more first, then less.

    Of what does not count: what would make it count, by one fact, else by two, else what at least
    leads to the next obstacle.
    """
    return _Search(subject, rule_set).changes()


def _stopped(facts: Facts, rule_set: RuleSet, pardoned: frozenset[str]) -> str:
    try:
        found = rule_set.stop(facts)
    except EvaluationError:
        return "cannot-evaluate"
    if found < 0 or rule_set.guards[found].id in pardoned:
        return ""
    return rule_set.guards[found].id


def _whole(subject: Subject, facts: Facts) -> Facts:
    parts = [part for part in (subject.before, facts, subject.after) if part is not None]
    return facts if len(parts) == 1 else facts_together(parts)


@dataclass(frozen=True, slots=True)
class _Try:
    """Some values, how far they are from those that are, and what came out."""

    values: tuple[tuple[str, Any], ...]
    distance: int
    outcome: Outcome


class _Search:
    """Tries values of one fact, then of two, and keeps the nearest for each outcome."""

    def __init__(self, subject: Subject, rule_set: RuleSet) -> None:
        self.subject, self.rule_set = subject, rule_set
        self.present = outcome_of(subject, subject.facts, rule_set)
        self.questions: Sequence[Question] = questions_of(rule_set)

    def changes(self) -> tuple[Change, ...]:
        values = list(self.values())
        found = [each for each in map(self.tried, values) if each is not None]
        if self.present.state == COUNTED:
            return tuple(map(self.as_change, self.bands(found)))
        lifting = [each for each in found if each.outcome.points > 0] or self.pairs(values)
        return tuple(map(self.as_change, nearest(lifting or self.onward(found))))

    def values(self) -> Iterator[tuple[str, Any]]:
        """Facts that can be changed, each with the values worth trying."""
        for name in CHANGEABLE:
            if name in self.subject.fixed:
                continue
            if name == "age_days":
                days = sorted({guard.days for guard in self.rule_set.guards if guard.days})
                yield from ((name, day) for day in days if day > self.subject.facts.age_days)
                continue
            now = getattr(self.subject.facts, name)
            for value in candidates(name, now, self.questions, self.vary):
                yield name, value

    def vary(self, name: str, value: Any) -> Facts | None:
        """The whole work with another value of one of this contribution's facts.

        A size that is unknown is varied as if it could be read.
        """
        facts = varied(self.subject.facts._replace(size_known=True), {name: value})
        return None if facts is None else _whole(self.subject, facts)

    def tried(self, *values: tuple[str, Any]) -> _Try | None:
        facts = varied(self.subject.facts, dict(values))
        if facts is None:
            return None
        outcome = outcome_of(self.subject, facts, self.rule_set)
        distance = sum(_distance(getattr(self.subject.facts, name), to) for name, to in values)
        return _Try(values, distance, outcome)

    def bands(self, found: Sequence[_Try]) -> list[_Try]:
        """For what counts: of the same kind of work, more by each fact, then less by size."""
        alike = [each for each in found if each.outcome.category == self.present.category]
        more = [each for each in alike if each.outcome.points > self.present.points]
        less = [
            each
            for each in alike
            if each.outcome.points < self.present.points and self.is_smaller(*each.values[0])
        ]
        return [*nearest(more), *nearest(less)[:1]]

    def is_smaller(self, name: str, value: Any) -> bool:
        """Whether ``value`` is a smaller size, of those that bands look at."""
        return name in self.sizes() and value < getattr(self.subject.facts, name)

    def sizes(self) -> frozenset[str]:
        """The facts that the bands of the rules that apply look at."""
        applied = [rule for rule in self.rule_set.rules if rule.id in self.present.rules]
        of = " ".join(rule.bands.of for rule in applied if rule.bands is not None)
        return frozenset(_NAME.findall(of))

    def pairs(self, values: Iterable[tuple[str, Any]]) -> list[_Try]:
        """Two facts together, where no one of them is enough."""
        few: list[tuple[str, Any]] = []
        for _, near in groupby(values, key=lambda pair: pair[0]):
            few += islice(near, MOST_PAIRED)
        both = (pair for pair in combinations(few, 2) if pair[0][0] != pair[1][0])
        tried = [self.tried(*pair) for pair in islice(both, MOST_PAIRS)]
        return [each for each in tried if each is not None and each.outcome.points > 0]

    def onward(self, found: Sequence[_Try]) -> list[_Try]:
        """What passes the guard that holds, if only to come to a later one."""
        order = [guard.id for guard in self.rule_set.guards]
        if self.present.stopped_by not in order:
            return []
        later = {*order[order.index(self.present.stopped_by) + 1 :], "no-rule"}
        return [each for each in found if each.outcome.stopped_by in later]

    def as_change(self, each: _Try) -> Change:
        facts, after = self.subject.facts, each.outcome
        names = tuple(name for name, _ in each.values)
        days, begun = dict(each.values).get("age_days"), self.subject.occurred_at
        until = begun + timedelta(days=days) if begun is not None and days is not None else None
        obstacle = self.obstacle(each) if after.stopped_by else None
        leads_to = result(self.present.points, after.points, obstacle, is_cut=self.subject.is_cut)
        return Change(
            fields=names,
            now=tuple(getattr(facts, name) for name in names),
            needed=tuple(value for _, value in each.values),
            points_now=self.present.points,
            points_after=after.points,
            state_after=after.state,
            text=joined(condition(facts, each.values, until), leads_to),
            until=until,
        )

    def obstacle(self, each: _Try) -> Text:
        """What holds it up then, in the words of the guard."""
        name = each.outcome.stopped_by
        facts = varied(self.subject.facts, dict(each.values)) or self.subject.facts
        if name in self.rule_set.texts:
            text = self.rule_set.texts[name]
            return text.filled({place: getattr(facts, place) for place in text.names})
        return OWN_TEXTS[name].filled({"why": ""})


def nearest(tried: Sequence[_Try]) -> list[_Try]:
    """The nearest by each set of facts, the nearest of all first; parts before their sum."""
    best: dict[tuple[str, ...], _Try] = {}
    for each in sorted(tried, key=lambda each: each.distance):
        best.setdefault(tuple(name for name, _ in each.values), each)
    named = {name for names in best for name in names}
    if named & set(PARTS_OF_LINES):
        best = {names: each for names, each in best.items() if "lines" not in names}
    return list(best.values())[:MOST_OFFERED]


def _distance(now: Any, needed: Any) -> int:
    """Counts by how much they differ; a word or a yes and no is one step."""
    if isinstance(now, bool) or not isinstance(now, int):
        return 1
    return abs(int(needed) - now)


_NAME = re.compile(r"[a-z_]+")
