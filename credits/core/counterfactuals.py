"""What would change a score: the nearest change of facts that lifts a guard or reaches a band.

Every change that is offered was tried with the rule set itself, so what it promises is what comes
out: `docs/scoring.md`, "What would change it". The work is bounded, whatever the rule set.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, groupby, islice
from typing import Any

from credits.core.candidates import Question, candidates, questions_of
from credits.core.change_words import condition, joined, result
from credits.core.changeable import CHANGEABLE, PARTS_OF_LINES
from credits.core.facts import Facts
from credits.core.outcomes import Outcome, Subject, outcome_of, varied, whole_of
from credits.core.rules import COUNTED, RuleSet
from credits.core.texts import Text
from credits.core.traces import OWN_TEXTS

MOST_OFFERED = 3
MOST_PAIRED, MOST_PAIRS = 6, 3_000
"""Where one change is not enough: values of a fact that are paired, and pairs that are tried."""


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


def what_would_change(subject: Subject, rule_set: RuleSet) -> tuple[Change, ...]:
    """The nearest changes of facts with another outcome: what counts more first, then less.

    Of what does not count: what would make it count, by one fact, else by two, else what at least
    leads to the next obstacle.
    """
    return _Search(subject, rule_set).changes()


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
        if lifting := [each for each in found if each.outcome.points > 0]:
            return tuple(map(self.as_change, nearest(lifting)))
        two = self.pairs(values)
        lifting = [each for each in two if each.outcome.points > 0]
        best = lifting or self.onward(found) or self.onward(two)
        return tuple(map(self.as_change, nearest(best)))

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
                if not CHANGEABLE[name].only_grows or value > now:
                    yield name, value

    def vary(self, name: str, value: Any) -> Facts | None:
        """The whole work with another value of one of this contribution's facts.

        A size that is unknown is varied as if it could be read.
        """
        facts = varied(self.subject.facts._replace(size_known=True), {name: value})
        return None if facts is None else whole_of(self.subject, facts)

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
        return [each for each in tried if each is not None]

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
