"""Score contributions: guards, then work items by rules and factors, then sharing, then limits.

The points of a score are exactly the sum of its reasons; a score of zero has a reason too.
Nothing here looks at a clock: ``now`` is an argument.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from credits.core.expressions import EvaluationError
from credits.core.facts import Facts, facts_of, facts_together
from credits.core.inputs import Counting, Participant, ScoredInput
from credits.core.limits import Entry, Part, apply_limits
from credits.core.periods import day_of
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, WITHDRAWN, RuleSet
from credits.core.sharing import split
from credits.core.texts import Text
from credits.core.traces import Reason

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

NO_CATEGORY = "other"
THOUSAND = 1000

NO_RULE = Reason("no-rule", 0)
NO_HUMAN = Reason("no-human", 0)
BOT = Reason("bot", 0)
NO_LONGER_NAMED = Reason("no-longer-named", 0)
TAKEN_BACK = Reason("withdrawn", 0)


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """What one participation earns, in thousandths; ``waits_until`` is when it may count."""

    contribution: int
    participation: int
    points: int
    category: str
    state: str
    reasons: tuple[Reason, ...]
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Passed:
    """A contribution that no guard stopped."""

    item: ScoredInput
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Worth:
    """What a contribution is worth as a whole, before it is shared."""

    points: int
    category: str
    rules: tuple[str, ...]
    reasons: tuple[Reason, ...]


def score_contributions(
    items: Iterable[ScoredInput], rule_set: RuleSet, *, now: datetime
) -> list[ScoreResult]:
    """Score ``items`` under ``rule_set``: one result for each participant of each.

    Contributions of one work item are scored together, and limits look at all that one person
    did in a month. A result is final only if ``items`` hold the whole of its work item and of
    that person's months; the caller sees to that.
    """
    sheet = _Sheet()
    work: dict[int, list[_Passed]] = {}
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
        return _nothing(item, NOT_COUNTED, _counts_elsewhere(item.kind, item.counts_with))
    if item.ruling.denied:
        return _nothing(item, NOT_COUNTED, Reason("denied", 0, {"why": item.ruling.denied}))
    facts = facts_of(item, now=now)
    try:
        found = rule_set.stop(facts, rule_set.places_of(item.ruling.pardoned))
    except EvaluationError as error:
        return _nothing(item, WAITING, _cannot_evaluate(error))
    if found < 0:
        return _Passed(item, facts)
    guard = rule_set.guards[found]
    until = item.occurred_at + timedelta(days=guard.days) if guard.days else None
    reason = Reason(guard.id, 0, _inputs(guard.text, facts))
    return _nothing(item, guard.state, reason, until)


def _worths(passed: Sequence[_Passed], rule_set: RuleSet) -> Iterable[tuple[ScoredInput, _Worth]]:
    """What each part of a work item is worth: the whole's points, by the size of the parts."""
    parts = sorted(passed, key=lambda part: (part.item.occurred_at, part.item.contribution))
    facts = parts[0].facts if len(parts) == 1 else facts_together([part.facts for part in parts])
    try:
        whole = _whole(facts, rule_set)
    except EvaluationError as error:
        reason = _cannot_evaluate(error)
        whole = _Worth(0, "", (), (reason,))
    if len(parts) == 1 or not whole.category:
        return [(part.item, whole) for part in parts]
    sizes = [part.facts.lines for part in parts]
    weights = sizes if any(sizes) else [1] * len(parts)
    pieces = split(whole.points, weights)
    total = sum(weights)
    found = []
    for part, piece, size in zip(parts, pieces, weights, strict=True):
        inputs = {"others": len(parts) - 1, "size": size, "whole": total}
        line = Reason("work-item", piece - whole.points, inputs)
        worth = _Worth(piece, whole.category, whole.rules, (*whole.reasons, line))
        found.append((part.item, worth))
    return found


