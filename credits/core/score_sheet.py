"""The sheet on which scores are entered: shares of people, then what limits leave of them."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import NamedTuple

from credits.core.inputs import Participant, ScoredInput
from credits.core.limits import Entry, Part, apply_limits
from credits.core.periods import day_of
from credits.core.rules import COUNTED, NOT_COUNTED, WAITING, WITHDRAWN, RuleSet
from credits.core.sharing import split
from credits.core.traces import Reason

NO_CATEGORY = "other"

NO_RULE = Reason("no-rule", 0)
NO_HUMAN = Reason("no-human", 0)
NO_SHARE = Reason("no-share", 0)
BOT = Reason("bot", 0)
NO_LONGER_NAMED = Reason("no-longer-named", 0)
TAKEN_BACK = Reason("withdrawn", 0)


_WORTHLESS: Mapping[str, str] = {"no-rule": NOT_COUNTED, "cannot-evaluate": WAITING}
_KEY = attrgetter("key")


class ScoreResult(NamedTuple):
    """What one participation earns, in thousandths; ``waits_until`` is when it may count."""

    contribution: int
    participation: int
    points: int
    category: str
    state: str
    reasons: tuple[Reason, ...]
    waits_until: datetime | None = None


class Worth(NamedTuple):
    """What a contribution is worth as a whole, before it is shared."""

    points: int
    category: str
    rules: tuple[str, ...]
    reasons: tuple[Reason, ...]


class Sheet:
    """Who earns what: shares are entered here, limited together, and read off at the end."""

    def __init__(self) -> None:
        self.results: list[ScoreResult] = []
        self.begun: dict[int, tuple[datetime, int]] = {}
        self.entries: dict[tuple[int, int], Entry] = {}
        self.shared: list[tuple[ScoredInput, Part, Worth]] = []

    def open(self, item: ScoredInput) -> int:
        """The number of the item's work; its first contribution tells its day, counted or not."""
        mine = (item.occurred_at, item.contribution)
        if item.work_item is None:
            key = -item.contribution - 1
            self.begun[key] = mine
        else:
            key = item.work_item
            self.begun[key] = min(self.begun.get(key, mine), mine)
        return key

    def share(self, item: ScoredInput, worth: Worth, key: int) -> None:
        """Give each human the share; bots get none, so the humans keep the whole.

        In the order of keys, so that a thousandth that cannot be cut goes to the same person each
        time, however the participants are listed.
        """
        if not worth.category:
            self.results += nothing(item, _WORTHLESS[worth.reasons[0].rule], worth.reasons[0])
            return
        people = sorted(item.participants, key=_KEY)
        weights = [item.weight_of(part) for part in people]
        whole = sum(weights)
        if whole == 0:
            self.results += nothing(item, NOT_COUNTED, NO_HUMAN)
            return
        for who, weight, points in zip(people, weights, split(worth.points, weights), strict=True):
            if weight == 0:
                self.results.append(_zero(item, who, NOT_COUNTED, _no_share(item, who)))
            elif who.key in item.ruling.withdrawn:
                self.results.append(_zero(item, who, WITHDRAWN, TAKEN_BACK))
            else:
                part = Part(who.key, points, list(worth.reasons))
                if weight != whole:
                    cut = {"weight": weight, "whole": whole}
                    part.reasons.append(Reason("sharing", points - worth.points, cut))
                self.entry(item, who, worth, key).parts.append(part)
                self.shared.append((item, part, worth))

    def entry(self, item: ScoredInput, who: Participant, worth: Worth, key: int) -> Entry:
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
            self.results.append(
                ScoreResult(
                    item.contribution,
                    part.participation,
                    part.points,
                    worth.category,
                    NOT_COUNTED if was_cut else COUNTED,
                    tuple(part.reasons),
                )
            )
        self.results.sort(key=itemgetter(0, 1))
        return self.results


def nothing(
    item: ScoredInput, state: str, reason: Reason, until: datetime | None = None
) -> list[ScoreResult]:
    """Nobody earns by ``item``, for one ``reason``."""
    return [_zero(item, part, state, reason, until) for part in item.participants]


def _no_share(item: ScoredInput, who: Participant) -> Reason:
    if who.is_bot:
        return BOT
    return NO_SHARE if who.weight > 0 else NO_LONGER_NAMED


def _zero(
    item: ScoredInput,
    who: Participant,
    state: str,
    reason: Reason,
    until: datetime | None = None,
) -> ScoreResult:
    return ScoreResult(item.contribution, who.key, 0, NO_CATEGORY, state, (reason,), until)
