"""What one person can earn in one project in a day, a week and a month.

Limits come after the rules, in the order in which the rule set lists them. A person's part in one
work item is one entry; where several could be cut, the largest keep the most, so that one more
contribution never costs a larger one its place. Months are those of `credits.core.periods`, so no
limit reaches over the edge of a month: what happens in another month changes nothing here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from credits.core.periods import day_name, month_name, month_of, week_name, week_of
from credits.core.points import decimal_points
from credits.core.rules import Limit, LimitKind, Period
from credits.core.sharing import split
from credits.core.traces import Reason

PERCENT = 100


@dataclass(slots=True)
class Part:
    """What a participation earns (thousandths), and why; limits take from it."""

    participation: int
    points: int
    reasons: list[Reason]

    def lower(self, points: int, limit: str, inputs: Mapping[str, Any]) -> None:
        """Leave ``points``; the limit's own line says so."""
        if points < self.points:
            self.reasons.append(Reason(limit, points - self.points, inputs))
            self.points = points


@dataclass(slots=True)
class Entry:
    """One person's part in one work item; ``order`` tells entries of one moment apart."""

    person: int
    day: int
    moment: Any
    order: int
    category: str
    rules: Sequence[str]
    counterpart: int
    parts: list[Part] = field(default_factory=list)

    @property
    def points(self) -> int:
        if len(self.parts) == 1:  # As nearly always: asked several times for each contribution.
            return self.parts[0].points
        return sum([part.points for part in self.parts])

    def lower(self, points: int, limit: str, inputs: Mapping[str, Any]) -> None:
        """Leave ``points`` in all, however many parts the work was cut into."""
        if points < self.points:
            shares = split(points, [part.points for part in self.parts])
            for part, left in zip(self.parts, shares, strict=True):
                part.lower(left, limit, inputs)

    @property
    def week(self) -> int:
        return week_of(self.day)

    @property
    def month(self) -> int:
        return month_of(week_of(self.day))


def apply_limits(entries: Iterable[Entry], limits: Sequence[Limit]) -> None:
    """Lower the parts of ``entries`` to what ``limits`` allow.

    ``entries`` hold all that each person did in each month that they touch.
    """
    by_month: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_month[entry.person, entry.month].append(entry)
    for found in by_month.values():
        # What limits took meanwhile only makes it less, so both stay upper bounds.
        points = sum([given for entry in found if (given := entry.points) > 0])
        for limit in limits:
            if _may_bite(limit, len(found), points):
                _apply(limit, found)


def _may_bite(limit: Limit, entries: int, points: int) -> bool:
    """False if so few entries, or points, in a month are within the limit whatever they are."""
    match limit.kind:
        case LimitKind.DECAY:
            return entries > limit.steps[0][0] or limit.steps[0][1] < PERCENT
        case LimitKind.ITEMS:
            return entries > limit.most
        case LimitKind.POINTS:
            return points > limit.most
        case LimitKind.SHARE:
            return points > limit.above


def _apply(limit: Limit, month: Sequence[Entry]) -> None:
    periods: dict[Any, list[Entry]] = defaultdict(list)
    period = _PERIODS[limit.per]
    is_decay = limit.kind is LimitKind.DECAY
    for entry in month:
        if _covers(limit, entry) and entry.points > 0:
            number = period(entry)
            periods[(number, entry.category) if is_decay else number].append(entry)
    for found in periods.values():
        _BY_KIND[limit.kind](limit, found)


def _covers(limit: Limit, entry: Entry) -> bool:
    if limit.of and entry.category not in limit.of:
        return False
    return not limit.rules or not limit.rules.isdisjoint(entry.rules)


def _decay(limit: Limit, entries: list[Entry]) -> None:
    percents = [percent for count, percent in limit.steps for _ in range(count)]
    for place, entry in enumerate(sorted(entries, key=_largest_first), 1):
        percent = percents[place - 1] if place <= len(percents) else limit.rest
        inputs = {"place": place, "percent": percent, "period": _name(limit, entry)}
        entry.lower(entry.points * percent // PERCENT, limit.id, inputs)


def _items(limit: Limit, entries: list[Entry]) -> None:
    for place, entry in enumerate(sorted(entries, key=_largest_first), 1):
        if place > limit.most:
            inputs = {"place": place, "most": limit.most, "period": _name(limit, entry)}
            entry.lower(0, limit.id, inputs)


def _points(limit: Limit, entries: list[Entry]) -> None:
    total = sum(entry.points for entry in entries)
    if total > limit.most:
        _spend(
            limit,
            entries,
            limit.most,
            {"most": decimal_points(limit.most), "sum": decimal_points(total)},
        )


def _share(limit: Limit, entries: list[Entry]) -> None:
    total = sum(entry.points for entry in entries)
    allowed = max(limit.above, total * limit.most // PERCENT)
    pairs: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.counterpart:
            pairs[entry.counterpart].append(entry)
    for found in pairs.values():
        given = sum(entry.points for entry in found)
        if given > allowed:
            inputs = {
                "percent": limit.most,
                "most": decimal_points(allowed),
                "sum": decimal_points(given),
                "whole": decimal_points(total),
            }
            _spend(limit, found, allowed, inputs)


def _spend(limit: Limit, entries: list[Entry], budget: int, inputs: Mapping[str, Any]) -> None:
    """Let ``entries`` have ``budget`` in the order of time."""
    for entry in sorted(entries, key=_earliest_first):
        said = {**inputs, "period": _name(limit, entry)}
        for part in entry.parts:
            left = min(part.points, budget)
            budget -= left
            part.lower(left, limit.id, said)


def _largest_first(entry: Entry) -> tuple[Any, ...]:
    return (-entry.points, entry.moment, entry.order)


def _earliest_first(entry: Entry) -> tuple[Any, ...]:
    return (entry.moment, entry.order)


def _name(limit: Limit, entry: Entry) -> str:
    if limit.per is Period.DAY:
        return day_name(entry.day)
    return week_name(entry.week) if limit.per is Period.WEEK else month_name(entry.month)


_PERIODS: Mapping[Period, Callable[[Entry], int]] = {
    Period.DAY: lambda entry: entry.day,
    Period.WEEK: lambda entry: entry.week,
    Period.MONTH: lambda entry: entry.month,
}
_BY_KIND: Mapping[LimitKind, Callable[[Limit, list[Entry]], None]] = {
    LimitKind.DECAY: _decay,
    LimitKind.ITEMS: _items,
    LimitKind.POINTS: _points,
    LimitKind.SHARE: _share,
}
LIMIT_INPUTS: Mapping[LimitKind, frozenset[str]] = {
    LimitKind.DECAY: frozenset({"place", "percent", "period"}),
    LimitKind.ITEMS: frozenset({"place", "most", "period"}),
    LimitKind.POINTS: frozenset({"most", "sum", "period"}),
    LimitKind.SHARE: frozenset({"percent", "most", "sum", "whole", "period"}),
}
"""What the sentence of a limit of each kind may name in braces."""