def _whole(facts: Facts, rule_set: RuleSet) -> _Worth:
    applied, factors = rule_set.run(facts)
    if not applied:
        return _Worth(0, "", (), (NO_RULE,))
    rules = [rule_set.rules[index] for index, _ in applied]
    reasons = [
        Reason(rule.id, points, _inputs(rule.text, facts))
        for rule, (_, points) in zip(rules, applied, strict=True)
    ]
    total = sum(points for _, points in applied)
    for index, thousandths in factors:
        factor = rule_set.factors[index]
        after = total * thousandths // THOUSAND
        reasons.append(Reason(factor.id, after - total, _inputs(factor.text, facts)))
        total = after
    return _Worth(total, rules[0].category, tuple(rule.id for rule in rules), tuple(reasons))


class _Sheet:
    """Who earns what: shares are entered here, limited together, and read off at the end."""

    def __init__(self) -> None:
        self.results: list[ScoreResult] = []
        self.begun: dict[int, tuple[datetime, int]] = {}
        self.entries: dict[tuple[int, int], Entry] = {}
        self.shared: list[tuple[ScoredInput, Part, _Worth]] = []

    def open(self, item: ScoredInput) -> int:
        """The number of the item's work; its first contribution tells its day, counted or not."""
        key = -item.contribution - 1 if item.work_item is None else item.work_item
        mine = (item.occurred_at, item.contribution)
        self.begun[key] = min(self.begun.get(key, mine), mine)
        return key

    def share(self, item: ScoredInput, worth: _Worth, key: int) -> None:
        """Give each human the share; bots get none, so the humans keep the whole.

        In the order of keys, so that a thousandth that cannot be cut goes to the same person each
        time, however the participants are listed.
        """
        if not worth.category:
            self.results += _nothing(item, _WORTHLESS[worth.reasons[0].rule], worth.reasons[0])
            return
        people = sorted(item.participants, key=lambda part: part.key)
        told = item.ruling.weights
        weights = [0 if part.is_bot else told.get(part.key, part.weight) for part in people]
        whole = sum(weights)
        if whole == 0:
            self.results += _nothing(item, NOT_COUNTED, NO_HUMAN)
            return
        for who, weight, points in zip(people, weights, split(worth.points, weights), strict=True):
            if weight == 0:
                reason = BOT if who.is_bot else NO_LONGER_NAMED
                self.results.append(_zero(item, who, NOT_COUNTED, reason))
            elif who.key in item.ruling.withdrawn:
                self.results.append(_zero(item, who, WITHDRAWN, TAKEN_BACK))
            else:
                part = Part(who.key, points, list(worth.reasons))
                if weight != whole:
                    cut = {"weight": weight, "whole": whole}
                    part.reasons.append(Reason("sharing", points - worth.points, cut))
                self.entry(item, who, worth, key).parts.append(part)
                self.shared.append((item, part, worth))

    def entry(self, item: ScoredInput, who: Participant, worth: _Worth, key: int) -> Entry:
        person = who.person or who.key
        entry = self.entries.get((person, key))
        if entry is None:
            moment, order = self.begun[key]
            entry = Entry(
                person=person,
                day=day_of(moment),
                moment=moment,
                order=order,
                category=worth.category,
                rules=worth.rules,
                counterpart=item.counterpart,
            )
            self.entries[person, key] = entry
        return entry

    def closed(self, rule_set: RuleSet) -> list[ScoreResult]:
        """Everybody's results after the limits, in the order of contributions and keys."""
        apply_limits(self.entries.values(), rule_set.limits)
        for item, part, worth in self.shared:
            # A limit may have left nothing, and then it does not count.
            was_cut = part.points == 0 and worth.points > 0
            state = NOT_COUNTED if was_cut else COUNTED
            self.results.append(
                ScoreResult(
                    item.contribution,
                    part.participation,
                    part.points,
                    worth.category,
                    state,
                    tuple(part.reasons),
                )
            )
        self.results.sort(key=lambda result: (result.contribution, result.participation))
        return self.results


_WORTHLESS: Mapping[str, str] = {"no-rule": NOT_COUNTED, "cannot-evaluate": WAITING}


def _nothing(
    item: ScoredInput, state: str, reason: Reason, until: datetime | None = None
) -> list[ScoreResult]:
    return [_zero(item, part, state, reason, until) for part in item.participants]


def _zero(
    item: ScoredInput,
    who: Participant,
    state: str,
    reason: Reason,
    until: datetime | None = None,
) -> ScoreResult:
    return ScoreResult(item.contribution, who.key, 0, NO_CATEGORY, state, (reason,), until)


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
